"""The i-th made-up account: which state its card is in, and what it says."""

import hashlib
import struct
from typing import NamedTuple

from accounts.synthetic import wording
from accounts.synthetic.numbers import number

# Of a hundred accounts, all of them listed: verified, confirmed without ever a badge, and what may become of a badge.
SHARES = {"active": 80, "confirmed": 12, "expired": 4, "suspended": 2, "revoked": 2}
_STATES = [state for state, share in SHARES.items() for _ in range(share)]
_STRIDE = 37  # has no divisor in common with 100: a few dozen accounts in a row have different states
PURPOSES = (
    "{order_updates}", "{order_updates,delivery}", "{appointments}", "{order_updates,customer_care}",
    "{order_updates,delivery,customer_care,promotions}", "{customer_care,payment_reminders}", "{}",
)  # fmt: skip
_DICE = struct.Struct("<32H")
FIRST_MILLISECOND = (
    1_700_000_000_000  # of the ids: the i-th account's say i milliseconds later, as if made then
)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # of typed ids
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]


class Id(NamedTuple):
    """A made-up UUIDv7: as PostgreSQL reads it, and as `accounts.ids` writes it behind the prefix."""

    hexadecimal: str
    suffix: str


class Facts(NamedTuple):
    number: str
    state: str
    name: str
    legal_name: str
    company: bool
    registration: str
    category: str
    about: str
    website: str
    purposes: str
    business: Id
    account: Id
    proof: Id
    badge: Id


def _dice(i: int) -> tuple[int, ...]:
    return _DICE.unpack(hashlib.blake2b(i.to_bytes(8), digest_size=64, person=b"synthetic").digest())


def _id(milliseconds: int, prefix: str, dice: tuple[int, ...]) -> Id:
    """`prefix`: the text of the milliseconds, ten characters. Five dice."""
    a, b, c, d, e = dice
    low = (0x7000 | a & 0xFFF) << 64 | (0x8000 | b & 0x3FFF) << 48 | c << 32 | d << 16 | e
    pairs = _PAIRS
    suffix = (
        pairs[low >> 70] + pairs[low >> 60 & 1023] + pairs[low >> 50 & 1023] + pairs[low >> 40 & 1023]
        + pairs[low >> 30 & 1023] + pairs[low >> 20 & 1023] + pairs[low >> 10 & 1023] + pairs[low & 1023]
    )  # fmt: skip
    return Id(f"{milliseconds:012x}{low:020x}", prefix + suffix)


def of(i: int) -> Facts:
    """The facts of the i-th account, counted from 0: the same ones whoever asks, and however many there are."""
    dice = _dice(i)
    milliseconds = FIRST_MILLISECOND + i
    prefix = "".join([_PAIRS[milliseconds >> shift & 1023] for shift in (40, 30, 20, 10, 0)])
    name = wording.name(dice)
    company = dice[6] % 3 == 0
    return Facts(
        number(i),
        _STATES[i * _STRIDE % 100],
        name,
        wording.legal_name(company=company, name=name, dice=dice[7:9]),
        company,
        f"{1_000_000_000_000 + i * 7_919 % 9_000_000_000_000}" if company else "",  # 13 digits, as a NIB has
        wording.category(dice),
        wording.about(dice[9:12]),
        wording.website(name, dice[11]),
        PURPOSES[dice[6] % len(PURPOSES)],
        _id(milliseconds, prefix, dice[12:17]),
        _id(milliseconds, prefix, dice[17:22]),
        _id(milliseconds, prefix, dice[22:27]),
        _id(milliseconds, prefix, dice[27:32]),
    )


def name(i: int) -> str:
    return wording.name(_dice(i))
