"""The feed of changed cards."""

import threading
from typing import Any

import pytest
from django.db import connection

from accounts.audit import journal as audit
from accounts.audit.models import Event, EventNumber
from accounts.badges import services as badges
from accounts.display import queries
from tests.display.conftest import App
from tests.factories import badge_of, make_approved

pytestmark = pytest.mark.usefixtures("no_undo_window")
CHANGES = "/v1/contacts/changes"


def last_seq() -> int:
    return max(Event.objects.values_list("seq", flat=True))


def test_it_names_the_numbers_whose_cards_changed_since(app: App) -> None:
    account = make_approved()
    start = app.get(CHANGES).json()["next"]
    assert app.get(f"{CHANGES}?after={start}").json() == {"changes": [], "next": start, "more": False}
    badges.suspend(badge_of(account), reason="spam", by=audit.SYSTEM)
    page = app.get(f"{CHANGES}?after={start}").json()
    assert [change["numbers"] for change in page["changes"]] == [[account.number]]
    assert page["changes"][0]["seq"] == app.card(account.number)["version"]
    assert page["next"] == last_seq()


def test_a_new_policy_is_one_line(app: App) -> None:
    make_approved()
    start = app.get(CHANGES).json()["next"]
    badges.publish_policy("next.2", badges.current_policy().tiers, by=audit.SYSTEM)
    assert app.get(f"{CHANGES}?after={start}").json()["changes"] == [{"seq": last_seq(), "policy": "next.2"}]


@pytest.mark.parametrize(("page", "window"), [(1, 10_000), (2, 3), (1_000, 1), (3, 4)])
def test_pages_follow_on_without_a_gap(app: App, monkeypatch: Any, page: int, window: int) -> None:
    for _ in range(3):
        make_approved()
    whole = app.get(CHANGES).json()["changes"]
    monkeypatch.setattr(queries, "CHANGES_A_PAGE", page)
    monkeypatch.setattr(queries, "WINDOW", window)
    collected, after, more = [], 0, True
    while more:
        answer = app.get(f"{CHANGES}?after={after}").json()
        assert len(answer["changes"]) <= page
        assert answer["next"] > after or not answer["more"]
        collected += answer["changes"]
        after, more = answer["next"], answer["more"]
    assert collected == whole
    assert after == last_seq()


@pytest.mark.parametrize(
    "made_up", ["999999999", "-1", "abc", "1.5", "", "１", "9" * 40, "0x1", "%00", "%ff"]
)
def test_a_made_up_cursor_is_refused(app: App, made_up: str) -> None:
    answer = app.get(f"{CHANGES}?after={made_up}")
    assert answer.status_code == 422
    assert answer.json()["code"] == ("hidden_characters" if made_up.startswith("%") else "cursor_invalid")


def test_an_unknown_parameter_is_refused(app: App) -> None:
    problem = app.get(f"{CHANGES}?since=3").json()
    assert (problem["code"], problem["problems"][0]["parameter"]) == ("field_unknown", "since")


def test_nothing_new_is_304_to_whoever_has_the_page(app: App) -> None:
    account = make_approved()
    start = last_seq()
    page = app.get(f"{CHANGES}?after={start}")
    again = app.get(f"{CHANGES}?after={start}", headers={"If-None-Match": page.headers["ETag"]})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", page.headers["ETag"])
    badges.suspend(badge_of(account), reason="spam", by=audit.SYSTEM)
    again = app.get(f"{CHANGES}?after={start}", headers={"If-None-Match": page.headers["ETag"]})
    assert [change["numbers"] for change in again.json()["changes"]] == [[account.number]]


def test_a_number_that_left_the_journal_leaves_no_gap_behind(app: App) -> None:
    first, second = make_approved(), make_approved()
    EventNumber.objects.filter(number=first.number).delete()
    page = app.get(CHANGES).json()
    told = {number for change in page["changes"] for number in change.get("numbers", [])}
    assert first.number not in told
    assert second.number in told
    assert page["next"] == last_seq()


def test_it_is_two_queries_the_keys_among_them(app: App, django_assert_num_queries: Any) -> None:
    make_approved()
    with django_assert_num_queries(2):
        app.get(CHANGES)


@pytest.mark.parametrize(("page_size", "window"), [(1_000, 10_000), (2, 3)], ids=["pages", "small pages"])
def test_a_follower_misses_nothing_that_is_committed_beside_it(
    committed: None, monkeypatch: Any, page_size: int, window: int
) -> None:
    """Writers commit while a follower reads on and on: what it collected is the whole feed, in order."""
    accounts = [make_approved() for _ in range(3)]
    monkeypatch.setattr(queries, "CHANGES_A_PAGE", page_size)
    monkeypatch.setattr(queries, "WINDOW", window)
    done = threading.Event()

    def write(account: Any) -> None:
        try:
            for _ in range(8):
                badge = badges.suspend(badge_of(account), reason="spam", by=audit.SYSTEM)
                badges.reinstate(badge, by=audit.SYSTEM)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[account]) for account in accounts]
    collected: list[queries.Change] = []
    after = 0
    for writer in writers:
        writer.start()
    while not done.is_set():
        all_written = not any(writer.is_alive() for writer in writers)
        page = queries.changes(after)
        collected += page.changes
        after = page.next
        if all_written and not page.more:
            done.set()
    for writer in writers:
        writer.join()
    monkeypatch.setattr(queries, "CHANGES_A_PAGE", 1_000)
    monkeypatch.setattr(queries, "WINDOW", 10_000)
    assert collected == queries.changes(0).changes
    assert len(collected) >= 3 * 16
