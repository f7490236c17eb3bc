"""What somebody signs in with: an e-mail address or a phone number, written in whatever way."""

import re
from typing import NamedTuple

from accounts.businesses import checks, numbers
from accounts.errors import Invalid, Problem

_WITHOUT_DOTS = {"gmail.com", "googlemail.com"}


class Contact(NamedTuple):
    """`field` is that of a person: "email" or "phone"."""

    field: str
    value: str

    @property
    def is_phone(self) -> bool:
        return self.field == "phone"

    @property
    def mailbox(self) -> str:
        """Whom it reaches: what stands behind a + is for the reader alone, quotes say nothing, nor do Gmail's dots."""
        if self.is_phone:
            return self.value
        name, _, domain = self.value.rpartition("@")
        name = re.sub(r'["\\]', "", name).partition("+")[0]
        return f"{name.replace('.', '') if domain in _WITHOUT_DOTS else name}@{domain}"

    @property
    def shown(self) -> str:
        """As its owner reads it back: a number in groups."""
        return numbers.shown(self.value) if self.is_phone else self.value


def read(text: str, *, pointer: str = "/contact") -> Contact:
    """Raises Invalid: sign_in_contact_missing, sign_in_contact_invalid; for the staff's as for any other contact."""
    text = text.strip()
    if not text:
        raise _problem("sign_in_contact_missing", pointer)
    try:
        if "@" in text:
            return Contact(*checks.contact_key(checks.length(text, 254, pointer)))
        number = numbers.parse(text, country=numbers.HOME)
    except Invalid as wrong:
        raise _problem("sign_in_contact_invalid", pointer) from wrong
    if numbers.costs_extra(number):
        raise _problem("sign_in_contact_invalid", pointer)
    return Contact("phone", number)


def _problem(code: str, pointer: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, pointer)])
