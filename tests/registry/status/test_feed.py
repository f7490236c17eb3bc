"""The Atom feed, as a feed reader reads it."""

from datetime import timedelta

import feedparser
import pytest

from accounts.text import Text
from registry.status.drawing import files
from registry.status.drawing.feed import MOST
from registry.status.picture import Picture
from tests.registry.status import pictures


def feed(picture: Picture, language: str = "en") -> feedparser.FeedParserDict:
    name = "history.atom" if language == "id" else f"{language}/history.atom"
    found = feedparser.parse(files(picture)[name])
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("name", pictures.PICTURES)
def test_every_picture_makes_a_well_formed_feed(name: str, language: str) -> None:
    picture = pictures.PICTURES[name]
    found = feed(picture, language)
    assert found.feed.language == language
    assert len(found.entries) == len(picture.published.incidents)
    for required in ("title", "id", "updated", "author"):
        assert found.feed.get(required)
        assert all(entry.get(required) or found.feed.get(required) for entry in found.entries)
    assert len({entry.id for entry in found.entries}) == len(found.entries)


def test_an_entry_has_all_updates_and_is_as_new_as_the_newest() -> None:
    going, over = feed(pictures.OUTAGE).entries
    assert (going.title, over.title) == ("Look-ups fail", "Look-ups fail")
    assert over.updated == "2026-11-19T11:09:30+00:00"
    (content,) = over.content
    assert content.type == "text/html"
    words = content.value
    assert words.index("Resolved") < words.index("Monitoring") < words.index("We are looking into it.")
    assert "<p>A second paragraph.</p>" in words
    assert "WIB" in words and "UTC" in words


def test_an_entry_says_when_and_what() -> None:
    """The text of a maintenance speaks of "the time given", so that time stands beside it."""
    (soon,) = (entry for entry in feed(pictures.MAINTAINED).entries if entry.id.endswith("inc_soon"))
    assert "From 24 November 2026, 17:04 WIB (10:04 UTC) to 18:04 WIB (11:04 UTC)." in soon.content[0].value
    assert "Affects: Reviewers" in soon.content[0].value
    going, over = feed(pictures.OUTAGE).entries
    assert "Since 22 November 2026" in going.content[0].value
    assert "From 19 November 2026" in over.content[0].value


def test_ids_are_tags_that_stay_whatever_is_added(settings: object) -> None:
    first, second = (feed(pictures.OUTAGE, language).entries[0].id for language in ("id", "en"))
    assert first == second == "tag:127.0.0.1,2026:status/inc_look"


def test_an_empty_feed_does_not_change_by_itself() -> None:
    later = pictures.picture(now=pictures.NOW.replace(hour=11))
    assert files(pictures.ALL_WELL)["history.atom"] == files(later)["history.atom"]


def test_markup_stays_text() -> None:
    (entry,) = feed(pictures.FOREIGN).entries
    assert "<script" not in entry.content[0].value
    assert "&lt;script&gt;" in entry.content[0].value


def test_what_xml_can_not_write_is_left_out() -> None:
    odd = Text("a\x00b\x0bc\ud800d", "a\x00b\x0bc\ud800d")
    (entry,) = feed(pictures.picture(incidents=[pictures.incident(title=odd, body=odd)])).entries
    assert entry.title == "abcd"


def test_a_long_story_ends_with_the_fifty_newest() -> None:
    """Nothing that is polled each minute grows for ever."""
    story = [
        pictures.incident(f"n{number}", began=pictures.NOW - timedelta(hours=number)) for number in range(60)
    ]
    entries = feed(pictures.picture(incidents=story)).entries
    assert [entry.id.rsplit("_", 1)[1] for entry in entries] == [f"n{number}" for number in range(MOST)]
