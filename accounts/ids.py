"""Typed ids: `acc_01h2xcejqtf2nbrexx3vqjhp41` outside, a 16-byte UUIDv7 in the database.

The text form is that of the TypeID specification 0.3: a prefix, then the 128 bits in 26 characters of
Crockford's base32. UUIDv7 (RFC 9562 section 5.7) keeps the B-tree's newest pages together.
"""

import re
import secrets
import time
import uuid
from functools import partial
from typing import Any

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import models

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_DIGITS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")  # as int(…, 32) reads them
_PAIRS = [
    first + second for first in _ALPHABET for second in _ALPHABET
]  # ten bits at a time: a card has three ids
_FORTY_BITS = 2**40 - 1  # eight characters; in one piece, 128 bits are slow to take apart
SUFFIX_PATTERN = "[0-7][0-9a-hjkmnp-tv-z]{25}"


def uuid7() -> uuid.UUID:
    """A UUID that starts with the Unix time in milliseconds."""
    milliseconds = time.time_ns() // 1_000_000
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return uuid.UUID(int=value)


def to_text(prefix: str, value: uuid.UUID | int) -> str:
    """Of a UUID, or of its 128 bits as a number: to make the object takes longer than all of this."""
    number = value if isinstance(value, int) else value.int
    high, middle, low = number >> 80 & _FORTY_BITS, number >> 40 & _FORTY_BITS, number & _FORTY_BITS
    return (
        f"{prefix}_{_PAIRS[number >> 120]}"
        f"{_PAIRS[high >> 30]}{_PAIRS[high >> 20 & 1023]}{_PAIRS[high >> 10 & 1023]}{_PAIRS[high & 1023]}"
        f"{_PAIRS[middle >> 30]}{_PAIRS[middle >> 20 & 1023]}{_PAIRS[middle >> 10 & 1023]}{_PAIRS[middle & 1023]}"
        f"{_PAIRS[low >> 30]}{_PAIRS[low >> 20 & 1023]}{_PAIRS[low >> 10 & 1023]}{_PAIRS[low & 1023]}"
    )


def to_uuid(prefix: str, text: str) -> uuid.UUID:
    """Raises ValueError: another prefix, or not a TypeID."""
    if not re.fullmatch(f"{prefix}_{SUFFIX_PATTERN}", text):
        raise ValueError(f"{text!r} is not an id that starts with {prefix}_")
    return uuid.UUID(int=int(text[len(prefix) + 1 :].translate(_DIGITS), 32))


def new_id(prefix: str) -> str:
    return to_text(prefix, uuid7())


class IdField(models.UUIDField[str, str]):
    """The primary key of a model: its Python value is the text form, its column a UUID."""

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs |= {"primary_key": True, "editable": False, "default": partial(new_id, prefix)}
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("default", "editable", "primary_key"):
            kwargs.pop(implied, None)
        return name, path, args, {"prefix": self.prefix, **kwargs}

    def to_python(self, value: Any) -> str | None:
        if value is None:
            return None
        try:
            to_uuid(self.prefix, value)
        except (TypeError, ValueError) as error:
            raise ValidationError(str(error), code="invalid") from error
        return str(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None or isinstance(value, uuid.UUID):
            return value
        return to_uuid(self.prefix, value)

    def from_db_value(self, value: uuid.UUID | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else to_text(self.prefix, value)


@IdField.register_lookup
class TypedId(models.lookups.IExact):
    """What somebody types into a search for `=id`: one id in any case; everything else finds nothing."""

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        typed = str(self.rhs).lower()
        if not re.fullmatch(f"{self.lhs.output_field.prefix}_{SUFFIX_PATTERN}", typed):
            raise EmptyResultSet
        return models.lookups.Exact(self.lhs, typed).as_sql(compiler, connection)
