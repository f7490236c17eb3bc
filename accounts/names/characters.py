"""What is known about single characters, from `unicode-17.txt`: the same answers on every supported Python.

Python's own `unicodedata`, `str.lower` and `str.isalpha` follow the Unicode version of the Python at hand, so
the rules ask here. Only the normal forms and the case of characters that Unicode 14 had are Python's: those
are stable.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

# Kinds of characters. Emoji and what is drawn like a badge are symbols; decorated letters are "in a font".
LETTER, MARK, ACCENT, VIRAMA, DIGIT, NUMBER = "L", "M", "A", "V", "D", "N"
PUNCTUATION, SYMBOL, IN_A_FONT, SPACE, HIDDEN = "P", "S", "F", "Z", "H"

# A cache of single characters must not grow with whatever strangers send.
_CACHED_CHARACTERS = 20_000


class CharacterMap(dict[int, str | None]):
    """For `str.translate`: works a character out when it is first met."""

    def __init__(self, work_out: Callable[[str], str | None]) -> None:
        super().__init__()
        self._work_out = work_out

    def __missing__(self, code: int) -> str | None:
        value = self._work_out(chr(code))
        if len(self) < _CACHED_CHARACTERS:
            self[code] = value
        return value


@cache
def _sections() -> dict[str, list[str]]:
    text = Path(__file__).with_name("unicode-17.txt").read_text("ascii")
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            lines = sections.setdefault(line[1:-1], [])
        elif not line.startswith("#"):
            lines.append(line)
    return sections


@cache
def _ranges(section: str) -> tuple[list[int], list[str]]:
    starts, values = [], []
    for line in _sections()[section]:
        start, _, value = line.partition(" ")
        starts.append(int(start, 16))
        values.append(value)
    return starts, values


def _mappings(section: str) -> Iterator[tuple[int, str]]:
    for line in _sections()[section]:
        target, _, sources = line.partition(":")
        text = "".join([chr(int(code, 16)) for code in target.split()])
        for source in sources.split():
            yield int(source, 16), text


@cache
def prototypes() -> dict[int, str]:
    """UTS #39: what a character is drawn like, for the characters that are drawn like another one."""
    return dict(_mappings("prototypes"))


@cache
def newer(section: str) -> dict[int, str]:
    """What Python 3.11 does not know of a `lower`, an `upper` or a `compatibility` mapping."""
    return dict(_mappings(section))


def _in_range(section: str, code: int) -> tuple[int, str]:
    starts, values = _ranges(section)
    at = bisect_right(starts, code) - 1
    return starts[at], values[at]


def kind(char: str) -> str:
    return _in_range("kinds", ord(char))[1][0]


def scripts(char: str) -> frozenset[str]:
    """Script_Extensions by their four-letter codes; empty for what goes with any script."""
    return frozenset(_in_range("kinds", ord(char))[1].split()[1:])


def joining(char: str) -> str:
    """D(ual), L(eft) or R(ight) where letters are written joined, else `-`."""
    return _in_range("joining", ord(char))[1]


def digit_zero(digit: str) -> int:
    """The zero of the row of ten that a decimal digit belongs to."""
    start = _in_range("kinds", ord(digit))[0]
    return start + (ord(digit) - start) // 10 * 10


def script_name(code: str) -> str:
    return _script_names()[code]


@cache
def _script_names() -> dict[str, str]:
    return {line[:4]: line[5:] for line in _sections()["scripts"]}


def compatible(text: str) -> str:
    """NFKC, with what newer characters are taken apart into and never put together again."""
    if text.isascii():
        return text
    pieces = newer("compatibility")
    return unicodedata.normalize("NFKC", text.translate(pieces)).translate(pieces)


def decomposed(text: str) -> str:
    """NFKD, on the same terms as `compatible`."""
    return text if text.isascii() else unicodedata.normalize("NFKD", text.translate(newer("compatibility")))


def lower(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(newer("lower")).lower()


def upper(text: str) -> str:
    return text.upper() if text.isascii() else text.translate(newer("upper")).upper()
