"""The desk of suggestions, as a browser uses it."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.suggestions.models import Suggestion
from tests.staff import browser_of
from tests.suggestions.conftest import ANSWERS, TITLES, send, triage

pytestmark = pytest.mark.usefixtures("db")
DESK = reverse("admin:suggestions_suggestion_changelist")


def at(page: str, suggestion: Suggestion) -> str:
    return reverse(f"admin:suggestions_suggestion_{page}", args=[suggestion.pk])


def text_of(browser: Any, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_desk_shows_what_is_new_and_the_rest_by_its_filters(
    ada: User, kai: ClientApp, olga: User
) -> None:
    new, planned, declined = send(ada, "New one"), send(kai, "Planned one"), send(kai, "Declined one")
    triage("plan", planned, by=olga)
    triage("decline", declined, by=olga)
    browser = browser_of(olga)

    def shown(query: str) -> set[str]:
        page = text_of(browser, f"{DESK}{query}")
        return {one.text for one in (new, planned, declined) if one.text in page}

    assert shown("") == {"New one"}
    assert shown("?status=planned") == {"Planned one"}
    assert shown("?status=declined") == {"Declined one"}
    assert shown("?status=all") == {"New one", "Planned one", "Declined one"}
    assert shown(f"?q={declined.pk}") == {"Declined one"}
    assert shown(f"?status=all&client__id__exact={kai.pk}") == {"Planned one", "Declined one"}


def test_the_desks_queries_do_not_grow(
    ada: User, kai: ClientApp, olga: User, django_assert_num_queries: Any
) -> None:
    browser = browser_of(olga)
    send(ada)
    text_of(browser, DESK)
    with django_assert_num_queries(7):
        text_of(browser, DESK)
    for n in range(5):
        send(kai, f"Number {n}")
    with django_assert_num_queries(7):
        text_of(browser, DESK)


def test_triage_is_a_page_that_asks_and_a_post_that_acts(ada: User, olga: User) -> None:
    suggestion = send(ada, "<script>alert(1)</script> hours")
    browser = browser_of(olga)
    page = text_of(browser, at("change", suggestion))
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page
    assert at("plan", suggestion) in page and at("reword", suggestion) not in page
    assert LogEntry.objects.filter(kind="viewed", on=suggestion.pk).exists()
    page = text_of(browser, at("plan", suggestion))
    assert 'name="revision" value="1"' in page
    answer = browser.post(at("plan", suggestion), {"revision": 1, **TITLES})
    assert (answer.status_code, answer.headers["Location"]) == (302, at("change", suggestion))
    suggestion.refresh_from_db()
    assert suggestion.status == "planned"
    page = text_of(browser, at("change", suggestion))
    assert TITLES["title_en"] in page and at("reword", suggestion) in page


def test_a_refusal_keeps_what_was_typed(ada: User, olga: User) -> None:
    suggestion = send(ada)
    browser = browser_of(olga)
    answer = browser.post(at("decline", suggestion), {"revision": 1, "answer_en": "Not ours."})
    assert answer.status_code == 422 and "Not ours." in answer.content.decode()
    answer = browser.post(at("plan", suggestion), {"revision": 1, **TITLES, "answer_en": "Soon."})
    assert answer.status_code == 422 and "Soon." in answer.content.decode()
    suggestion.refresh_from_db()
    assert suggestion.status == "new"


def test_who_read_an_older_state_is_told(ada: User, olga: User, sinta: User) -> None:
    suggestion = send(ada)
    slow = browser_of(sinta)
    text_of(slow, at("decline", suggestion))
    triage("plan", suggestion, by=olga)
    answer = slow.post(at("decline", suggestion), {"revision": 1, **ANSWERS})
    assert answer.status_code == 409
    assert "changed in the meantime" in answer.content.decode()
    suggestion.refresh_from_db()
    assert suggestion.status == "planned"


def test_a_reviewer_reads_and_triages_nothing(ada: User, rita: User) -> None:
    suggestion = send(ada)
    browser = browser_of(rita)
    assert at("plan", suggestion) not in text_of(browser, at("change", suggestion))
    assert browser.get(at("plan", suggestion)).status_code == 403
    assert browser.post(at("plan", suggestion), {"revision": 1, **TITLES}).status_code == 403
