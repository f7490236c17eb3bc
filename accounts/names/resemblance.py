"""Whether one name can be taken for another, and why: for the candidates that the deletion keys found."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import product
from typing import Literal

from accounts.names import characters
from accounts.names.shape import normalise, visible
from accounts.names.skeleton import one_edit_counts, skeleton, skeletons
from accounts.text import Text

LISTED_PAIRS = 3  # characters named in one sentence

# Where Indonesian has a word of its own; the other scripts keep their English name.
_SCRIPT_IN_INDONESIAN = {
    "Armn": "Armenia",
    "Arab": "Arab",
    "Cyrl": "Kiril",
    "Geor": "Georgia",
    "Grek": "Yunani",
    "Hebr": "Ibrani",
}


@dataclass(frozen=True, slots=True)
class Resemblance:
    kind: Literal["same", "one_edit"]
    why: Text


def resemblance(name: str, other: str) -> Resemblance | None:
    """How `name` resembles `other`, which is the one that exists already; None when it does not."""
    theirs, ours = skeletons(other), skeletons(name)
    if ours & theirs:
        return Resemblance("same", _why_same(normalise(name), normalise(other)))
    pairs = sorted(product(ours, theirs))
    near = next((pair for pair in pairs if all(map(one_edit_counts, pair)) and _one_edit_apart(*pair)), None)
    return Resemblance("one_edit", _why_near(normalise(name), normalise(other))) if near else None


def _one_edit_apart(a: str, b: str) -> bool:
    """One insertion, deletion, substitution or swap of neighbours."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    rest, other = a[start:], b[start:]
    if len(a) != len(b):
        longer, shorter = sorted((rest, other), key=len, reverse=True)
        return longer[1:] == shorter
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])


def _why_same(name: str, other: str) -> Text:
    if name == other:
        return Text("nama yang sama", "the same name")
    if hidden := sorted(set(_hidden(name)) - set(_hidden(other))):
        listed = ", ".join(hidden)
        return Text(
            "sama, dengan karakter tak terlihat: {listed}", "the same with hidden characters: {listed}"
        ).format(listed=listed)
    drawn = _drawn_alike(name, other)
    if not drawn:
        return Text(
            "sama kecuali huruf besar, spasi, tanda baca, atau aksen",
            "the same but for capitals, spaces, punctuation or accents",
        )
    indonesian = ", ".join(f"{_named(a, id=True)} untuk {_named(b, id=True)}" for a, b in drawn)
    english = ", ".join(f"{_named(a)} for {_named(b)}" for a, b in drawn)
    return Text("tampak sama: {pairs}", "looks the same when drawn: {pairs}").format(
        pairs=Text(indonesian, english)
    )


def _hidden(text: str) -> list[str]:
    return [visible(char) for char in text if characters.kind(char) == characters.HIDDEN]


def _drawn_alike(name: str, other: str) -> list[tuple[str, str]]:
    """What stands in `name` for what in `other`, where they differ in more than case, accents, spaces."""
    pairs: dict[tuple[str, str], None] = {}
    for mine, yours in _differences(_letters(name), _letters(other)):
        one_by_one = (
            zip(mine, yours, strict=True) if len(mine) == len(yours) else [("".join(mine), "".join(yours))]
        )
        pairs.update(dict.fromkeys(one_by_one))
    return [(a, b) for a, b in pairs if characters.lower(a) != characters.lower(b)][:LISTED_PAIRS]


def _differences(ours: list[str], theirs: list[str]) -> list[tuple[list[str], list[str]]]:
    """The stretches in which two names differ, but for the case."""
    matcher = SequenceMatcher(None, _lowered(ours), _lowered(theirs), autojunk=False)
    return [(ours[a:b], theirs[c:d]) for action, a, b, c, d in matcher.get_opcodes() if action != "equal"]


def _letters(name: str) -> list[str]:
    """The characters that leave something in the skeleton; an accent by itself is no difference."""
    plain = [char for char in name if skeleton(char)]
    return [_without_accents(char) for char in plain]


def _without_accents(char: str) -> str:
    pieces = characters.decomposed(char)
    kept = [piece for piece in pieces if characters.kind(piece) != characters.ACCENT]
    return kept[0] if len(pieces) > 1 and len(kept) == 1 else char


def _lowered(letters: list[str]) -> list[str]:
    return [characters.lower(letter) for letter in letters]


def _named(text: str, *, id: bool = False) -> str:
    """A character of one script with that script's name: `Cyrillic а`."""
    scripts = characters.scripts(text) if len(text) == 1 else frozenset()
    if len(scripts) != 1:
        return text
    (code,) = scripts
    script = characters.script_name(code)
    return f"{text} {_SCRIPT_IN_INDONESIAN.get(code, script)}" if id else f"{script} {text}"


def _why_near(name: str, other: str) -> Text:
    """The letter, where the names as written differ in one place only."""
    ours, theirs = _letters(name), _letters(other)
    changes = [("".join(mine), "".join(yours)) for mine, yours in _differences(ours, theirs)]
    if len(changes) == 1:
        ((mine, yours),) = changes
        if not yours:
            return Text("satu huruf lebih: {letter}", "one letter more: {letter}").format(letter=mine)
        if not mine:
            return Text("satu huruf kurang: {letter}", "one letter less: {letter}").format(letter=yours)
        return Text(
            "satu huruf berbeda: {mine}, bukan {yours}", "one letter differs: {mine} for {yours}"
        ).format(mine=mine, yours=yours)
    if sorted(_lowered(ours)) == sorted(_lowered(theirs)):
        return Text("dua huruf bertukar tempat", "two letters changed places")
    return Text("satu huruf berbeda", "one letter differs")
