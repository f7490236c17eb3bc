"""What a name may not be written like: each check answers with the part to mend, or None."""

import re
from collections.abc import Iterable

from accounts.names.characters import (
    HIDDEN,
    LETTER,
    SYMBOL,
    VIRAMA,
    digit_zero,
    joining,
    lower,
    scripts,
    upper,
)
from accounts.names.shape import Name
from accounts.names.words import ordinary_words

SHORTEST, LONGEST = 3, 75  # characters

ZWNJ, ZWJ = "\u200c", "\u200d"
_EMOJI_PARTS = re.compile("[\u200d\ufe0e\ufe0f\U000e0020-\U000e007f]")
_HAN_VARIANTS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_MONGOLIAN_VARIANTS = re.compile("[\u180b-\u180d\u180f]")

_SPELLED_OUT = re.compile("(?<![LMAVDNF])L(?:ZL){3,}(?![LMAVDNF])")
_NO_PUNCTUATION_RUN = re.compile(r"P{4,}|P(?:ZP){2,}|A{3,}|^[AM]")
_REPEATED = re.compile(r"([^\w\s])\1")

ACRONYM_UP_TO = 4  # letters; without a vowel a little longer
ACRONYM_WITHOUT_VOWEL_UP_TO = 6
CAPITALS_UP_TO = 3  # words: more acronyms than that in a row are no name
_VOWELS = frozenset("AEIOU")

# Endings that make an address, and endings that are words too: those only in lower case.
_SURE = (
    r"(?:com|net|org|biz|info|xyz|example)(?:\.[a-z]{2})?"
    r"|(?:co|web|or|go|ac|sch|my|biz|desa)\.id|co\.[a-z]{2}"
)
_UNSURE = (
    "co|id|me|io|in|my|sg|ly|to|us|tv|ee|app|dev|shop|store|online|site|link|page|asia|club|top|vip|live"
)
_ADDRESS = re.compile(
    r"\b(?:https?|ftp)\s*:"
    r"|\bwww\s*\.\s*\w"
    r"|[\w.+-]+@[\w-]+\.\w"
    rf"|[\w-]+\.(?:{_SURE})(?![\w])"
    rf"|[\w-]+\.(?:{_SURE}|{_UNSURE})/"
    rf"|(?-i:\b[a-z0-9-]{{2,}}\.(?:{_UNSURE})(?![\w.]))"
    r"|\b(?:dot|titik)\s+(?:com|net|org|co|id)\b",
    re.IGNORECASE,
)
# "Tiket.com" is how some businesses are called; "tiket.com", or the same beside other words, is an address.
_CALLED_LIKE_AN_ADDRESS = re.compile(r"[A-Z][a-z]+\.com")
_NUMBER = re.compile(r"\+?\(?\d(?:[ ().\-/]{0,2}\d){6,}")
_UNBROKEN = re.compile(r"\d{7}")
PHONE_DIGITS, PHONE_DIGITS_AFTER_ZERO = 10, 9  # fewer, in groups, may be years or a street number


def hidden_characters(name: Name) -> str | None:
    if HIDDEN not in name.shape:
        return None
    for at, (char, kind) in enumerate(zip(name.text, name.shape, strict=True)):
        if kind == HIDDEN and not _has_a_purpose(name, at):
            return char
    return None


def _has_a_purpose(name: Name, at: int) -> bool:
    """Joiners and variation selectors where a script, or an emoji, is written with them."""
    char, before, after = name.text[at], name.text[at - 1 : at], name.text[at + 1 : at + 2]
    kind_before, kind_after = name.shape[at - 1 : at], name.shape[at + 1 : at + 2]
    if _EMOJI_PARTS.match(char) and (_drawn_before(name, at) or kind_after == SYMBOL):
        return True  # `name_symbol` says what is wrong with it
    if not before:
        return False
    if char in {ZWNJ, ZWJ} and kind_before == VIRAMA:
        return True  # RFC 5892, appendix A
    if char == ZWNJ and after:
        return _joins(name, reversed(range(at)), "DL") and _joins(name, range(at + 1, len(name.text)), "DR")
    if char == ZWJ:
        return kind_before == LETTER and kind_after == VIRAMA  # Bengali ya-phalaa after ra
    if _HAN_VARIANTS.match(char):
        return "Hani" in scripts(before)
    return bool(_MONGOLIAN_VARIANTS.match(char)) and "Mong" in scripts(before)


