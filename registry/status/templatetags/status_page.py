"""What the templates of the status page say: each filter takes the language of the page that is drawn.

Not gettext's active language, for a preview shows both at once.
"""

from datetime import date, datetime

from django import template

from accounts.text import Text
from registry.status import times
from registry.status.drawing.facts import affected, span
from registry.status.drawing.words import WORDS

register = template.Library()
register.filter(affected)
register.filter(span)


@register.filter
def word(key: str, language: str) -> str:
    return WORDS[key].in_language(language)


@register.filter
def said(text: Text, language: str) -> str:
    return text.in_language(language)


@register.filter
def full(at: datetime, language: str) -> str:
    """22 November 2026, 17.04 WIB (10.04 UTC)"""
    return times.full(at).in_language(language)


@register.filter
def on_day(day: date, language: str) -> str:
    return times.day(day).in_language(language)


@register.filter
def iso(at: datetime) -> str:
    """For the attribute of <time>."""
    return times.iso(at)
