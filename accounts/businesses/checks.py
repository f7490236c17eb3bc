"""The fields of businesses and accounts, each checked in one place: what is stored, or Invalid."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from phonenumbers import SUPPORTED_REGIONS

from accounts.businesses import numbers
from accounts.businesses.lists import ABOUT_LIMIT, Category, ContactPurpose
from accounts.errors import Invalid, Problem


def country(country: str) -> str:
    if country not in SUPPORTED_REGIONS:
        raise Invalid("country_unknown", problems=[Problem("country_unknown", "/country")])
    return country


def category(category: str) -> str:
    if category not in Category.values:
        raise Invalid("category_unknown", problems=[Problem("category_unknown", "/category")])
    return category


def website(website: str, pointer: str = "/website") -> str:
    try:
        if website:
            URLValidator(schemes=["http", "https"])(website)
        if len(website) > 200:
            raise ValidationError("too long")
    except ValidationError as wrong:
        raise Invalid("website_invalid", problems=[Problem("website_invalid", pointer)]) from wrong
    return website


def about(about: str) -> str:
    if len(about) > ABOUT_LIMIT:
        raise Invalid("about_too_long", problems=[Problem("about_too_long", "/about")])
    return visible(about, "/about")


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


def visible(text: str, pointer: str) -> str:
    """PostgreSQL stores neither NUL nor lone surrogates, and nobody can read a control character."""
    if any(
        (ord(character) < 32 and character not in "\n\r\t") or "\ud800" <= character <= "\udfff"
        for character in text
    ):
        raise Invalid("hidden_characters", problems=[Problem("hidden_characters", pointer)])
    return text


def contact_key(contact: str) -> tuple[str, str]:
    """The field of a person that a contact is, and its stored form: e-mail in lower case, phone in E.164.

    Raises Invalid: owner_contact_missing, owner_contact_invalid.
    """
    if not contact:
        raise contact_problem("owner_contact_missing")
    if "@" in contact:
        try:
            validate_email(contact)
            visible(contact, "/owner/contact")
        except (ValidationError, Invalid) as wrong:
            raise contact_problem("owner_contact_invalid") from wrong
        return "email", contact.lower()
    try:
        return "phone", numbers.parse(contact)
    except Invalid as wrong:
        raise contact_problem("owner_contact_invalid") from wrong


def contact_problem(code: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/owner/contact")])
