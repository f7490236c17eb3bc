"""What somebody has here, and what of it needs them now: a fixed number of queries, however much it is."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.badges.models import Badge, BadgeStatus, Tier
from accounts.badges.standing import standing
from accounts.businesses import numbers
from accounts.businesses.models import Account, Business, MemberInvitation, MemberRole
from accounts.display import queries
from accounts.onboarding.following.words import kind_word, status_word, tag_of
from accounts.people.models import User
from accounts.verification.applying import RENEWAL_OPENS
from accounts.verification.models import Application, Kind, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

A_PAGE = 20  # accounts
MOST_TO_DO = 10  # of each sort
ACTING = (MemberRole.OWNER, MemberRole.MANAGER)

TIERS: dict[str, tuple["StrOrPromise", str]] = {
    Tier.VERIFIED: (_("Verified"), "done"),
    Tier.CONFIRMED: (_("Confirmed, without a badge"), ""),
    "suspended": (_("Badge suspended"), "wrong"),
    "revoked": (_("Badge revoked"), "wrong"),
    "closed": (_("Closed"), ""),
}
TO_DO: dict[str, "StrOrPromise"] = {
    Status.NEEDS_INFORMATION: _("A reviewer asks you something"),
    Status.DRAFT: _("Go on with your application"),
    "renew": _("Renew the badge"),
    "suspended": _("The badge is suspended"),
    "invited": _("You are invited to a business"),
}


@dataclass(frozen=True)
class ToDo:
    words: "StrOrPromise"
    name: str
    address: str
    kind: "StrOrPromise" = ""


@dataclass(frozen=True)
class Line:
    account: Account
    name: str
    number: str
    state: "StrOrPromise"
    tag: str
    address: str
    under_way: "StrOrPromise" = ""  # what was asked for beside a badge that stands


@dataclass(frozen=True)
class Overview:
    to_do: list[ToDo]
    lines: list[Line]
    page: Page[Account]
    without_account: list[Business]

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.without_account


def overview(reader: User, page: str) -> Overview:
    accounts = _accounts(reader).select_related("business").order_by("business__legal_name", "business", "pk")
    shown = Paginator(accounts, A_PAGE).get_page(page)
    without = Business.objects.filter(memberships__person=reader, accounts=None).order_by("legal_name", "pk")
    return Overview(
        to_do=[*_invitations(reader), *_questions_and_drafts(reader), *_badges(reader)],
        lines=_lines(list(shown)),
        page=shown,
        without_account=list(without[:A_PAGE]),
    )


def _accounts(reader: User) -> "QuerySet[Account]":
    return Account.objects.filter(business__memberships__person=reader)


def _invitations(reader: User) -> list[ToDo]:
    offers = MemberInvitation.objects.for_person(reader).select_related("business").order_by("pk")
    address = reverse("joining")
    return [ToDo(TO_DO["invited"], offer.business.legal_name, address) for offer in offers[:MOST_TO_DO]]


def _questions_and_drafts(reader: User) -> list[ToDo]:
    """What waits for an answer first, then what was begun."""
    waiting = Application.objects.filter(
        account__business__memberships__person=reader,
        account__business__memberships__role__in=ACTING,
        status__in=(Status.NEEDS_INFORMATION, Status.DRAFT),
    ).annotate(legal_name=F("account__business__legal_name"))
    found = waiting.order_by(F("status").desc(), "-changed_at")[:MOST_TO_DO]
    return [
        ToDo(
            words=TO_DO[one.status],
            name=one.display_name or vars(one)["legal_name"],
            address=reverse("application_status", args=[one.pk]),
            kind=kind_word(one),
        )
        for one in found
    ]


def _badges(reader: User) -> list[ToDo]:
    """Badges that end soon and nobody renews yet, and those that were suspended."""
    ends_soon = Q(status=BadgeStatus.ACTIVE, renewal_pending=False, term_ends_at__lte=Now() + RENEWAL_OPENS)
    badges = Badge.objects.filter(
        ends_soon | Q(status=BadgeStatus.SUSPENDED),
        account__business__memberships__person=reader,
        account__business__memberships__role__in=ACTING,
    ).select_related("account")
    return [
        ToDo(
            words=TO_DO["suspended" if badge.status == BadgeStatus.SUSPENDED else "renew"],
            name=badge.account.live_name or "",
            address=reverse("my_account", args=[badge.account_id]),
        )
        for badge in badges.order_by("term_ends_at")[:MOST_TO_DO]
    ]


def _lines(accounts: list[Account]) -> list[Line]:
    latest = {
        one.account_id: one
        for one in Application.objects.filter(account__in=accounts)
        .order_by("account", "-created_at")
        .distinct("account")
    }
    rows = queries.find([account.number for account in accounts if account.number]).rows
    states = {row.number: standing(row) for row in rows}
    lines = []
    for account in accounts:
        last = latest.get(account.pk)
        known = states.get(account.number or "")
        state = "closed" if account.closed_at else ""
        if known is not None and known.listed:
            state = str(known.tier or (known.absence.state if known.absence else ""))
        lines.append(_line(account, last, state))
    return lines


def _line(account: Account, last: Application | None, state: str) -> Line:
    name = account.live_name or (last.display_name if last else "") or account.business.legal_name
    number = account.number or (last.number if last and not account.closed_at else "")
    words, tag = TIERS.get(state, ("", ""))
    address = reverse("my_account", args=[account.pk])
    if not state and last is not None:
        words, tag = status_word(last), tag_of(last)
        if last.kind == Kind.NEW:
            address = reverse("application_status", args=[last.pk])
    under_way: StrOrPromise = ""
    if state and last is not None and last.ended_at is None:
        under_way = kind_word(last)
    return Line(account, name, numbers.shown(number) if number else "", words, tag, address, under_way)
