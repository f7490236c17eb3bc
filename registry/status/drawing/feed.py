"""The Atom feed (RFC 4287): an entry for each incident and maintenance, all its updates in it, the newest first."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import format_html, format_html_join, linebreaks
from django.utils.safestring import mark_safe

from registry.status import times
from registry.status.drawing.facts import affected, span
from registry.status.drawing.statuspage import SINCE
from registry.status.drawing.words import WORDS
from registry.status.incidents import Incident
from registry.status.picture import Picture

MOST = 50  # entries
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class IncidentFeed(Atom1Feed):
    """Django's summary is plain text here, and the updates are the content."""

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})

    def latest_post_date(self) -> datetime:
        """Of an empty feed, its beginning: Django would say that it changed just now."""
        changed: list[datetime] = [item["updateddate"] for item in self.items]
        return max([SINCE, *changed])


def atom(picture: Picture, language: str, *, name: str) -> bytes:
    """`name`: of the file, for the feed's address of its own."""
    home = f"{settings.PUBLIC_URL}/status/"
    feed = IncidentFeed(
        title=WORDS["feed_title"].format(registry=settings.REGISTRY_NAME).in_language(language),
        link=f"{home}{language}/",
        description=None,
        language=language,
        author_name=settings.REGISTRY_NAME,
        feed_url=f"{home}{name}",
        feed_guid=_tag(language),
    )
    newest = sorted(picture.published.incidents, key=lambda incident: incident.updated_at, reverse=True)
    for incident in newest[:MOST]:
        feed.add_item(
            title=_clean(incident.title.in_language(language)),
            link=f"{home}{language}/#{incident.id}",
            description=None,  # type: ignore[arg-type]  # left out then
            unique_id=_tag(incident.id),
            pubdate=incident.created_at,
            updateddate=incident.updated_at,
            content=_clean(_content(incident, picture.now, language)),
        )
    return str(feed.writeString("utf-8")).encode()


def _content(incident: Incident, now: datetime, language: str) -> str:
    updates = format_html_join(
        "\n",
        "<p><strong>{}</strong>, {}</p>\n{}",
        (
            (
                update.stage.label.in_language(language),
                times.full(update.at).in_language(language),
                mark_safe(linebreaks(update.body.in_language(language), autoescape=True)),  # noqa: S308  # escaped
            )
            for update in reversed(incident.updates)
        ),
    )
    stage = incident.stage_at(now).label.in_language(language)
    facts = f"{span(incident, language)}."
    if incident.components:
        facts += f" {affected(incident.components, language)}."
    impact = incident.impact.label.in_language(language)
    return str(format_html("<p>{} · {}</p>\n<p>{}</p>\n{}", stage, impact, facts, updates))


def _tag(what: str) -> str:
    """RFC 4151: for good, wherever the feed is served from."""
    return f"tag:{urlsplit(settings.PUBLIC_URL).hostname},2026:status/{what}"


def _clean(text: str) -> str:
    """Without what XML has no way to write."""
    return _NOT_XML.sub("", text)
