"""The desk of the status page: the list, and what follows what was told."""

import re
from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.people.models import User
from registry.status import services
from registry.status.incidents import Stage
from registry.status.models import Incident, IncidentUpdate
from registry.status.writing import USUAL, Place
from tests.registry.status.desk import ADD, DESK, PLAN, at, fields_of, text_of, through_the_preview
from tests.registry.status.telling import INCIDENT, WORDS, follow, opened, planned
from tests.registry.status.test_telling_probers import found
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db")


def test_an_incidents_page_shows_what_was_told_and_offers_what_may_follow(olga: User, rita: User) -> None:
    row = follow(opened(by=olga), Stage.RESOLVED, by=olga, body_id="Sudah beres.", body_en="All fixed.")
    page = text_of(browser_of(olga).get(at("change", row)))
    for words in (
        "Sudah beres.",
        "All fixed.",
        "Kami sedang memeriksanya.",
        "Selesai",
        "Resolved",
        "WIB",
        "UTC",
    ):
        assert words in page
    steps = re.search(r'<select name="stage".*?</select>', page, re.DOTALL)
    assert steps is not None and re.findall(r'value="(\w+)"', steps[0]) == ["postmortem"]
    assert 'name="resolved_at"' not in page and at("update", row) in page
    page = text_of(browser_of(rita).get(at("change", row)))
    assert "All fixed." in page and at("update", row) not in page


def test_an_update_is_typed_looked_at_and_published(olga: User) -> None:
    row = opened(by=olga)
    answer = through_the_preview(
        browser_of(olga),
        at("update", row),
        stage="resolved",
        body_id="Beres.",
        body_en="Fixed.",
        impact="minor",
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, at("change", row))
    row.refresh_from_db()
    assert (row.stage, row.impact, row.components) == ("resolved", "minor", ["lookups", "messages"])
    assert row.resolved_at is not None


@pytest.mark.parametrize("key", [key for key, usual in USUAL.items() if usual.place != Place.INCIDENT])
def test_each_usual_text_of_what_follows_can_be_published(key: str, olga: User) -> None:
    usual = USUAL[key]
    browser = browser_of(olga)
    if usual.place == Place.MAINTENANCE:
        begins = clock.here(clock.now()) + timedelta(days=1)
        address, more = PLAN, {"scheduled_for": f"{begins:%Y-%m-%dT%H:%M}"}
        more["scheduled_until"] = f"{begins + timedelta(hours=2):%Y-%m-%dT%H:%M}"
    else:
        of_maintenance = usual.stage in {Stage.IN_PROGRESS, Stage.COMPLETED}
        row = planned(by=olga) if of_maintenance else opened(by=olga)
        if usual.stage == Stage.POSTMORTEM:
            follow(row, Stage.RESOLVED, by=olga)
        address, more = at("update", row), {}
    form = fields_of(text_of(browser.get(address)))
    filled = fields_of(text_of(browser.post(address, {**form, **more, "usual": key, "fill": ""})))
    preview = fields_of(text_of(browser.post(address, {**filled, "preview": ""})))
    assert browser.post(address, {**preview, "publish": ""}).status_code == 302
    last = IncidentUpdate.objects.last()
    assert last is not None and (last.stage, last.body_en) == (usual.stage, usual.body.en)


def test_a_probers_incident_is_followed_like_any_other(olga: User) -> None:
    services.tell(found(clock.now() - timedelta(minutes=9), Stage.INVESTIGATING))
    row = Incident.objects.get()
    through_the_preview(browser_of(olga), at("update", row), stage="resolved", **WORDS)
    row.refresh_from_db()
    assert row.stage == "resolved" and row.automatic


