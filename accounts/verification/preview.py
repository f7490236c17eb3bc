"""The contact as a client would draw it after an approval: from the policy in force, with the name applied for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.badges.models import DisplayPolicy, Tier
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
    return [_preview(application, tier, policy.tiers[tier]) for tier in Tier if tier in policy.tiers]


def _preview(application: Application, tier: Tier, drawn: dict[str, Any]) -> Preview:
    mark, chat = drawn["mark"], drawn["chat"]
    return Preview(
        tier=tier,
        name=application.display_name,
        number=application.number,
        has_photo=id_in(application.photo) is not None,
        symbol=mark["symbol"],
        colour=mark["colour"],
        position=mark["position"],
        label=Text(mark["label"]["id"], mark["label"]["en"]),
        message_colour=chat["message_colour"],
        notice_colour=chat["notice_colour"],
        messages_deletable=chat["messages_deletable"],
    )
