"""Skeletons of names after UTS #39: two names that can be taken for each other have a skeleton in common."""

from functools import cache
from hashlib import blake2b

from accounts.names.characters import (
    ACCENT,
    DIGIT,
    HIDDEN,
    LETTER,
    MARK,
    NUMBER,
    SYMBOL,
    VIRAMA,
    CharacterMap,
    compatible,
    decomposed,
    kind,
    lower,
    prototypes,
    upper,
)

ONE_EDIT_FROM = 5  # letters; below it one edit makes another word of it (DANA, Dina)
ONE_EDIT_UP_TO = 256  # characters; far more than a name may have, and deletion keys cost its square

_KEPT = frozenset((LETTER, MARK, VIRAMA, DIGIT, NUMBER))


def skeleton(name: str) -> str:
    """The UTS #39 skeleton of the letters and digits of `name`, after NFKC and without hidden characters; no
    accents, spaces, punctuation or symbols. It keeps the case, and is in NFC: one letter is one character.
    """
    return _fold(_prepared(name), _joined())


def skeletons(name: str) -> frozenset[str]:
    """The skeletons of the name, of its lower and of its upper case, each without its case.

    Empty when the name has neither letter nor digit, which resembles nothing.
    """
    return frozenset(_caseless(_prepared(name), _joined())) - {""}


def words(name: str) -> tuple[list[str], ...]:
    """As `skeletons`, but word by word: one list for each case."""
    return tuple(folded.split() for folded in _caseless(_prepared(name), _spaced()))


def one_edit_counts(skeleton: str) -> bool:
    """Whether the skeleton is long enough for one edit to leave a resemblance."""
    # An m is drawn like rn: two characters of the skeleton, one letter of the name.
    return len(skeleton) - skeleton.count("rn") >= ONE_EDIT_FROM and len(skeleton) <= ONE_EDIT_UP_TO


def deletion_keys(skeleton: str) -> set[int]:
    """Signed 64-bit keys: skeletons one insertion, deletion, substitution or swap apart share one.

    The keys are of the skeleton and, where `one_edit_counts`, of what is left when any one character is taken
    out. A shared key is a candidate; `resemblance` decides.
    """
    keys = {_key(skeleton)}
    if one_edit_counts(skeleton):
        keys.update([_key(skeleton[:at] + skeleton[at + 1 :]) for at in range(len(skeleton))])
    return keys


def keys(name: str) -> frozenset[int]:
    """The deletion keys of all skeletons of `name`: what the index of live and protected names holds."""
    return frozenset().union(*map(deletion_keys, skeletons(name)))


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


def _prepared(name: str) -> str:
    return name if name.isascii() else compatible(name.translate(_visible()))


def _caseless(text: str, folding: CharacterMap) -> tuple[str, ...]:
    """Upper-case I and lower-case l are drawn alike, so the case is taken away after the folding, not before:
    `BANK MANDlRI` meets the capitals of `Bank Mandiri`, and `TeIkomseI` meets `Telkomsel` as written.
    """
    if text.isascii():
        return tuple(
            dict.fromkeys([text.translate(table) for table in _ascii_caseless(folding is _spaced())])
        )
    cases = dict.fromkeys((text, lower(text), upper(text)))
    return tuple(dict.fromkeys([_fold(lower(_fold(case, folding)), folding) for case in cases]))


def _fold(text: str, folding: CharacterMap) -> str:
    if text.isascii():
        return text.translate(folding)
    return compatible(compatible(text).translate(folding))


@cache
def _visible() -> CharacterMap:
    return CharacterMap(lambda char: None if kind(char) == HIDDEN else char)


@cache
def _joined() -> CharacterMap:
    return CharacterMap(lambda char: _folded(char, gap=""))


@cache
def _spaced() -> CharacterMap:
    return CharacterMap(lambda char: _folded(char, gap=" "))


@cache
def _ascii_caseless(spaced: bool) -> tuple[dict[int, str], ...]:
    """The whole of `_caseless` in one look-up a character; ASCII letters fold one by one."""
    folding = _spaced() if spaced else _joined()
    tables = []
    for case in (str, str.lower, str.upper):
        table = {}
        for code in range(128):
            table[code] = case(chr(code)).translate(folding).lower().translate(folding)
        tables.append(table)
    return tuple(tables)


def _folded(char: str, *, gap: str) -> str:
    """The prototype of one character, its pieces folded each; `gap` for what separates words."""
    # A Hangul syllable is one letter to its readers: taken apart, one edit would be less than a letter.
    pieces = char if "\uac00" <= char <= "\ud7a3" else decomposed(char)
    if pieces != char:
        return "".join([_folded(piece, gap=gap) for piece in pieces])
    char_kind, drawn_like = kind(char), prototypes().get(ord(char))
    if char_kind in {ACCENT, HIDDEN}:
        return ""
    if char_kind not in _KEPT:
        # A symbol may stand for a letter (| for l); a dash or a full stop never does.
        return drawn_like if char_kind == SYMBOL and drawn_like and _is_ascii_word(drawn_like) else gap
    if drawn_like is None:
        return char
    return "".join([_folded(piece, gap="") if piece != char else piece for piece in decomposed(drawn_like)])


def _is_ascii_word(text: str) -> bool:
    return text.isascii() and text.isalnum()
