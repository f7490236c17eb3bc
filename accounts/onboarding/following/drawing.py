"""A card as a client draws it: made of the card and of nothing else, for the account's page and for the public one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from accounts import ids
from accounts.badges.cards import card
from accounts.badges.models import Tier
from accounts.businesses import numbers
from accounts.businesses.lists import Category, ContactPurpose
from accounts.businesses.models import Account
from accounts.display import queries
from accounts.spoken import spoken
from accounts.text import Text
from accounts.verification import photos
from accounts.verification.preview import COLOURS, SYMBOLS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Drawing:
    """What the templates draw. Without a tier there is no account: then the number alone is shown."""

    card: Mapping[str, Any]

    @property
    def account(self) -> Mapping[str, Any]:
        return self.card["account"] or {}

    @property
    def is_verified(self) -> bool:
        return bool(self.card["tier"] == Tier.VERIFIED)

    @property
    def name(self) -> str:
        return str(self.account.get("display_name", ""))

    @property
    def number(self) -> str:
        return numbers.shown(self.card["number"])

    @property
    def category(self) -> "StrOrPromise":
        return Category(self.account["category"]).label if self.account else ""

    @property
    def purposes(self) -> list["StrOrPromise"]:
        return [ContactPurpose(purpose).label for purpose in self.account.get("contact_purposes", [])]

    @property
    def photo(self) -> str:
        """Only a picture that is kept here: another's server would learn who looks at this page."""
        photo = photos.id_in(self.account.get("photo") or "")
        return reverse("photo", args=[photo]) if photo else ""

    @property
    def legal_name(self) -> str:
        return str((self.account.get("business") or {}).get("legal_name") or "")

    # The mark (R1) and the chat (R3), from the policy in force.

    @property
    def symbol_class(self) -> str:
        symbol: str = (self.card["mark"] or {}).get("symbol", "")
        return symbol if symbol in SYMBOLS else "word"

    @property
    def colour_class(self) -> str:
        return _known((self.card["mark"] or {}).get("colour", ""))

    @property
    def colour_word(self) -> "StrOrPromise":
        colour: str = (self.card["mark"] or {}).get("colour", "")
        return COLOURS.get(colour, colour)

    @property
    def label(self) -> str:
        """What the mark means, in the reader's language."""
        label = (self.card["mark"] or {}).get("label")
        return spoken(Text(label["id"], label["en"])) if label else ""

    @property
    def message_class(self) -> str:
        return _known(self.card["display"]["chat"]["message_colour"])

    @property
    def notice_class(self) -> str:
        return _known(self.card["display"]["chat"]["notice_colour"])

    @property
    def deletable(self) -> bool:
        return bool(self.card["display"]["chat"]["messages_deletable"])

    # Since when and until when, and why not.

    @property
    def since(self) -> datetime | None:
        return _moment((self.card["badge"] or {}).get("issued_at"))

    @property
    def until(self) -> datetime | None:
        return _moment((self.card["badge"] or {}).get("expires_at"))

    @property
    def absence(self) -> str:
        return str((self.card["absence"] or {}).get("state", ""))

    @property
    def absent_since(self) -> datetime | None:
        return _moment((self.card["absence"] or {}).get("since"))

    @property
    def reason(self) -> str:
        reason = (self.card["absence"] or {}).get("reason")
        return spoken(Text(reason["id"], reason["en"])) if reason else ""


def draw(account_id: str) -> Drawing | None:
    """The account's card as it is at this moment; None where the registry says nothing of it.

    Two statements whatever the cause, so that not even the time tells an unknown account from a hidden one.
    """
    number = Account.objects.filter(pk=account_id).values_list("number", flat=True).first() or ""
    found = queries.find([number])
    assert found.policy is not None
    (row,) = found.rows
    # The number may have become another account's between the two.
    if row.account is None or ids.to_text("acc", row.account) != account_id:
        return None
    drawn = card(row, found.policy)
    return Drawing(drawn) if drawn["listed"] else None


def _known(colour: str) -> str:
    return colour if colour in COLOURS else "other"


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
