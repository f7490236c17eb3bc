"""A sentence for a person, in both languages of the registry."""

from typing import NamedTuple


class Text(NamedTuple):
    """Indonesian and English of one sentence. Placeholders are `str.format` fields; a Text may stand in for one."""

    id: str
    en: str

    def format(self, **params: object) -> "Text":
        return Text(
            *(
                sentence.format(**{name: _in(language, value) for name, value in params.items()})
                for language, sentence in zip(self._fields, self, strict=True)
            )
        )

    def in_language(self, language: str) -> str:
        """The sentence in `language` ("id", "en-us", …); English for any language but Indonesian."""
        return self.id if language.split("-")[0] == "id" else self.en


def _in(language: str, value: object) -> object:
    return value.in_language(language) if isinstance(value, Text) else value