def test_who_was_overtaken_reads_what_came_and_keeps_what_was_typed(olga: User, sinta: User) -> None:
    row = opened(by=olga)
    slow = browser_of(sinta)
    form = fields_of(text_of(slow.get(at("update", row))))
    typed = {**form, "stage": "identified", "body_id": "Punya saya.", "body_en": "Mine."}
    preview = fields_of(text_of(slow.post(at("update", row), {**typed, "preview": ""})))
    follow(row, Stage.MONITORING, by=olga, body_en="Somebody was faster.")
    page = text_of(slow.post(at("update", row), {**preview, "publish": ""}), 409)
    assert "changed in the meantime" in page and "Somebody was faster." in page
    assert fields_of(page)["body_en"] == "Mine." and IncidentUpdate.objects.count() == 2
    preview = fields_of(text_of(slow.post(at("update", row), {**fields_of(page), "preview": ""})))
    assert slow.post(at("update", row), {**preview, "publish": ""}).status_code == 302
    assert IncidentUpdate.objects.last().body_en == "Mine."  # type: ignore[union-attr]  # there are three


def test_who_was_overtaken_by_the_end_keeps_the_text_too(olga: User, sinta: User) -> None:
    row = opened(by=olga)
    slow = browser_of(sinta)
    form = fields_of(text_of(slow.get(at("update", row))))
    follow(row, Stage.RESOLVED, by=olga)
    typed = {**form, "stage": "identified", "body_id": "Punya saya.", "body_en": "Mine."}
    page = text_of(slow.post(at("update", row), {**typed, "publish": ""}), 409)
    assert fields_of(page)["body_en"] == "Mine." and fields_of(page)["stage"] == "postmortem"


def test_nothing_follows_a_completed_maintenance(olga: User) -> None:
    row = follow(planned(by=olga), Stage.COMPLETED, by=olga)
    browser = browser_of(olga)
    assert at("update", row) not in text_of(browser.get(at("change", row)))
    page = text_of(browser.post(at("update", row), {**WORDS, "stage": "completed", "publish": ""}), 409)
    assert "We are looking into it." in page and IncidentUpdate.objects.count() == 2


# --- the list ---


def test_the_list_speaks_the_readers_language_and_its_queries_do_not_grow(
    olga: User, django_assert_num_queries: Any
) -> None:
    browser = browser_of(olga, language="id")
    opened(by=olga)
    page = text_of(browser.get(DESK))
    assert "Pencarian lambat" in page and "Sedang diselidiki" in page and "Pesan dan kode" in page
    assert ADD in page and PLAN in page
    with django_assert_num_queries(6):
        browser.get(DESK)
    for _ in range(5):
        planned(by=olga)
    with django_assert_num_queries(6):
        browser.get(DESK)


def test_the_list_tells_what_goes_on_from_what_is_over(olga: User) -> None:
    names = {}
    for name, row in [
        ("open", opened(by=olga, title_en="Open one")),
        ("over", follow(opened(by=olga, title_en="Over one"), Stage.RESOLVED, by=olga)),
        ("planned", planned(by=olga, title_en="Planned one")),
        ("past", planned(by=olga, title_en="Past one")),
    ]:
        names[name] = row.title_en
    ended = clock.now() - timedelta(minutes=1)
    Incident.objects.filter(title_en="Past one").update(
        started_at=ended - timedelta(hours=1), scheduled_for=ended - timedelta(hours=1), scheduled_until=ended
    )
    browser = browser_of(olga)

    def shown(query: str) -> set[str]:
        page = text_of(browser.get(DESK + query))
        return {name for name, title in names.items() if title in page}

    assert shown("") == {"open", "over", "planned", "past"}
    assert shown("?state=open") == {"open", "planned"}
    assert shown("?state=over") == {"over", "past"}
    assert shown("?q=Planned") == {"planned"}


def test_a_reviewer_reads_and_writes_nothing(rita: User, olga: User) -> None:
    row = opened(by=olga)
    browser = browser_of(rita)
    page = text_of(browser.get(DESK))
    assert "Look-ups are slow" in page and ADD not in page and PLAN not in page
    for address in (ADD, PLAN, at("update", row)):
        assert browser.get(address).status_code == 403
        assert browser.post(address, {**INCIDENT, "publish": ""}).status_code == 403
    assert IncidentUpdate.objects.count() == 1
