"""The fields of businesses and accounts, each checked in one place: what is stored, or Invalid."""

import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from phonenumbers import SUPPORTED_REGIONS

from accounts.businesses import numbers
from accounts.businesses.lists import ABOUT_LIMIT, Category, ContactPurpose
from accounts.businesses.models import BusinessKind
from accounts.errors import Invalid, Problem

LONGEST_ADDRESS = 254  # characters of an e-mail address: what an envelope takes (RFC 5321)
LONGEST_NOTE = 2000  # characters that the staff write about a case
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode's general categories


def business_kind(kind: str) -> str:
    if kind not in BusinessKind.values:
        raise Invalid("invalid", problems=[Problem("choice_unknown", "/kind")])
    return kind


def country(country: str) -> str:
    if country not in SUPPORTED_REGIONS:
        raise Invalid("country_unknown", problems=[Problem("country_unknown", "/country")])
    return country


def category(category: str) -> str:
    if category not in Category.values:
        raise Invalid("category_unknown", problems=[Problem("category_unknown", "/category")])
    return category


def website(website: str, pointer: str = "/website") -> str:
    """An address on the public web: no sign-in in it, and a host with a name."""
    if website and not _is_public_address(website):
        raise Invalid("website_invalid", problems=[Problem("website_invalid", pointer)])
    return website


def _is_public_address(website: str) -> bool:
    try:
        URLValidator(schemes=["http", "https"])(website)
        parts = urlsplit(website)
        last_label = (parts.hostname or "").rpartition(".")[2]
    except (ValidationError, ValueError):
        return False
    return (
        len(website) <= 200 and "@" not in parts.netloc and last_label[:1].isalpha() and "." in parts.netloc
    )


def about(about: str) -> str:
    if len(about) > ABOUT_LIMIT:
        raise Invalid("about_too_long", problems=[Problem("about_too_long", "/about")])
    return visible(about, "/about", lines=True)


def contact_purposes(purposes: Iterable[str]) -> list[str]:
    """The known purposes, each once, in the order of the list (R8)."""
    wanted = set(purposes)
    if unknown := sorted(wanted - set(ContactPurpose.values)):
        problem = Problem("contact_purpose_unknown", "/contact_purposes", {"unknown": ", ".join(unknown)})
        raise Invalid("contact_purpose_unknown", problems=[problem])
    return [purpose for purpose in ContactPurpose.values if purpose in wanted]


def legal_name(legal_name: str) -> str:
    if not legal_name.strip():
        raise Invalid("legal_name_missing", problems=[Problem("legal_name_missing", "/legal_name")])
    return length(visible(legal_name.strip(), "/legal_name"), 160, "/legal_name")


def length(text: str, limit: int, pointer: str) -> str:
    if len(text) > limit:
        raise Invalid(
            "value_too_long", problems=[Problem("value_too_long", pointer, {"limit": limit})], limit=limit
        )
    return text


def visible(text: str, pointer: str, *, lines: bool = False) -> str:
    """Only what can be read as it stands: nothing that hides, breaks the line (unless `lines`) or turns it around."""
    if any(_is_hidden(character) and not (lines and character in "\n\r\t") for character in text):
        raise Invalid("hidden_characters", problems=[Problem("hidden_characters", pointer)])
    return text


def required(text: str, pointer: str, limit: int = LONGEST_NOTE, *, code: str = "reason_required") -> str:
    """What the staff have to write in their own words. Raises Invalid: `code`, value_too_long, hidden_characters."""
    if not text.strip():
        raise Invalid(code, problems=[Problem(code, pointer)])
    return length(visible(text, pointer, lines=True), limit, pointer)


def storable(text: str, pointer: str) -> str:
    """What PostgreSQL can keep at all: for a display name, whose own rules say the rest."""
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise Invalid("hidden_characters", problems=[Problem("hidden_characters", pointer)])
    return text


def _is_hidden(character: str) -> bool:
    """Controls, bidirectional marks, zero widths, line separators; not the joiners that some scripts need."""
    return unicodedata.category(character) in _HIDDEN and character not in "\u200c\u200d"


def contact_key(contact: str) -> tuple[str, str]:
    """The field of a person that a contact is, and its stored form: phone in E.164; e-mail in lower case and with the
    domain as it is sent to (xn--…), for there are many ways to write one.

    Raises Invalid: owner_contact_missing, owner_contact_invalid.
    """
    if not contact:
        raise contact_problem("owner_contact_missing")
    if "@" in contact:
        try:
            validate_email(contact)
            visible(contact, "/owner/contact")
            name, _, domain = contact.rpartition("@")
            domain = domain.encode("idna").decode()
        except (ValidationError, Invalid, UnicodeError) as wrong:
            raise contact_problem("owner_contact_invalid") from wrong
        if not domain[-1].isalnum() or "." not in domain or len(name) + len(domain) > LONGEST_ADDRESS - 1:
            raise contact_problem(
                "owner_contact_invalid"
            )  # [10.0.0.1], localhost: of the mail server's own network
        return "email", f"{name}@{domain}".lower()
    try:
        return "phone", numbers.parse(contact)
    except Invalid as wrong:
        raise contact_problem("owner_contact_invalid") from wrong


def contact_problem(code: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/owner/contact")])
