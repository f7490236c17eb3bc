"""Six-digit codes: made, kept as a keyed hash, guessed at five times at most. What one proves says who sent it."""

import hashlib
import hmac
import secrets
import unicodedata
from datetime import timedelta

from django.conf import settings

LIFETIME = timedelta(minutes=10)
GUESSES = 5
DIGITS = 6


def fresh() -> str:
    return f"{secrets.randbelow(1_000_000):06}"


def as_typed(text: str) -> str:
    """The code that somebody means by what they typed, in digits of any script and in groups; else nothing."""
    digits = [
        unicodedata.decimal(character, None) for character in text[:40] if character not in " -\u00a0\t\r\n"
    ]
    return "" if len(digits) != DIGITS or None in digits else "".join(map(str, digits))


def digest(row_id: str, code: str) -> bytes:
    """Keyed and bound to its row: six digits alone could be looked up from a stolen table."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"{row_id}:{code}".encode(), hashlib.sha256)
