"""What somebody signs in with: an e-mail address or a phone number, written in whatever way."""

from typing import NamedTuple

import phonenumbers
from phonenumbers import PhoneNumberType

from accounts.businesses import checks, numbers
from accounts.errors import Invalid, Problem

HOME = "ID"  # ISO 3166-1: where a number written without its country is from
PREFIX_DIGITS = 3  # of the national number: about what belongs to one carrier
# Numbers whose caller pays for more than the call: nobody is reached there, but somebody earns.
_DEAR = {PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST}


class Contact(NamedTuple):
    """`field` is that of a person: "email" or "phone"."""

    field: str
    value: str

    @property
    def is_phone(self) -> bool:
        return self.field == "phone"

    @property
    def shown(self) -> str:
        """As its owner reads it back: a number in groups."""
        if not self.is_phone:
            return self.value
        number = phonenumbers.parse(self.value)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)

    @property
    def prefix(self) -> str:
        """Of a phone: the calling code and what follows it."""
        number = phonenumbers.parse(self.value)
        return f"+{number.country_code}{str(number.national_number)[:PREFIX_DIGITS]}"


def read(text: str, *, pointer: str = "/contact") -> Contact:
    """Raises Invalid: sign_in_contact_missing, sign_in_contact_invalid; for the staff's as for any other contact."""
    text = text.strip()
    if not text:
        raise _problem("sign_in_contact_missing", pointer)
    try:
        if "@" in text:
            return Contact(*checks.contact_key(checks.length(text, 254, pointer)))
        number = numbers.parse(text, country=HOME)
    except Invalid as wrong:
        raise _problem("sign_in_contact_invalid", pointer) from wrong
    if phonenumbers.number_type(phonenumbers.parse(number)) in _DEAR:
        raise _problem("sign_in_contact_invalid", pointer)
    return Contact("phone", number)


def _problem(code: str, pointer: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer)])
