"""The desk of the status page, as a browser uses it: typed, looked at, published, and followed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string

from accounts import clock
from accounts.audit.models import Event
from accounts.people.models import User
from registry.status import published
from registry.status.models import Incident, IncidentUpdate
from registry.status.writing import USUAL, Place
from tests.registry.status.desk import ADD, PLAN, at, fields_of, text_of, through_the_preview
from tests.registry.status.telling import INCIDENT, MAINTENANCE
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db")
LONG = "x" * 10_000


# --- writing ---


def test_an_incident_is_typed_looked_at_and_published(olga: User) -> None:
    browser = browser_of(olga)
    form = fields_of(text_of(browser.get(ADD)))
    preview = text_of(browser.post(ADD, {**form, **INCIDENT, "preview": ""}))
    assert not Incident.objects.exists() and not Event.objects.filter(kind="incident.opened").exists()
    for words in ("Pencarian lambat", "Look-ups are slow", "Sedang diselidiki", "Investigating", "UTC"):
        assert words in preview
    assert "Nothing is published yet" in preview and "0 addresses get it" in preview
    answer = browser.post(ADD, {**fields_of(preview), "publish": ""})
    row = Incident.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, at("change", row))
    assert (row.title_en, row.components, row.impact) == (
        "Look-ups are slow",
        ["lookups", "messages"],
        "major",
    )
    again = browser.post(ADD, {**fields_of(preview), "publish": ""})
    assert again.headers["Location"] == at("change", row) and Incident.objects.count() == 1


def test_the_preview_is_what_the_public_page_shows(olga: User) -> None:
    """The same template, of the same facts: only the number under which the page links to it is missing."""
    browser = browser_of(olga)
    form = fields_of(text_of(browser.get(ADD)))
    typed = {**INCIDENT, "body_en": "<b>One</b>\r\n\r\nTwo & three", "started_at": "", "preview": ""}
    preview = text_of(browser.post(ADD, {**form, **typed}))
    browser.post(ADD, {**fields_of(preview), "publish": ""})
    (incident,) = published.from_database().incidents
    for language in ("id", "en"):
        drawn = render_to_string("status/incident.html", {"incident": incident, "language": language})
        shown = drawn.replace(f' id="{incident.id}"', "")
        assert _without_times(shown) in _without_times(preview)
    assert "&lt;b&gt;One&lt;/b&gt;</p>" in preview and "<b>One" not in preview


def _without_times(page: str) -> str:
    return re.sub(r"\d\d[.:]\d\d( WIB| UTC)|\d{4}-\d\d-\d\dT[\d:.]+Z", "", page)


def test_back_to_the_text_loses_nothing(olga: User) -> None:
    browser = browser_of(olga)
    form = fields_of(text_of(browser.get(ADD)))
    typed = {**form, **INCIDENT, "components": ["lookups", "messages"], "started_at": "2026-11-01T10:00"}
    typed["body_id"] = "  Satu & <dua>\r\n\r\ntiga"
    preview = text_of(browser.post(ADD, {**typed, "started_at": "", "preview": ""}))
    again = fields_of(text_of(browser.post(ADD, {**fields_of(preview), "edit": ""})))
    assert again == {**typed, "started_at": ""}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"body_en": LONG}, "at most 5000 characters"),
        ({"body_id": ""}, "This field is required"),
        ({"components": []}, "This field is required"),
        ({"title_en": "zero\u200bwidth"}, "characters that can&#x27;t be seen"),
        ({"started_at": "2999-01-01T00:00"}, "yet to come"),
        ({"started_at": "0001-01-01T00:00"}, "last 90 days"),
        ({"started_at": "9999-12-31T23:59"}, "yet to come"),
        ({"started_at": "yesterday"}, "Enter a valid date/time"),
        ({"resolved_at": "2026-01-01T00:00"}, "Only what is resolved has an end"),
        ({"stage": "resolved", "resolved_at": "2026-01-01T00:00"}, "over before it began"),
        ({"stage": "scheduled"}, "Select a valid choice"),
        ({"as_id": "inc_x"}, "Enter a valid value"),
    ],
)
@pytest.mark.parametrize("button", ["preview", "publish"])
def test_a_refusal_keeps_what_was_typed(button: str, typed: dict[str, Any], words: str, olga: User) -> None:
    browser = browser_of(olga)
    form = {**fields_of(text_of(browser.get(ADD))), **INCIDENT, **typed}
    page = text_of(browser.post(ADD, {**form, button: ""}), 422)
    assert words in page
    kept = fields_of(page)
    for name in ("title_id", "body_id", "body_en", "started_at", "resolved_at"):
        assert kept[name] == form[name]
    assert sorted(kept.get("components", [])) == sorted(form["components"])
    assert not Incident.objects.exists()


def test_ends_of_lines_count_once(olga: User) -> None:
    browser = browser_of(olga)
    text = "\r\n".join(["x"] * 2_500)
    assert through_the_preview(browser, ADD, **{**INCIDENT, "body_en": text}).status_code == 302
    assert IncidentUpdate.objects.get().body_en == text.replace("\r\n", "\n")


def test_maintenance_is_planned_on_jakartas_clock(olga: User) -> None:
    browser = browser_of(olga, language="id")
    begins = clock.here(clock.now()).replace(second=0, microsecond=0) + timedelta(days=3)
    times = {"scheduled_for": f"{begins:%Y-%m-%dT%H:%M}", "scheduled_until": f"{begins:%Y-%m-%d}T23:59"}
    answer = through_the_preview(browser, PLAN, **MAINTENANCE, **times)
    row = Incident.objects.get()
    assert (answer.status_code, row.scheduled_for, row.stage) == (302, begins, "scheduled")
    past = {"scheduled_for": "2026-01-01T10:00", "scheduled_until": "2026-01-01T09:00"}
    form = fields_of(text_of(browser.get(PLAN)))
    assert "sudah lewat" in text_of(browser.post(PLAN, {**form, **MAINTENANCE, **past}), 422)


# --- usual texts ---


def test_a_usual_text_fills_the_form_and_can_be_published_as_it_stands(olga: User) -> None:
    browser = browser_of(olga)
    for key, usual in USUAL.items():
        if usual.place != Place.INCIDENT:
            continue
        form = fields_of(text_of(browser.get(ADD)))
        filled = fields_of(text_of(browser.post(ADD, {**form, "usual": key, "fill": ""})))
        assert filled["body_id"] == usual.body.id and filled["components"] == list(usual.components)
        preview = text_of(browser.post(ADD, {**filled, "preview": ""}))
        assert browser.post(ADD, {**fields_of(preview), "publish": ""}).status_code == 302
    places = [usual.place for usual in USUAL.values()]
    assert Incident.objects.count() == places.count(Place.INCIDENT) >= 3


def test_a_usual_text_does_not_write_over_somebodys_own(olga: User) -> None:
    browser = browser_of(olga)
    form = {
        **fields_of(text_of(browser.get(ADD))),
        "body_en": "My own words.",
        "started_at": "2026-11-01T10:00",
    }
    page = text_of(browser.post(ADD, {**form, "usual": "database", "fill": ""}))
    filled = fields_of(page)
    assert (filled["body_en"], filled["started_at"]) == ("My own words.", "2026-11-01T10:00")
    assert filled["body_id"] == USUAL["database"].body.id and "left as it is" in page
    other = fields_of(text_of(browser.post(ADD, {**filled, "usual": "lookups_slow", "fill": ""})))
    assert other["body_id"] == USUAL["lookups_slow"].body.id  # a usual one gives way to another
    assert other["body_en"] == "My own words."


def test_a_choice_that_is_not_there_fills_nothing(olga: User) -> None:
    browser = browser_of(olga)
    form = fields_of(text_of(browser.get(ADD)))
    filled = fields_of(text_of(browser.post(ADD, {**form, "usual": "earthquake", "fill": ""})))
    assert filled == form
