"""A display name as the rules read it."""

import re
import unicodedata
from functools import cache, cached_property

from accounts.names import characters
from accounts.names.characters import HIDDEN, PUNCTUATION, SYMBOL, CharacterMap
from accounts.names.skeleton import words as folded_words

# What stays around a name when it is copied. Nothing that is hidden: that is for its author to remove.
TRIMMED = " \t\r\n\u00a0\u3000"

FORBIDDEN = frozenset('~!@#$%^*_+:;="{}[]|<>?/\\`')
# What names are written with besides letters and digits; a full-width form counts as the plain one. After the
# ASCII ones: quotation marks used as apostrophes, dashes, middle dots, commas and full stops of East Asia and
# Arabic, Hebrew geresh, Armenian apostrophe, the marks of Devanagari and Thai abbreviations, the word spaces
# of Tibetan and Ethiopic.
ALLOWED = frozenset("'&,.-()‘’‐‑–—·・、。،׳״՚॰ฯ་፡")

# Past any length a name may have: the patterns of addresses take the square of what they are given.
READ_UP_TO = 300

_WORD = re.compile("[LMAVDNFH]+")


class Name:
    """`text` is the name as it is stored, or the start of one far too long.

    `shape` is one letter a character: its kind (see `characters`).
    """

    def __init__(self, text: str) -> None:
        self.text = normalise(text)[:READ_UP_TO]
        self.shape = self.text.translate(_shapes())

    @cached_property
    def words(self) -> list[str]:
        if self.text.isascii():
            return re.findall("[A-Za-z0-9]+", self.text)
        return [self.text[slice(*match.span())] for match in _WORD.finditer(self.shape)]

    @cached_property
    def folded_words(self) -> tuple[list[str], ...]:
        """The words as skeletons, in each case, so that a word is found whatever letters draw it."""
        return folded_words(self.text)

    @cached_property
    def plain(self) -> str:
        """In compatible letters and ASCII digits: what one would type to follow a link or call a number."""
        text = characters.compatible(self.text)
        return text if text.isascii() else text.translate(_plain())


def normalise(name: str) -> str:
    """What is stored: NFC, without white space around it. Hidden characters stay, to be refused."""
    trimmed = name.strip(TRIMMED)
    return trimmed if trimmed.isascii() else unicodedata.normalize("NFC", trimmed)


def visible(text: str) -> str:
    """For showing what a name holds: a hidden character, in any position, is written as its code point."""
    return "".join(
        f"⟨U+{ord(char):04X}⟩" if kind == HIDDEN else char
        for char, kind in zip(text, text.translate(_shapes()), strict=True)
    )


@cache
def _shapes() -> CharacterMap:
    return CharacterMap(_shape)


@cache
def _plain() -> CharacterMap:
    return CharacterMap(_plain_character)


def _shape(char: str) -> str:
    kind = characters.kind(char)
    if kind == PUNCTUATION and not (char in ALLOWED or characters.compatible(char) in ALLOWED):
        return SYMBOL
    return SYMBOL if char in FORBIDDEN else kind


def _plain_character(char: str) -> str:
    if characters.kind(char) == characters.DIGIT:
        return str(ord(char) - characters.digit_zero(char))
    return "." if char == "。" else char
