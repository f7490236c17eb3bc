"""Other applications that have an owner, a number, a registration number or a website in common with this one."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, Value
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import Bar, Membership
from accounts.verification.matching import host_of
from accounts.verification.models import HOST, Application, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_SHOWN = 20
MOST_FOUND = 100  # for one reason

# Where many businesses have a page: to share the host says nothing, to share the address does.
SHARED_HOSTS = frozenset(
    [
        *(
            "instagram.com",
            "facebook.com",
            "m.facebook.com",
            "tiktok.com",
            "youtube.com",
            "x.com",
            "twitter.com",
        ),
        *("wa.me", "api.whatsapp.com", "t.me", "linktr.ee", "bit.ly", "g.page", "maps.google.com"),
        *("sites.google.com", "goo.gl", "tokopedia.com", "shopee.co.id", "bukalapak.com", "lazada.co.id"),
    ]
)

WHY: dict[str, "StrOrPromise"] = {
    "business": _("same business"),
    "owner": _("same owner"),
    "number": _("same number"),
    "registration": _("same registration number"),
    "website": _("same website"),
}


@dataclass(frozen=True)
class Related:
    application: Application
    why: list["StrOrPromise"]
    bar: Bar | None

    @property
    def went_wrong(self) -> bool:
        return self.bar is not None or self.application.status in (Status.DECLINED, Status.BARRED)


@dataclass(frozen=True)
class Others:
    """The latest come first. `more` is how many are not shown, or at least that many."""

    shown: list[Related]
    more: int = 0
    at_least: bool = False


def others(application: Application, *, members: Sequence[Membership]) -> Others:
    """Three queries, whatever there is."""
    found = _found(application, members)
    why: dict[str, list[StrOrPromise]] = defaultdict(list)
    when: dict[str, datetime] = {}
    for pk, created_at, reason in found:
        why[pk].append(WHY[reason])
        when[pk] = created_at
    latest = sorted(when, key=lambda pk: (when[pk], pk), reverse=True)[:MOST_SHOWN]
    rows = Application.objects.select_related("account__business").in_bulk(latest)
    businesses = {row.account.business_id for row in rows.values()}
    bars = {bar.business_id: bar for bar in Bar.objects.filter(business__in=businesses).order_by("barred_at")}
    shown = [
        Related(rows[pk], why[pk], bars.get(rows[pk].account.business_id)) for pk in latest if pk in rows
    ]
    most = max(Counter(reason for _pk, _at, reason in found).values(), default=0)
    return Others(shown, len(when) - len(shown), at_least=most >= MOST_FOUND)


def _found(application: Application, members: Sequence[Membership]) -> list[tuple[str, datetime, str]]:
    """Id, age and reason, the latest of each reason: one statement, each part of it by an index of its own."""
    parts = [
        Application.objects.filter(condition)
        .exclude(pk=application.pk)
        .order_by("-created_at")
        .values_list("pk", "created_at", Value(reason))[:MOST_FOUND]
        for reason, condition in conditions(application, members).items()
    ]
    return [(pk, created_at, reason) for pk, created_at, reason in parts[0].union(*parts[1:], all=True)]


def conditions(application: Application, members: Sequence[Membership]) -> dict[str, Q]:
    business = application.account.business
    asked = {"business": Q(account__business=business)}
    people = [member.person_id for member in members]
    if people:
        theirs = Membership.objects.filter(person__in=people).exclude(business=business)
        asked["owner"] = Q(account__business__in=theirs.values("business"))
    if application.number:
        asked["number"] = Q(number=application.number)
    if business.registration_number:
        asked["registration"] = Q(account__business__registration_number=business.registration_number)
    host = host_of(application.website)
    if host in SHARED_HOSTS:
        address = application.website.rstrip("/")
        asked["website"] = Q(website__in=[address, f"{address}/"])
    elif host:
        asked["website"] = ~Q(website="") & Q(Exact(HOST, host))
    return asked
