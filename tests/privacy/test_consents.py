"""Nothing of an owner is kept before they agreed to it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit.models import Event
from accounts.errors import Invalid
from accounts.onboarding.pages import AGREED
from accounts.people.models import User
from accounts.privacy import consents
from accounts.privacy.models import Consent
from tests.owners import owner_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(ada: User) -> Client:
    """Signed in, and not asked yet."""
    browser = owner_browser(ada)
    session = browser.session
    del session[AGREED]
    session.save()
    return browser


def test_every_page_asks_first_and_then_goes_on(browser: Client, ada: User) -> None:
    answer = browser.get(reverse("my_suggestions") + "?a=1")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("consent") + "?next=%2Fmy%2Fsuggestions%2F%3Fa%3D1"
    page = browser.get(answer["Location"])
    assert page.status_code == 200
    agreed = browser.post(answer["Location"], {"agreed": "on", "version": consents.VERSION})
    assert agreed["Location"] == reverse("my_suggestions") + "?a=1"
    assert browser.get(agreed["Location"]).status_code == 200
    assert Consent.objects.get(person=ada).version == consents.VERSION
    assert Event.objects.filter(kind="consent.given", by=ada.pk).count() == 1


def test_without_the_tick_nothing_is_agreed(browser: Client) -> None:
    answer = browser.post(reverse("consent"), {"version": consents.VERSION})
    assert answer.status_code == 422 and b"faults" in answer.content
    assert not Consent.objects.exists()


def test_one_who_agreed_in_another_browser_is_not_asked_again(browser: Client, ada: User) -> None:
    consents.give(ada, version=consents.VERSION, language="id")
    assert browser.get(reverse("my_suggestions")).status_code == 200


def test_an_earlier_text_is_none(ada: User) -> None:
    with pytest.raises(Invalid, match="consent_outdated"):
        consents.give(ada, version="2017-09", language="id")
    Consent.objects.create(person=ada, version="2017-09", language="id")
    assert not consents.is_given(ada)


@pytest.mark.parametrize(
    "where", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""]
)
def test_it_leads_nowhere_else(browser: Client, where: str) -> None:
    answer = browser.post(
        reverse("consent") + f"?next={where}", {"agreed": "on", "version": consents.VERSION}
    )
    assert answer["Location"] == reverse("my")


def test_repeating_it_changes_nothing(ada: User, db: Any) -> None:
    first = consents.give(ada, version=consents.VERSION, language="id")
    assert consents.give(ada, version=consents.VERSION, language="en") == first
    assert Event.objects.filter(kind="consent.given").count() == 1
