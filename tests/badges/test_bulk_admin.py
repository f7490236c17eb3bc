"""Suspending for an incident in the admin, as a browser uses it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.badges import bulk as bulk_suspensions
from accounts.badges import bulk_work, jobs
from accounts.badges import services as badges
from accounts.badges.models import Badge, BulkSuspension
from accounts.people.models import User
from tests.factories import badge_of, make_approved
from tests.server import forms, words_of
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db", "no_undo_window")
LIST = reverse("admin:badges_badge_changelist")


@pytest.fixture
def many(db: None, no_undo_window: None) -> list[Badge]:
    names = ["Roti Satu", "Roti Dua", "Kopi Tiga"]
    return [badge_of(make_approved(display_name=name, category="food")) for name in names]


def choose(*ticked: Badge, across: bool = False) -> dict[str, Any]:
    return {
        "action": "suspend_for_an_incident",
        "index": "0",
        "select_across": "1" if across else "0",
        ACTION_CHECKBOX_NAME: [badge.pk for badge in ticked],
    }


def answer(page: Any, **typed: str) -> dict[str, Any]:
    """The form of the page that asks, filled in; its ticks are repeated fields."""
    text = page.content.decode()
    (form,) = (form for form in forms(text, LIST) if "reason" in form.names)
    ticks = [part.split('"')[0] for part in text.split(f'name="{ACTION_CHECKBOX_NAME}" value="')[1:]]
    return {**form.fields, ACTION_CHECKBOX_NAME: ticks, "confirmed": "yes", **typed}


def test_what_is_ticked_is_suspended_after_a_page_that_asks(many: list[Badge], sinta: User) -> None:
    browser = browser_of(sinta)
    assert "Suspend for an incident" in browser.get(LIST).content.decode()
    asked = browser.post(LIST, choose(*many[:2]))
    assert asked.status_code == 200
    assert "2 active badges are suspended, for one reason." in words_of(asked.content.decode())
    assert not BulkSuspension.objects.exists()
    started = browser.post(LIST, answer(asked, reason="fraud", note="the breach"))
    bulk = BulkSuspension.objects.get()
    page = reverse("admin:badges_bulksuspension_change", args=[bulk.pk])
    assert (started.status_code, started.headers["Location"]) == (302, page)
    assert (bulk.total, bulk.reason, bulk.note, bulk.started_by) == (2, "fraud", "the breach", sinta)
    assert {item.badge_id for item in bulk.items.all()} == {badge.pk for badge in many[:2]}


def test_all_that_match_the_lists_filters_are_suspended(many: list[Badge], olga: User) -> None:
    badges.suspend(many[2], reason="spam", by=audit.SYSTEM)
    found = f"{LIST}?q=roti"
    browser = browser_of(olga)
    asked = browser.post(found, choose(many[0], across=True))
    words = words_of(asked.content.decode())
    assert "2 active badges are suspended" in words and "all that the list's filters leave" in words
    assert browser.post(found, answer(asked, reason="fraud")).status_code == 302
    assert BulkSuspension.objects.get().total == 2


def test_those_that_are_not_active_are_left_alone_and_that_is_said(many: list[Badge], sinta: User) -> None:
    badges.suspend(many[0], reason="spam", by=audit.SYSTEM)
    asked = browser_of(sinta).post(LIST, choose(*many))
    words = words_of(asked.content.decode())
    assert "2 active badges are suspended" in words
    assert "1 other of the selection is not active, and left alone." in words


def test_a_selection_that_changed_meanwhile_is_asked_about_again(many: list[Badge], sinta: User) -> None:
    browser = browser_of(sinta)
    asked = browser.post(LIST, choose(many[0], across=True))
    badges.suspend(many[0], reason="spam", by=audit.SYSTEM)
    again = browser.post(LIST, answer(asked, reason="fraud", note="What I typed."))
    assert again.status_code == 409
    text = again.content.decode()
    assert "The selection now has 2 active badges" in text and "What I typed." in text
    assert not BulkSuspension.objects.exists()
    assert browser.post(LIST, answer(again, reason="fraud")).status_code == 302


@pytest.mark.parametrize("reason", ["", "because"])
def test_without_a_reason_of_the_list_nothing_starts(many: list[Badge], sinta: User, reason: str) -> None:
    browser = browser_of(sinta)
    asked = browser.post(LIST, choose(*many))
    assert browser.post(LIST, answer(asked, reason=reason)).status_code == 422
    assert not BulkSuspension.objects.exists()


def test_who_may_not_is_not_offered_it_and_can_not_post_it(many: list[Badge], rita: User) -> None:
    browser = browser_of(rita)
    assert "Suspend for an incident" not in browser.get(LIST).content.decode()
    browser.post(LIST, {**choose(*many), "confirmed": "yes", "reason": "fraud", "count": "3"})
    assert not BulkSuspension.objects.exists()


def progress(browser: Client, bulk: BulkSuspension) -> str:
    page = browser.get(reverse("admin:badges_bulksuspension_change", args=[bulk.pk]))
    assert page.status_code == 200
    return str(page.content.decode())


def test_its_page_shows_how_far_it_is_and_what_was_refused(
    many: list[Badge], sinta: User, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(bulk_work, "CHUNK", 1)
    bulk = bulk_suspensions.start(Badge.objects.all(), reason="fraud", by=sinta)
    waiting = bulk.items.order_by("-pk").first()
    assert waiting is not None
    badges.revoke(waiting.badge, reason="spam", by=audit.SYSTEM)
    bulk_work.next_chunk(bulk.pk)
    browser = browser_of(sinta)
    with django_assert_max_num_queries(12):
        page = progress(browser, bulk)
    assert '<progress id="progress-bar" max="3" value="1">33 %</progress>' in page
    assert "data-running" in page and "badges/progress.js" in page and "/stop/" in page
    assert "<script>" not in page and "style=" not in page
    jobs.suspend_in_bulk.func(bulk.pk)
    page = progress(browser, bulk)
    assert 'value="3">100 %' in page and "data-running" not in page and "/stop/" not in page
    assert "2 suspended" in page and "1 refused" in page
    assert "The badge is not active any more. (1)" in page
    assert reverse("admin:badges_badge_change", args=[waiting.badge_id]) in page


def test_it_is_stopped_by_a_post_only(many: list[Badge], sinta: User, rita: User) -> None:
    bulk = bulk_suspensions.start(Badge.objects.all(), reason="fraud", by=sinta)
    address = reverse("admin:badges_bulksuspension_stop", args=[bulk.pk])
    assert browser_of(rita).post(address).status_code == 403
    browser = browser_of(sinta)
    assert browser.get(address).status_code == 200
    assert BulkSuspension.objects.get().is_running
    assert browser.post(address).status_code == 302
    assert BulkSuspension.objects.get().stopped_at is not None
    assert browser.post(address).status_code == 409
    assert "stopped" in progress(browser, bulk)


def test_the_list_of_badges_is_as_quick_with_many(
    many: list[Badge], sinta: User, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(sinta)
    for address in (LIST, reverse("admin:badges_bulksuspension_changelist")):
        with django_assert_max_num_queries(12):
            assert browser.get(address).status_code == 200


def test_who_signed_in_long_ago_signs_in_again_first(many: list[Badge], sinta: User, settings: Any) -> None:
    browser = browser_of(sinta)
    asked = browser.post(LIST, choose(*many))
    settings.SIGN_IN_AGAIN_AFTER = timedelta(0)
    response = browser.post(LIST, answer(asked, reason="fraud"))
    assert response.status_code == 302
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not BulkSuspension.objects.exists()
