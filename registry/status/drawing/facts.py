"""What stands over an incident or a maintenance, in a sentence each: on the page, in the preview, in the feed."""

from registry.status import times
from registry.status.components import BY_KEY
from registry.status.drawing.words import WORDS
from registry.status.incidents import Incident


def affected(keys: tuple[str, ...], language: str) -> str:
    """Affects: Look-ups, Owners' forms"""
    names = ", ".join(BY_KEY[key].name.in_language(language) if key in BY_KEY else key for key in keys)
    return WORDS["affects"].format(names=names).in_language(language)


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
