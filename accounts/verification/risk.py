"""How carefully a case is to be read: the one table, and what of it applies to a case.

The level is stored when a case comes to the reviewers, since the queue is ordered by it; the reasons are read anew
whenever they are shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.businesses.lists import PROTECTED_CATEGORIES
from accounts.businesses.models import Bar, NumberDispute
from accounts.verification.models import Application, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Each reason, its level and its words, gravest first. The level of a case is that of its gravest reason.
REASONS: dict[str, tuple[int, "StrOrPromise"]] = {
    "protected_look_alike": (3, _("resembles a protected name")),
    "look_alike": (2, _("resembles a live name")),
    "escalated": (2, _("escalated")),
    "contested": (2, _("contested")),
    "number_disputed": (2, _("number declared personal")),
    "barred_before": (2, _("business barred before")),
    "declined_before": (2, _("declined before")),
    "protected_category": (2, _("protected category")),
    "name_warning": (1, _("name to look at")),
}
# A sign and a word for each level: colour alone would not reach everybody.
LEVELS: Sequence[tuple[str, "StrOrPromise"]] = [
    ("○", _("low")),
    ("◔", _("some")),
    ("◑", _("high")),
    ("●", _("highest")),
]


@dataclass(frozen=True)
class Risk:
    reasons: tuple[str, ...]

    @property
    def level(self) -> int:
        return max((REASONS[reason][0] for reason in self.reasons), default=0)

    @property
    def sign(self) -> str:
        return LEVELS[self.level][0]

    @property
    def label(self) -> "StrOrPromise":
        return LEVELS[self.level][1]

    @property
    def why(self) -> str:
        return ", ".join(str(REASONS[reason][1]) for reason in self.reasons)


def of(application: Application) -> Risk:
    """By the application as it stands in memory, and by what the registry remembers of business and number."""
    stored = remembering(Application.objects.filter(pk=application.pk)).first()
    return _sorted(_of_the_row(application) | (_remembered(stored) if stored is not None else set()))


def of_read(application: Application) -> Risk:
    """Of an application that was read by `remembering`."""
    return _sorted(_of_the_row(application) | _remembered(application))


def of_new(application: Application) -> Risk:
    """Of a business that was made in this transaction, so that nothing is remembered of it."""
    return _sorted(_of_the_row(application))


def _of_the_row(application: Application) -> set[str]:
    findings = set(application.findings)
    found: Mapping[str, bool] = {
        "protected_look_alike": application.protected_look_alike,
        "look_alike": "name_look_alike" in findings and not application.protected_look_alike,
        "escalated": application.escalated_by_id is not None,
        "contested": application.contested,
        "protected_category": application.category in PROTECTED_CATEGORIES,
        "name_warning": bool(findings - {"name_look_alike"}),
    }
    return {reason for reason, holds in found.items() if holds}


def remembering(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With what the registry remembers: in the same query."""
    disputes = NumberDispute.objects.filter(
        Q(account=OuterRef("account")) | Q(number=OuterRef("number")), settled_at=None
    )
    bars = Bar.objects.filter(
        Q(business=OuterRef("account__business"))
        | Q(
            ~Q(registration_number=""),
            registration_number=OuterRef("account__business__registration_number"),
            country=OuterRef("account__business__country"),
        )
    )
    declined = Application.objects.filter(status=Status.DECLINED).exclude(pk=OuterRef("pk"))
    return applications.annotate(
        number_disputed=Exists(disputes),
        barred_before=Exists(bars),
        # Two searches by two indexes, where one with an "or" would read them all.
        declined_business=Exists(declined.filter(account__business=OuterRef("account__business"))),
        declined_number=Exists(declined.filter(~Q(number=""), number=OuterRef("number"))),
    )


def _remembered(application: Application) -> set[str]:
    facts = vars(application)
    found = {
        "number_disputed": facts["number_disputed"],
        "barred_before": facts["barred_before"],
        "declined_before": facts["declined_business"] or facts["declined_number"],
    }
    return {reason for reason, holds in found.items() if holds}


def _sorted(reasons: set[str]) -> Risk:
    return Risk(tuple(reason for reason in REASONS if reason in reasons))
