"""The desks of the queue: which cases wait for whom, in which order, and how many there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import NumberDispute
from accounts.people.models import User
from accounts.proofs.models import NumberClaim
from accounts.reports.models import ReportCase
from accounts.verification.models import ENDED, Application, Claim, Decision, QualityCheck, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Applications = QuerySet[Application]
Choice = Callable[[Applications, User], Applications]

TO_DECIDE = (Status.SUBMITTED, Status.AWAITING_SECOND)
BY_RISK = ("-risk", "due_at", "id")  # the index applications_to_decide
MOST = 1_000  # a desk is counted so far: more than that is "more", in the navigation's one query


@dataclass(frozen=True)
class Desk:
    """`rows` chooses a person's cases among all; `order` is the one that an index of the model gives."""

    name: str
    label: "StrOrPromise"
    rows: Choice
    order: tuple[str, ...] = BY_RISK
    counted: bool = True


def _in(*statuses: Status) -> Choice:
    def rows(every: Applications, by: User) -> Applications:
        # One status with "=": the planner then knows that the index is in the desk's order.
        return every.filter(status=statuses[0]) if len(statuses) == 1 else every.filter(status__in=statuses)

    return rows


def _everything(every: Applications, by: User) -> Applications:
    return every


def unclaimed(every: Applications, by: User) -> Applications:
    """What nobody works on, and what is not offered to somebody else first."""
    reserved = Q(offered_to__isnull=False, offered_until__gt=Now()) & ~Q(offered_to=by.pk)
    held = Claim.objects.filter(application=OuterRef("pk"), until__gt=Now())
    return every.filter(~Exists(held), ~reserved, status=Status.SUBMITTED)


def mine(every: Applications, by: User) -> Applications:
    """Claimed by me, offered to me, or decided by me and still to be taken back or to be seconded.

    Each part is found by an index of its own; one condition with "or" would read every application.
    """
    claimed = Claim.objects.filter(reviewer=by.pk, until__gt=Now()).values("application")
    offered = Application.objects.filter(
        status=Status.SUBMITTED, offered_to=by.pk, offered_until__gt=Now()
    ).values("pk")
    pending = Decision.objects.pending().filter(
        application__status__in=[Status.DECIDED, Status.AWAITING_SECOND]
    )
    decided = pending.filter(author=by.pk).values("application")
    seconded = pending.filter(seconded_by=by.pk).values("application")
    return every.filter(pk__in=claimed.union(offered, decided, seconded, all=True))


def _escalated(every: Applications, by: User) -> Applications:
    return every.filter(status=Status.SUBMITTED, escalated_by__isnull=False)


def _contested(every: Applications, by: User) -> Applications:
    return every.filter(status__in=TO_DECIDE, contested=True)


DESKS: Sequence[Desk] = [
    Desk("decide", _("To decide"), _in(*TO_DECIDE)),
    Desk("mine", _("Mine"), mine),
    Desk("unclaimed", _("Unclaimed"), unclaimed),
    Desk("second", _("Waiting for a second"), _in(Status.AWAITING_SECOND)),
    Desk("escalated", _("Escalated"), _escalated),
    Desk("contested", _("Contested"), _contested),
    Desk("owner", _("Waiting for the owner"), _in(Status.NEEDS_INFORMATION), order=("submitted_at", "id")),
    Desk("deferred", _("Deferred"), _in(Status.DEFERRED), order=("resume_on", "id")),
    Desk("decided", _("Decided"), _in(Status.DECIDED), order=("submitted_at", "id")),
    Desk("ended", _("Ended"), _in(*ENDED), order=("-ended_at", "id"), counted=False),
    Desk("all", _("All"), _everything, order=("-id",), counted=False),  # an id starts with its time
]
BY_NAME = {desk.name: desk for desk in DESKS}


class Size(Subquery):
    """How many rows a query finds, at most `MOST` and one more."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows.order_by().values("pk")[: MOST + 1])


def counts(by: User) -> dict[str, int]:
    """By the names of the desks, and of what waits elsewhere for the staff: all of it by one query."""
    sizes = {desk.name: Size(desk.rows(Application.objects.all(), by)) for desk in DESKS if desk.counted}
    sizes["disputes"] = Size(NumberDispute.objects.filter(settled_at=None))
    sizes["claims"] = Size(NumberClaim.objects.open())
    sizes["reports"] = Size(ReportCase.objects.open())
    sizes["checks"] = Size(QualityCheck.objects.filter(checked_at=None).exclude(author=by.pk))
    found = User.objects.filter(pk=by.pk).values_list(*sizes.values()).first() or ()
    return dict(zip(sizes, found, strict=False))
