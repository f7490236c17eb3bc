"""Numbers that nobody has: +999, which is assigned to no country, and ten digits.

The i-th is a keyed permutation of i: the same on every machine, without repeats, and as spread as numbers drawn by
chance are, so that what is measured on them (a compressed list, a B-tree) is what real ones would give.
"""

import hashlib
from array import array
from functools import cache

CALLING_CODE = "+999"
SPACE = 10**10  # ten digits
MOST = SPACE // 2  # accounts; the other half of the numbers is never given to one
_HALF = 10**5  # a Feistel network over two halves of five digits each permutes exactly the space
_ROUNDS = 4
_KEY = b"verified-business-registry 2017"


@cache
def _tables() -> list[list[int]]:
    """What each round adds to a half. 4 bytes an entry before the remainder: no digit is noticeably likelier."""
    tables = []
    for turn in range(_ROUNDS):
        drawn = array("I", hashlib.shake_128(_KEY + bytes([turn])).digest(4 * _HALF))
        tables.append([entry % _HALF for entry in drawn])
    return tables


def number(i: int) -> str:
    """The number of the i-th account, counted from 0."""
    left, right = divmod(i, _HALF)
    for table in _tables():
        left, right = right, (left + table[right]) % _HALF
    return f"{CALLING_CODE}{left:05}{right:05}"


def absent(i: int) -> str:
    """The i-th number that no account ever gets: it lies among the others, as a wrong guess would."""
    return number(MOST + i)
