"""Reading a list of invited businesses: a row is judged column by column, from the left."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from accounts import csvlists, names
from accounts.businesses import checks, numbers
from accounts.businesses.models import BusinessKind
from accounts.csvlists import Refusal, Row
from accounts.errors import DomainError, Invalid
from accounts.people import languages
from accounts.sentences import SENTENCES

COLUMNS = (
    "legal_name",
    "display_name",
    "number",
    "country",
    "category",
    "website",
    "about",
    "contact_purposes",
    "owner_name",
    "owner_contact",
    "locale",
)

# Legal forms whose name is not a person's. Anything else is taken for a sole trader, whose name no card shows.
COMPANY_FORMS = ("PT", "CV", "FIRMA", "FA", "KOPERASI", "YAYASAN", "PERKUMPULAN", "PERUM", "PERUMDA")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be applied for, every value in the form in which it is stored."""

    row: Row
    kind: str
    legal_name: str
    display_name: str
    number: str
    country: str
    category: str
    website: str
    about: str
    contact_purposes: list[str]
    owner_name: str
    owner: tuple[str, str]
    locale: str


def refuse(row: Row, code: str) -> Refusal:
    rule = names.RULES.get(code)
    return Refusal(row, code, rule.sentence if rule else SENTENCES[code])


def read(file: IO[str]) -> tuple[list[str], Iterator[Row]]:
    """The header and the rows, blank lines left out. Raises UnreadableList."""
    return csvlists.read(file, COLUMNS)


def judge(row: Row) -> Entry | Refusal:
    """The entry, or the code of the first wrong column from the left."""
    if not row.complete:
        return refuse(
            row, "row_too_long" if len(row.cells) > len(COLUMNS) and row.values else "row_incomplete"
        )
    if not row.is_utf8:
        return refuse(row, "row_not_utf8")
    values = row.values
    try:
        legal_name = checks.legal_name(values["legal_name"])
        return Entry(
            row=row,
            legal_name=legal_name,
            kind=_kind(legal_name),
            display_name=_display_name(values["display_name"]),
            number=numbers.parse(values["number"], country=values["country"].strip() or None),
            country=checks.country(values["country"].strip()),
            category=checks.category(values["category"].strip()),
            website=checks.website(values["website"].strip()),
            about=checks.about(values["about"].strip()),
            contact_purposes=_contact_purposes(values["contact_purposes"]),
            owner_name=checks.length(checks.visible(values["owner_name"].strip(), ""), 120, ""),
            owner=_owner(values),
            locale=_locale(values["locale"].strip()),
        )
    except DomainError as wrong:
        return refuse(row, wrong.code)


def _display_name(text: str) -> str:
    name = names.normalise(text)
    errors = [finding.code for finding in names.findings(name) if finding.severity == "error"]
    if errors:
        raise Invalid(errors[0])
    return name


def _contact_purposes(text: str) -> list[str]:
    purposes = [purpose.strip() for purpose in text.split(";") if purpose.strip()]
    if not purposes:
        raise Invalid("contact_purposes_missing")
    return checks.contact_purposes(purposes)


def _owner(values: dict[str, str]) -> tuple[str, str]:
    field, contact = checks.contact_key(values["owner_contact"].strip())
    if contact == numbers.parse(values["number"], country=values["country"].strip() or None):
        raise Invalid("owner_contact_is_the_number")
    return field, contact


def _locale(text: str) -> str:
    if text not in languages.codes():
        raise Invalid("locale_unknown")
    return text


def _kind(legal_name: str) -> str:
    form = legal_name.replace(".", "").split()[0].upper()
    return BusinessKind.COMPANY if form in COMPANY_FORMS else BusinessKind.SOLE_TRADER
