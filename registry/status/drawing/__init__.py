"""The whole folder of the status page, drawn from one picture: pages, JSON, feeds, badges, and what they need."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from registry.status.drawing import badge, feed, page, statuspage
from registry.status.incidents import to_json
from registry.status.picture import Picture

_ASSETS = Path(__file__).resolve().parent.parent / "assets"
_ICON = Path(__file__).resolve().parents[2] / "static" / "registry" / "icon.svg"


def files(picture: Picture) -> dict[str, bytes]:
    """By their names in the folder. All links between them are relative: they work wherever the folder is served."""
    drawn = {**_standing(), "published.json": _json(to_json(picture.published))}
    drawn |= {
        f"api/v2/{name}.json": _json(document) for name, document in statuspage.documents(picture).items()
    }
    for language, _ in settings.LANGUAGES:
        drawn[f"{language}/index.html"] = page.html(picture, language, root="../")
        drawn[page_at_the_top(language)] = page.html(picture, language, root="")
        for kind, draw in (("history.atom", _feed), ("badge.svg", _badge)):
            name = in_language(kind, language)
            drawn[name] = draw(picture, language, name)
    return drawn


def in_language(name: str, language: str) -> str:
    """Where the feed and the badge of a language are: the Indonesian ones at the top."""
    return name if language == "id" else f"{language}/{name}"


def page_at_the_top(language: str) -> str:
    """For `/status/` itself, in the language of whoever asks; a static server knows of the Indonesian one only."""
    return "index.html" if language == "id" else f"index-{language}.html"


def _feed(picture: Picture, language: str, name: str) -> bytes:
    return feed.atom(picture, language, name=name)


def _badge(picture: Picture, language: str, _: str) -> bytes:
    return badge.svg(picture.overall, language)


@cache
def _standing() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (*sorted(_ASSETS.iterdir()), _ICON)}


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