def _joins(name: Name, places: Iterable[int], types: str) -> bool:
    """Whether the nearest letter, past its vowel marks, is of these joining types."""
    nearest = next((at for at in places if name.shape[at] not in "AM"), None)
    return nearest is not None and joining(name.text[nearest]) in types


def _drawn_before(name: Name, at: int) -> bool:
    while at and _EMOJI_PARTS.match(name.text[at - 1]):
        at -= 1
    return bool(at) and name.shape[at - 1] == SYMBOL


def too_short(name: Name) -> str | None:
    return name.text if len(name.text) - name.shape.count(HIDDEN) < SHORTEST else None


def too_long(name: Name) -> str | None:
    return name.text[LONGEST:] if len(name.text) > LONGEST else None


def mixed_digits(name: Name) -> str | None:
    if name.text.isascii():
        return None
    digits = [char for char, kind in zip(name.text, name.shape, strict=True) if kind == "D"]
    return "".join(digits) if len(set(map(digit_zero, digits))) > 1 else None


def spacing(name: Name) -> str | None:
    for at, kind in enumerate(name.shape):
        if kind == "Z" and (name.text[at] != " " or name.shape[at + 1 : at + 2] == "Z"):
            return name.text[max(at - 1, 0) : at + 3]
    spelled = _SPELLED_OUT.search(name.shape)
    return name.text[slice(*spelled.span())] if spelled else None


def contact_details(name: Name) -> str | None:
    address = _ADDRESS.search(name.plain)
    if address and not _CALLED_LIKE_AN_ADDRESS.fullmatch(name.plain):
        return _token(name.plain, address.start())
    for found in _NUMBER.finditer(name.plain):
        digits = sum(map(str.isdigit, found[0]))
        if (
            found[0].startswith("+")
            or _UNBROKEN.search(found[0])
            or digits >= PHONE_DIGITS
            or (found[0].lstrip("(").startswith("0") and digits >= PHONE_DIGITS_AFTER_ZERO)
        ):
            return found[0]
    return None


def _token(text: str, at: int) -> str:
    start = text.rfind(" ", 0, at + 1) + 1
    return text[start:].split(" ", 1)[0]


def symbol(name: Name) -> str | None:
    for at, kind in enumerate(name.shape):
        if kind in {SYMBOL, "F"}:
            return name.text[at]
    if run := _NO_PUNCTUATION_RUN.search(name.shape):
        return name.text[slice(*run.span())]
    for repeated in _REPEATED.finditer(name.text):
        if name.shape[repeated.start()] == "P":
            return repeated[0]
    # Too short a name is said to be that; what is left without a letter or digit is made of punctuation.
    return name.text if name.text and not set(name.shape) & set("LDN") else None


def all_caps(name: Name) -> str | None:
    if name.text.islower():
        return None
    written = [cased for word in name.words if (cased := _cased(word))]
    capitals = [word for word in written if len(word) > 1 and word == upper(word)]
    shouted = [word for word in capitals if not _may_be_an_acronym(word)]
    everything = all(word == upper(word) for word in written)
    if (shouted and (everything or len(shouted) > 1)) or (everything and len(capitals) > CAPITALS_UP_TO):
        return " ".join(shouted or capitals)
    return None


def _cased(word: str) -> str:
    """The letters that have a case: all of Latin, none of Thai."""
    if word.isascii() and word.isalpha():
        return word
    return "".join([char for char in word if lower(char) != upper(char)])


def _may_be_an_acronym(word: str) -> bool:
    if len(word) <= ACRONYM_UP_TO:
        return lower(word) not in ordinary_words()
    return word.isascii() and len(word) <= ACRONYM_WITHOUT_VOWEL_UP_TO and not _VOWELS & set(word)
