"""The text of an API key: `vbr_live_…` or `vbr_test_…`, 30 random base62 characters and a checksum of 6.

The checksum is the CRC-32 of all that stands before it: a key that was cut or mistyped is told apart from one
that is unknown, and a secret scanner tells a key from chance, both without a look into the database.
"""

import hashlib
import re
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_CHARACTERS = 30
CHECKSUM_CHARACTERS = 6
HINT_CHARACTERS = 4
SHAPE = re.compile(f"vbr_(live|test)_[0-9A-Za-z]{{{RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}}")


def generate(deployment: str) -> str:
    start = f"vbr_{deployment}_" + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return start + checksum(start)


def deployment_of(secret: str) -> str | None:
    """The deployment a key is for, or None when this is no key at all."""
    match = SHAPE.fullmatch(secret)
    if not match or checksum(secret[:-CHECKSUM_CHARACTERS]) != secret[-CHECKSUM_CHARACTERS:]:
        return None
    return match[1]


def digest(secret: str) -> bytes:
    """What is kept of a key. No salt or stretching: 178 random bits can't be guessed from their SHA-256."""
    return hashlib.sha256(secret.encode()).digest()


def checksum(text: str) -> str:
    number, characters = zlib.crc32(text.encode()), ""
    for _ in range(CHECKSUM_CHARACTERS):
        number, digit = divmod(number, len(ALPHABET))
        characters = ALPHABET[digit] + characters
    return characters
