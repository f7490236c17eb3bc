"""The language of whoever reads this now: of the request, or of the block that `override` makes."""

from django.utils.translation import get_language, gettext, override

from accounts.text import Text


def spoken(text: Text) -> str:
    return text.in_language(get_language() or "id")


def in_catalogue(sentence: str, language: str) -> str:
    """The sentences of further languages: those of the pages' own catalogue."""
    with override(language):
        return gettext(sentence) if sentence else ""
