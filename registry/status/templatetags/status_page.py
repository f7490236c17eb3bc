"""What the templates of the status page say: each filter takes the language of the page that is drawn.

Not gettext's active language, for a preview shows both at once.
"""

from datetime import date, datetime

from django import template

from accounts.text import Text
from registry.status import times
from registry.status.components import BY_KEY
from registry.status.drawing.words import WORDS
from registry.status.incidents import Incident

register = template.Library()


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


@register.filter
def affected(keys: tuple[str, ...], language: str) -> str:
    """Affects: Look-ups, Owners' forms"""
    names = ", ".join(BY_KEY[key].name.in_language(language) if key in BY_KEY else key for key in keys)
    return WORDS["affects"].format(names=names).in_language(language)


@register.filter
def span(incident: Incident, language: str) -> str:
    """From when to when, or since when. A maintenance says what is planned."""
    start, end = incident.started_at, incident.resolved_at
    if incident.scheduled_for is not None:
        start, end = incident.scheduled_for, incident.scheduled_until
    if end is None:
        return WORDS["since"].format(start=times.full(start)).in_language(language)
    same_day = times.day_of(start) == times.day_of(end)
    return (
        WORDS["between"]
        .format(start=times.full(start), end=times.clock(end) if same_day else times.full(end))
        .in_language(language)
    )
