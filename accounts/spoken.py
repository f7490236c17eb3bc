"""The language of whoever reads this now: of the request, or of the block that `override` makes."""

from django.utils.translation import get_language

from accounts.text import Text


def spoken(text: Text) -> str:
    return text.in_language(get_language() or "id")
