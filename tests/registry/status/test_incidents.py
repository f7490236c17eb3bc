"""What was published, as a file: taken as it was written, and refused where nothing could be drawn from it."""

import json
from typing import Any

import pytest

from registry.status import incidents
from registry.status.incidents import Published
from tests.registry.status import pictures

PUBLISHED = Published(pictures.NOW, (pictures.incident(),))


def changed(**fields: Any) -> Any:
    document = incidents.to_json(PUBLISHED)
    document["incidents"][0].update(fields)
    return json.loads(json.dumps(document))


def test_it_is_taken_as_it_was_written() -> None:
    assert incidents.from_json(changed()) == PUBLISHED


@pytest.mark.parametrize(
    "fields",
    [
        {"started_at": "9999-12-31T23:59:59+00:00"},
        {"started_at": "0001-01-01T00:00:00+07:00"},
        {"resolved_at": "2026-11-22T10:00:00"},
        {"id": '"><script>'},
        {"id": "inc_\x00"},
        {"title": {"id": "\ud800", "en": ""}},
        {"updates": []},
    ],
)
def test_what_could_not_be_drawn_is_refused(fields: dict[str, Any]) -> None:
    """One such date in the page of a registry, and a prober elsewhere would draw no page any more."""
    with pytest.raises((ValueError, LookupError, TypeError)):
        incidents.from_json(changed(**fields))


def test_more_incidents_than_anybody_tells_are_refused() -> None:
    document = changed()
    document["incidents"] *= incidents.MOST + 1
    with pytest.raises(ValueError, match="too many"):
        incidents.from_json(document)
