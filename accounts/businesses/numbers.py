"""Phone numbers: what people write becomes E.164 on the way in; the hot path only checks the form."""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from accounts.errors import Invalid, Problem

HOME = (
    "ID"  # ISO 3166-1: where a number written without its country is from, and whoever says nothing of where
)
PREFIX_DIGITS = 3  # behind the calling code: mostly one carrier's, or one range of dear numbers
# Whoever is called there pays, or earns; or nobody picks up.
_COSTS_EXTRA = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.PAGER,
    PhoneNumberType.VOICEMAIL,
}
_BY_VOICE_ONLY = {PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE}
E164_PATTERN = r"^\+[1-9][0-9]{6,14}$"  # as databases and OpenAPI documents write it
_E164 = re.compile(E164_PATTERN)


def _without_doubt() -> re.Pattern[str]:
    """E.164 with another digit than 0 behind the calling code: nearly all that look-ups ask for. No calling code begins
    another one, so its first two digits tell how long it is.
    """
    codes = {str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE}
    pairs = [str(pair) for pair in range(10, 100) if str(pair)[0] not in codes]
    one = "".join(code for code in codes if len(code) == 1)
    two = "|".join(pair for pair in pairs if pair in codes)
    three = "|".join(pair for pair in pairs if pair not in codes)
    return re.compile(
        rf"\+(?:[{one}][1-9][0-9]{{5,13}}|(?:{two})[1-9][0-9]{{4,12}}|(?:{three})[0-9][1-9][0-9]{{3,11}})"
    )


_WITHOUT_DOUBT = _without_doubt()
_LINES = re.compile(rf"(?:{_WITHOUT_DOUBT.pattern}\n)*+")
_LONGEST_WRITTEN = 40  # characters: more is no phone number, whatever is in it
_TEL = re.compile(r"^(tel|telp|hp|wa|whatsapp|phone|mobile)[\s.:]*", re.IGNORECASE)
_LINK = re.compile(
    r"(https?://)?(www\.)?(wa\.me/|(api|web)\.whatsapp\.com/send/?\?phone=)(\+|%2b)?(?P<digits>[0-9]{7,15})([/?&#].{0,2000})?",
    re.IGNORECASE | re.DOTALL,
)
_PLUS_OR_TRUNK_ZERO = re.compile(r"\(?\s*([+＋]|0(?!0))")
_INTERNATIONAL = re.compile(r"^00\s?")  # what many dial instead of a +


class Misspelt(NamedTuple):
    """A number that is not in E.164 form; `canonical` where only one number can be meant."""

    code: str
    canonical: str | None


def is_e164(text: str) -> bool:
    return _E164.fullmatch(text) is not None


def are_e164(texts: Sequence[str]) -> bool:
    """Whether none of them is misspelt, as far as one look tells: False may be wrong of a few forms, True never."""
    lines = "\n".join(texts) + "\n"
    return _LINES.fullmatch(lines) is not None and lines.count("\n") == len(texts)


def misspelt(text: str, *, country: str | None = None) -> Misspelt | None:
    """Why `text` is no E.164 number, or None when it is one. The form alone counts: any country may be meant.

    A form that is E.164 but for a trunk zero (`+62081…`) is misspelt too: read as it stands, it would be a
    silent "not listed".
    """
    if _WITHOUT_DOUBT.fullmatch(text) or (is_e164(text) and not _has_trunk_zero(text)):
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

    Understood are a number's own ways of being written, digits of any script, what comes along when it is copied from
    a contact card (invisible characters, `tel:`), a link to a chat, and a calling code without +, as long as only one
    number can be meant. Raises Invalid: number_missing, number_invalid, number_ambiguous.
    """
    text = _visible(text)
    if not text:
        raise _wrong("number_missing", pointer)
    link = _LINK.fullmatch(text)
    found = _meant(f"+{link['digits']}" if link else _TEL.sub("", text), country)
    if not found:
        raise _wrong("number_invalid", pointer)
    if len(found) > 1:
        raise _wrong("number_ambiguous", pointer)
    return found.pop()


def _wrong(code: str, pointer: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer)])


def _visible(text: str) -> str:
    """In the digits 0 to 9, without marks of direction and the like, which stand around what was copied."""
    seen = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in seen).strip()


def _meant(text: str, country: str | None) -> set[str]:
    """The numbers that `text` may be: as it is dialled in the country, or with a calling code whose + is missing."""
    local = _canonical(text, country)
    in_no_doubt = _PLUS_OR_TRUNK_ZERO.match(text) or (local and country and _is_mobile_of(local, country))
    abroad = None if in_no_doubt else _canonical("+" + _INTERNATIONAL.sub("", text), None)
    return {number for number in (local, abroad) if number is not None}


def _is_mobile_of(number: str, country: str) -> bool:
    parsed = phonenumbers.parse(number)
    mobile = phonenumbers.number_type(parsed) == PhoneNumberType.MOBILE
    return mobile and phonenumbers.region_code_for_number(parsed) == country


def shown(number: str) -> str:
    """An E.164 number in groups, as people read it: `+62 812-3456-7890`."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return number


def prefix(number: str) -> str:
    """What numbers of one range begin with: `+62812`."""
    try:
        calling_code = str(phonenumbers.parse(number).country_code)
    except NumberParseException:
        return number[: 1 + 3 + PREFIX_DIGITS]
    return number[: 1 + len(calling_code) + PREFIX_DIGITS]


def costs_extra(number: str) -> bool:
    """Nobody of ours calls there, or writes: a code would cost us, and reach no one."""
    return _type_of(number) in _COSTS_EXTRA


def takes_sms(number: str) -> bool:
    return _type_of(number) not in _BY_VOICE_ONLY


def _type_of(number: str) -> int:
    try:
        return int(phonenumbers.number_type(phonenumbers.parse(number)))
    except NumberParseException:
        return PhoneNumberType.UNKNOWN


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
