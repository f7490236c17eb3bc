"""A sentence for a person, in both languages of the registry."""

from typing import NamedTuple


class Text(NamedTuple):
    """Indonesian and English of one sentence. Placeholders are `str.format` fields."""

    id: str
    en: str

    def format(self, **params: object) -> "Text":
        return Text(self.id.format(**params), self.en.format(**params))

    def in_language(self, language: str) -> str:
        """The sentence in `language` ("id", "en-us", …); English for any language but Indonesian."""
        return self.id if language.split("-")[0] == "id" else self.en
