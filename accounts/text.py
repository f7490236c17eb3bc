"""A sentence for a person: in Indonesian and English here, in further languages by their catalogues."""

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from string import Formatter

# An English sentence and a language; the answer is the English sentence where the catalogue has no other.
Catalogue = Callable[[str, str], str]


def _no_catalogue(sentence: str, language: str) -> str:
    return sentence


_catalogue: Catalogue = _no_catalogue


def translate_by(catalogue: Catalogue) -> None:
    """Where the sentences of further languages come from, for all of this process."""
    global _catalogue
    _catalogue = catalogue


@dataclass(frozen=True)
class Text:
    """Indonesian and English of one sentence. Placeholders are `str.format` fields; a Text may stand in for one."""

    id: str
    en: str
    # What `format` was given: the English sentence as the catalogues know it, and what stands in for its fields.
    source: tuple[str, Mapping[str, object]] | None = field(default=None, repr=False, compare=False)

    def __iter__(self) -> Iterator[str]:
        return iter((self.id, self.en))

    def in_both(self) -> dict[str, str]:
        """As the API's documents carry it."""
        return {"id": self.id, "en": self.en}

    def format(self, **params: object) -> "Text":
        return Text(
            self.id.format(**_all_in("id", params)),
            self.en.format(**_all_in("en", params)),
            (self.en, params),
        )

    def in_language(self, language: str) -> str:
        """The sentence in `language` ("id", "en-us", …); English where its catalogue lacks the sentence."""
        match language.split("-")[0]:
            case "id":
                return self.id
            case "en":
                return self.en
        sentence, params = self.source or (self.en, None)
        found = _catalogue(sentence, language)
        if found == sentence or not _same_fields(sentence, found):
            return self.en
        return found if params is None else found.format(**_all_in(language, params))


def fields_of(sentence: str) -> frozenset[str]:
    """Its placeholders. Raises ValueError: a brace that stands alone."""
    return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)


@functools.lru_cache(maxsize=4096)
def _same_fields(sentence: str, translation: str) -> bool:
    """A slip of a translator must not become an error of ours."""
    try:
        return fields_of(sentence) == fields_of(translation)
    except ValueError:
        return False


def _all_in(language: str, params: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value.in_language(language) if isinstance(value, Text) else value
        for name, value in params.items()
    }
