"""The language of whoever reads this now: of the request, or of the block that `override` makes."""

from django.utils import translation

from accounts.text import Text


def spoken(text: Text) -> str:
    return text.in_language(translation.get_language() or "id")


_look_up = translation.gettext  # of a variable: what is extracted are the tables of sentences


def in_catalogue(sentence: str, language: str) -> str:
    """The sentences of further languages: those of the pages' own catalogue."""
    with translation.override(language):
        return _look_up(sentence) if sentence else ""
