"""Views of the queue that somebody keeps, and the navigation with its numbers."""

import re
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.businesses import ownership
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.verification import desks, saved_filters
from accounts.verification import services as verification
from accounts.verification.models import QualityCheck, SavedFilter
from tests.factories import make_approved, make_claimed, make_submitted
from tests.staff import browser_of

pytestmark = pytest.mark.django_db

QUEUE = reverse("admin:verification_application_changelist")
KEEP = reverse("admin:verification_application_keep")
FORGET = reverse("admin:verification_application_forget")


def numbers(browser: Client, address: str = QUEUE) -> dict[str, str]:
    page = browser.get(address).content.decode()
    nav = re.search(r'<nav class="desks".*?</nav>', page, re.DOTALL)
    assert nav is not None
    return dict(re.findall(r'>([^<>]+?) <span class="number">([^<]*)</span>', nav[0]))


def test_a_view_is_kept_with_what_the_queue_knows(rita: User) -> None:
    browser = browser_of(rita)
    query = "desk=mine&q=Toko+Melati&p=7&o=1&evil=1&desk=all&tag=%00"
    assert browser.post(KEEP, {"name": "  My  desk ", "query": query}).status_code == 302
    kept = SavedFilter.objects.get()
    assert (kept.person, kept.name, kept.query) == (rita, "My desk", "desk=all&q=Toko+Melati")
    page = browser.get(f"{QUEUE}?{kept.query}").content.decode()
    assert re.search(r'<a href="\?desk=all&amp;q=Toko\+Melati" aria-current="page">My desk</a>', page)
    browser.post(KEEP, {"name": "My desk", "query": "desk=second"})
    assert SavedFilter.objects.get().query == "desk=second"


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\x07b"])
def test_a_view_needs_a_name(name: str, rita: User) -> None:
    browser_of(rita).post(KEEP, {"name": name, "query": "desk=mine"})
    assert not SavedFilter.objects.exists()


def test_a_view_is_not_longer_than_an_address_of_the_queue(rita: User) -> None:
    browser_of(rita).post(KEEP, {"name": "long", "query": "q=" + "x" * 500})
    assert not SavedFilter.objects.exists()


def test_nobody_sees_or_deletes_anothers_views(rita: User, rudi: User) -> None:
    kept = saved_filters.save("Rita's own", "desk=mine", by=rita)
    his = browser_of(rudi)
    assert "Rita&#x27;s own" not in his.get(QUEUE).content.decode()
    for key in (str(kept.pk), "x", "", "9" * 40, "²", "-1"):
        his.post(FORGET, {"key": key})
    assert SavedFilter.objects.exists()
    hers = browser_of(rita)
    assert "Rita&#x27;s own" in hers.get(QUEUE).content.decode()
    hers.post(FORGET, {"key": str(kept.pk)})
    assert not SavedFilter.objects.exists()


def test_a_get_keeps_and_deletes_nothing(rita: User) -> None:
    kept = saved_filters.save("mine", "desk=mine", by=rita)
    browser = browser_of(rita)
    browser.get(f"{KEEP}?name=other&query=desk%3Dall")
    browser.get(f"{FORGET}?key={kept.pk}")
    assert SavedFilter.objects.get() == kept


def test_twenty_views_are_enough(rita: User) -> None:
    for number in range(saved_filters.FILTERS_A_PERSON):
        saved_filters.save(f"{number}", "desk=mine", by=rita)
    browser = browser_of(rita)
    browser.post(KEEP, {"name": "one more", "query": "desk=mine"})
    assert SavedFilter.objects.count() == saved_filters.FILTERS_A_PERSON
    assert "At most 20 saved" in browser.get(QUEUE).content.decode()


# The navigation.


def test_every_page_of_the_staff_says_how_much_waits_where(rita: User, rudi: User, kai: ClientApp) -> None:
    make_submitted()
    make_claimed(rita)
    application = make_claimed(rudi)
    verification.approve(application, tier="verified", second_wished=True, by=rudi)
    account = make_approved()
    ownership.declare_personal(str(account.number), by=kai)
    decisions = [one.decisions.get() for one in account.applications.all()] + [application.decisions.get()]
    for decision in decisions:
        QualityCheck.objects.create(decision=decision, author=decision.author)
    browser = browser_of(rudi)
    for address in (QUEUE, reverse("admin:index"), reverse("admin:badges_badge_changelist")):
        found = numbers(browser, address)
        assert {name: found[name] for name in ("To decide", "Mine", "Unclaimed", "Waiting for a second")} == {
            "To decide": "3",
            "Mine": "1",
            "Unclaimed": "1",
            "Waiting for a second": "1",
        }
        assert (found["Declared personal"], found["Quality"], found["Reports"]) == (
            "1",
            "1",
            "0",
        )


def test_the_numbers_cost_one_query(rita: User, django_assert_num_queries: Any) -> None:
    make_claimed(rita)
    with django_assert_num_queries(1):
        counts = desks.counts(rita)
    assert (counts["mine"], counts["decide"], counts["unclaimed"]) == (1, 1, 0)


def test_the_desk_that_is_open_is_marked(rita: User) -> None:
    page = browser_of(rita).get(f"{QUEUE}?desk=deferred").content.decode()
    assert re.findall(r'desk=\w+" aria-current="page">([^<]*?) ?<', page) == ["Deferred"]


def test_more_than_a_thousand_are_many(rita: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(desks, "MOST", 1)
    make_submitted()
    make_submitted()
    assert numbers(browser_of(rita))["Unclaimed"] == "1+"


def test_who_only_reads_is_not_asked_to_check(olga: User) -> None:
    found = numbers(browser_of(olga))
    assert "Quality" not in found and "Unclaimed" in found


def test_a_page_without_a_person_has_no_navigation() -> None:
    with CaptureQueriesContext(connection) as asked:
        page = Client().get(reverse("admin:login"), follow=True).content.decode()
    assert 'class="desks"' not in page
    assert not any("verification_application" in query["sql"] for query in asked)
    assert not get_user_model().objects.exists()
