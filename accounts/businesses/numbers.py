"""Phone numbers: what people write becomes E.164 on the way in; the hot path only checks the form."""

import re
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from accounts.errors import Invalid, Problem

E164_PATTERN = r"^\+[1-9][0-9]{6,14}$"  # as databases and OpenAPI documents write it
_E164 = re.compile(E164_PATTERN)
_LONGEST_WRITTEN = 40  # characters: more is no phone number, whatever is in it


class Misspelt(NamedTuple):
    """A number that is not in E.164 form; `canonical` where only one number can be meant."""

    code: str
    canonical: str | None


def is_e164(text: str) -> bool:
    return _E164.fullmatch(text) is not None


def misspelt(text: str, *, country: str | None = None) -> Misspelt | None:
    """Why `text` is no E.164 number, or None when it is one. The form alone counts: any country may be meant.

    A form that is E.164 but for a trunk zero (`+62081…`) is misspelt too: read as it stands, it would be a
    silent "not listed".
    """
    if is_e164(text) and not _has_trunk_zero(text):
        return None
    canonical = _canonical(text, country)
    if canonical is not None and canonical != text:
        return Misspelt("number_not_canonical", canonical)
    return Misspelt("number_not_e164", None)


def require_e164(text: str, *, pointer: str = "/number") -> str:
    """The number, when it is in E.164 form. Raises Invalid: number_not_e164 or number_not_canonical."""
    wrong = misspelt(text)
    if wrong is not None:
        params = {"canonical": wrong.canonical} if wrong.canonical else {}
        raise Invalid(wrong.code, problems=[Problem(wrong.code, pointer, params)], **params)
    return text


def parse(text: str, *, country: str | None = None, pointer: str = "/number") -> str:
    """E.164 of what a person wrote; `country` (ISO 3166-1) is where a number without + is from.

    Raises Invalid: number_missing, number_invalid.
    """
    if not text.strip():
        raise Invalid("number_missing", problems=[Problem("number_missing", pointer)])
    canonical = _canonical(text, country)
    if canonical is None:
        raise Invalid("number_invalid", problems=[Problem("number_invalid", pointer)])
    return canonical


def _has_trunk_zero(number: str) -> bool:
    """A zero after the calling code that is dialled at home only. In Italy and elsewhere it belongs to the number."""
    for digits in (1, 2, 3):
        calling_code = number[1 : 1 + digits]
        if int(calling_code) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            return number[1 + digits : 2 + digits] == "0" and _canonical(number, None) not in (None, number)
    return False


def _canonical(text: str, country: str | None) -> str | None:
    """E.164 of the one valid number that `text` can mean, whatever digits and separators it is written with."""
    if len(text) > _LONGEST_WRITTEN or re.search(r"[A-Za-z]", text):
        return None
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)
