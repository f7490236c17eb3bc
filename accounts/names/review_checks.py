"""What a reviewer should look at: each check answers with the part that is meant, or None."""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from accounts.names import characters, words
from accounts.names.shape import Name
from accounts.names.skeleton import words as folded_words

# UTS #39, section 5.1: writing systems that use several scripts.
_WRITTEN_TOGETHER = {
    "Hani": ("Hanb", "Jpan", "Kore"),
    "Hira": ("Jpan",),
    "Kana": ("Jpan",),
    "Hang": ("Kore",),
    "Bopo": ("Hanb",),
}
_WITH_LATIN = frozenset({"Hanb", "Jpan", "Kore"})

_CACHED_CHARACTERS = 10_000

_PERCENTAGE = re.compile(r"\d[\d.,]*\s*(?:%|persen\b|percent\b)|\bno\.?\s?1\b", re.IGNORECASE)


def holds(listed: str) -> Callable[[Name], str | None]:
    """A check for any word or phrase of a list, whatever letters draw it."""

    def check(name: Name) -> str | None:
        index = _index(listed)
        for folded in name.folded_words:
            for at, word in enumerate(folded):
                for phrase in index.get(word, ()):
                    end = at + len(phrase)
                    if tuple(folded[at:end]) == phrase:
                        # Some single characters fold to two words; then the folded ones have to do.
                        as_written = name.words if len(name.words) == len(folded) else folded
                        return " ".join(as_written[at:end])
        return None

    return check


def made_of(listed: str, *, besides: str = "") -> Callable[[Name], str | None]:
    """A check for names made of words of the list, and of those `besides` that mean nothing alone."""

    def check(name: Name) -> str | None:
        needed, also = _index(listed), _index(besides)
        for folded in name.folded_words:
            if any(word in needed for word in folded) and all(
                word in needed or word in also for word in folded
            ):
                return name.text
        return None

    return check


def platform(name: Name) -> str | None:
    abbreviations = words.PLATFORM_ABBREVIATIONS.intersection(name.words)
    return min(abbreviations, default=None) or _platform(name)


def promotion(name: Name) -> str | None:
    percentage = _PERCENTAGE.search(name.plain)
    return percentage[0] if percentage else _promotion(name)


_platform, _promotion = holds(words.PLATFORM), holds(words.PROMOTION)


def mixed_script(name: Name) -> str | None:
    """UTS #39, highly restrictive: one writing system a word, or an East Asian one together with Latin."""
    if name.text.isascii():
        return None
    return next((word for word in name.words if not word.isascii() and _is_mixed(word)), None)


def _is_mixed(word: str) -> bool:
    systems = [written_in for char in word if (written_in := _writing_systems(char))]
    if not systems or frozenset.intersection(*systems):
        return False
    beside_latin = [written_in for written_in in systems if "Latn" not in written_in]
    return not frozenset.intersection(*beside_latin) & _WITH_LATIN


@lru_cache(_CACHED_CHARACTERS)
def _writing_systems(char: str) -> frozenset[str]:
    scripts = characters.scripts(char)
    return scripts.union(*(_WRITTEN_TOGETHER.get(script, ()) for script in scripts))


@cache
def _index(listed: str) -> dict[str, list[tuple[str, ...]]]:
    """The phrases of a list by the skeleton of their first word."""
    index: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted(words.phrases(listed)):
        for folded in folded_words(phrase):
            index.setdefault(folded[0], []).append(tuple(folded))
    return index
