"""The reviewers' queue: which applications wait for whom."""

import re
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.businesses import numbers
from accounts.businesses.lists import PROTECTED_CATEGORIES
from accounts.errors import Invalid
from accounts.ids import SUFFIX_PATTERN
from accounts.verification.models import Application, Claim, Decision, Status

Applications = QuerySet[Application]

TO_DECIDE = (Status.SUBMITTED, Status.AWAITING_SECOND)
ENDED = (Status.APPROVED, Status.DECLINED, Status.BARRED, Status.WITHDRAWN, Status.LAPSED)


def four_eyes() -> Q:
    """What will need, or has had, a second reviewer, as far as the row itself and its cohort say."""
    return (
        Q(protected_look_alike=True)
        | Q(second_wished=True)
        | Q(category__in=PROTECTED_CATEGORIES)
        | Q(cohort__four_eyes=True)
    )


def _claimed(**by: Any) -> Exists:
    return Exists(Claim.objects.filter(application=OuterRef("pk"), until__gt=Now(), **by))


class ByDesk(admin.SimpleListFilter):
    """Whose turn it is. Without a choice: what is to be decided, or everything where a search or a status is given."""

    title = _("desk")
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [
            ("decide", _("To decide")),
            ("unclaimed", _("Unclaimed")),
            ("mine", _("Mine")),
            ("second", _("Waiting for a second")),
            ("owner", _("Waiting for the owner")),
            ("deferred", _("Deferred")),
            ("decided", _("Decided, can be taken back")),
            ("ended", _("Ended")),
            ("all", _("All")),
        ]

    def value(self) -> str:
        if chosen := super().value():
            return chosen
        looked_for = self.request.GET.get(SEARCH_VAR) or self.request.GET.get("status__exact")
        return "all" if looked_for else "decide"

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: Applications) -> Applications:
        match self.value():
            case "decide":
                return queryset.filter(status__in=TO_DECIDE)
            case "unclaimed":
                reserved = Q(offered_until__gt=Now()) & ~Q(offered_to=request.user.pk)
                return queryset.filter(~_claimed(), status=Status.SUBMITTED).exclude(reserved)
            case "mine":
                return queryset.filter(_mine(request))
            case "second":
                return queryset.filter(status=Status.AWAITING_SECOND)
            case "owner":
                return queryset.filter(status=Status.NEEDS_INFORMATION)
            case "deferred":
                return queryset.filter(status=Status.DEFERRED)
            case "decided":
                return queryset.filter(status=Status.DECIDED)
            case "ended":
                return queryset.filter(status__in=ENDED)
            case _:
                return queryset


def _mine(request: HttpRequest) -> Q:
    """Claimed by me, answered to me, or decided by me and still to be taken back."""
    decided = Decision.objects.pending().filter(application=OuterRef("pk"))
    mine = Q(author=request.user.pk) | Q(seconded_by=request.user.pk)
    return (
        Q(_claimed(reviewer=request.user.pk))
        | Q(status=Status.SUBMITTED, offered_to=request.user.pk, offered_until__gt=Now())
        | Q(Exists(decided.filter(mine)), status__in=[Status.DECIDED, Status.AWAITING_SECOND])
    )


class ByFourEyes(admin.SimpleListFilter):
    title = _("four eyes")
    parameter_name = "four_eyes"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [
            ("protected", _("Resembles a protected name")),
            ("due", _("Two reviewers needed")),
            ("one", _("One reviewer is enough")),
        ]

    def queryset(self, request: HttpRequest, queryset: Applications) -> Applications:
        match self.value():
            case "protected":
                return queryset.filter(protected_look_alike=True)
            case "due":
                return queryset.filter(four_eyes())
            case "one":
                # The cohort may be missing; a plain exclude() would read that as unknown.
                ordinary = Q(cohort=None) | Q(cohort__four_eyes=False)
                plain = Q(protected_look_alike=False, second_wished=False)
                return queryset.filter(ordinary & plain).exclude(category__in=PROTECTED_CATEGORIES)
            case _:
                return queryset


def search(queryset: Applications, typed: str) -> Applications:
    """By the id of an application, account or business; by number, however it is written; or by name."""
    typed = typed.strip()
    if lookup := _id_lookup(typed):
        return queryset.filter(**{lookup: typed.lower()})
    if number := _number(typed):
        return queryset.filter(number=number)
    if digits := _digits(typed):
        return queryset.filter(number__contains=digits)
    name = names.normalise(typed)
    return queryset.filter(
        Q(display_name__icontains=name) | Q(account__business__legal_name__icontains=typed)
    )


def _digits(typed: str) -> str:
    """The digits of what can only be a part of a number, or one without its +; empty for anything else."""
    written = re.fullmatch(r"[+()\d\s./-]{4,}", typed)
    return re.sub(r"\D", "", typed).lstrip("0") if written else ""


def _id_lookup(typed: str) -> str:
    """The look-up for a typed id, empty for anything else."""
    prefix, _, suffix = typed.lower().partition("_")
    by = {"app": "pk", "acc": "account", "biz": "account__business"}.get(prefix, "")
    return by if re.fullmatch(SUFFIX_PATTERN, suffix) else ""


def _number(typed: str) -> str:
    """E.164, where all of it is digits and what people put between them."""
    compact = re.sub(r"[\s().-]", "", typed)
    if numbers.is_e164(compact):
        return compact
    if not re.fullmatch(r"\+?[0-9]{7,18}", compact):
        return ""
    try:
        return numbers.parse(compact, country="ID")
    except Invalid:
        return ""
