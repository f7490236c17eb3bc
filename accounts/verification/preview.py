"""The contact as a client would draw it after an approval: the card that the number would have, drawn by the one
renderer of cards from the policy in force and what was applied for.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.badges.cards import Policy, Row, card
from accounts.badges.models import BadgeStatus, DisplayPolicy, Tier
from accounts.spoken import spoken
from accounts.text import Text
from accounts.verification.models import Application
from accounts.verification.photos import id_in

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What the page's style sheet can draw. Anything newer is written in words.
SYMBOLS = frozenset({"pin", "tick", "star", "shield"})
COLOURS: dict[str, "StrOrPromise"] = {
    "green": _("green"),
    "grey": _("grey"),
    "blue": _("blue"),
    "yellow": _("yellow"),
    "gold": _("gold"),
    "red": _("red"),
    "plain": _("plain"),
}


@dataclass(frozen=True)
class Preview:
    """One tier, for a user who saved the number and for one who did not (R2)."""

    tier: Tier
    name: str
    number: str
    has_photo: bool  # that was uploaded here: one from elsewhere on the web is not fetched
    symbol: str
    colour: str
    position: str
    label: Text
    message_colour: str
    notice_colour: str
    messages_deletable: bool

    @property
    def words(self) -> str:
        return spoken(self.label)

    @property
    def symbol_class(self) -> str:
        return self.symbol if self.symbol in SYMBOLS else "word"

    @property
    def colour_class(self) -> str:
        return _known(self.colour)

    @property
    def colour_word(self) -> "StrOrPromise":
        return COLOURS.get(self.colour, self.colour)

    @property
    def message_word(self) -> "StrOrPromise":
        return COLOURS.get(self.message_colour, self.message_colour)

    @property
    def notice_word(self) -> "StrOrPromise":
        return COLOURS.get(self.notice_colour, self.notice_colour)

    @property
    def message_class(self) -> str:
        return _known(self.message_colour)

    @property
    def notice_class(self) -> str:
        return _known(self.notice_colour)


def _known(colour: str) -> str:
    return colour if colour in COLOURS else "other"


def previews(application: Application, policy: DisplayPolicy | None) -> list[Preview]:
    """Each tier of the policy, the highest first; nothing without a policy."""
    if policy is None:
        return []
    drawn = Policy.of(vars(policy))
    return [_preview(card(_approved(application, tier), drawn)) for tier in Tier if tier in policy.tiers]


def _approved(application: Application, tier: Tier) -> Row:
    """What the database would know of the number, had the application been approved as that tier this moment."""
    now, account = datetime.now(UTC), application.account
    return Row(
        number=application.number or "",
        as_of=now,
        last_change=None,
        account=0,
        name=application.display_name,
        category=application.category,
        country=account.country,
        about=account.about,
        photo=application.photo,
        website=application.website,
        contact_purposes=account.contact_purposes,
        confirmed_at=now,
        proven=True,
        business=0,
        business_kind=account.business.kind,
        legal_name=account.business.legal_name,
        badge=0 if tier is Tier.VERIFIED else None,
        badge_status=BadgeStatus.ACTIVE,
        methods=[],
        issued_at=now,
        expires_at=now + settings.BADGE_TERM,
        suspended_at=None,
        ended_at=None,
        reason="",
    )


def _preview(card: dict[str, Any]) -> Preview:
    mark, chat = card["mark"], card["display"]["chat"]
    return Preview(
        tier=Tier(card["tier"]),
        name=card["account"]["display_name"],
        number=card["number"],
        has_photo=id_in(card["account"]["photo"] or "") is not None,
        symbol=mark["symbol"],
        colour=mark["colour"],
        position=mark["position"],
        label=Text(mark["label"]["id"], mark["label"]["en"]),
        message_colour=chat["message_colour"],
        notice_colour=chat["notice_colour"],
        messages_deletable=chat["messages_deletable"],
    )
