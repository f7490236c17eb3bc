"""Whether what a source says is what the applicant wrote."""

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts import names
from accounts.businesses import numbers
from accounts.businesses.lists import Category
from accounts.errors import Invalid
from accounts.verification.models import Application

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Match(models.TextChoices):
    SAME = "same", _("same")
    SPELLING = "spelling", _("same but for the spelling")
    DIFFERENT = "different", _("different")
    UNCHECKED = "not_checked", _("not checked")


SYMBOLS = {Match.SAME: "✓", Match.SPELLING: "≈", Match.DIFFERENT: "≠", Match.UNCHECKED: "–"}

# The fields that a source can say something about.
READABLE: dict[str, "StrOrPromise"] = {
    "display_name": _("display name"),
    "legal_name": _("legal name"),
    "registration_number": _("registration number"),
    "number": _("number"),
    "category": _("category"),
    "website": _("website"),
    "country": _("country"),
}
_OF_THE_BUSINESS = ("legal_name", "registration_number", "country")

# Forms of a business that stand before or behind its name, or are left out.
LEGAL_FORMS = frozenset(
    [
        "pt",
        "cv",
        "ud",
        "pd",
        "tb",
        "fa",
        "tbk",
        "persero",
        "perum",
        "firma",
        "koperasi",
        "yayasan",
        "ltd",
        "inc",
        "llc",
        "pte",
        "co",
    ]
)
# As deeds spell the countries of the pilot; another name is left to the reader.
COUNTRIES = {
    "indonesia": "ID",
    "republik indonesia": "ID",
    "malaysia": "MY",
    "singapore": "SG",
    "singapura": "SG",
    "india": "IN",
    "brazil": "BR",
    "brasil": "BR",
    "mexico": "MX",
    "méxico": "MX",
}


def written(application: Application, field: str) -> str:
    """What the applicant wrote."""
    thing = application.account.business if field in _OF_THE_BUSINESS else application
    return str(getattr(thing, field))


def match_of(field: str, wrote: str, says: str, *, country: str = "") -> Match:
    """`country` is where a number without its country code is from."""
    if not wrote or not says:
        return Match.UNCHECKED
    if names.normalise(wrote) == names.normalise(says):
        return Match.SAME
    if field == "number":
        return _same_or_not(wrote == _e164(says, country))
    if field == "country":
        code = COUNTRIES.get(says.strip().casefold(), says.strip().upper())
        return _same_or_not(wrote == code) if len(code) == 2 else Match.UNCHECKED
    if field == "category":
        return _same_or_not(says.strip().casefold() in _names_of_category(wrote))
    plain = {"website": _address, "registration_number": _characters}.get(field, _business_name)
    return Match.SPELLING if plain(wrote) == plain(says) != "" else Match.DIFFERENT


def host_of(address: str) -> str:
    """Without www. before it; empty where there is none."""
    try:
        host = urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def _same_or_not(same: bool) -> Match:
    return Match.SAME if same else Match.DIFFERENT


def _e164(text: str, country: str) -> str:
    try:
        return numbers.parse(text, country=country or None)
    except Invalid:
        return ""


def _names_of_category(category: str) -> set[str]:
    found = {category}
    for language in ("id", "en"):
        with override(language):
            found.add(str(Category(category).label).casefold())
    return found


def _address(text: str) -> str:
    rest = text.strip().partition("//")[2] or text.strip()
    host, slash, below = rest.partition("/")
    return f"{host.casefold().removeprefix('www.')}{slash}{below}".rstrip("/")


def _characters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(re.findall(r"[^\W_]", folded))


def _business_name(text: str) -> str:
    """Its letters and digits, without the legal form at either end."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold().replace(".", ""))
    while len(words) > 1 and words[0] in LEGAL_FORMS:
        words.pop(0)
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return "".join(words)
