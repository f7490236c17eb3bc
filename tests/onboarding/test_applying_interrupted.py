"""Two tabs, two taps, the back button, a session that ended, a token that has gone: nothing is lost or done twice."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from accounts.businesses.models import Account, Business
from accounts.people.models import User
from accounts.verification.models import Application
from tests.onboarding.applying import page, send
from tests.owners import owner_browser

pytestmark = pytest.mark.django_db


class TestTwoTabs:
    def test_an_answer_that_nobody_saw_is_not_written_over(self, browser: Client, draft: Application) -> None:
        old = browser.get(page(draft, "legal-name")).context["form"]
        hidden = {field.name: field.value() or "" for field in old.hidden_fields()}
        send(browser, draft, "legal-name", legal_name="CV Maju")
        answer = browser.post(page(draft, "legal-name"), {**hidden, "legal_name": "CV Mundur"})
        text = answer.content.decode()
        assert answer.status_code == 422
        assert "changed elsewhere" in text and "CV Maju" in text and "CV Mundur" in text
        shown = answer.context["form"]
        hidden = {field.name: field.value() or "" for field in shown.hidden_fields()}
        assert (
            browser.post(page(draft, "legal-name"), {**hidden, "legal_name": "CV Mundur"}).status_code == 302
        )
        assert Business.objects.get().legal_name == "CV Mundur"

    def test_another_question_is_none_of_its_business(self, browser: Client, draft: Application) -> None:
        old = browser.get(page(draft, "category")).context["form"]
        hidden = {field.name: field.value() or "" for field in old.hidden_fields()}
        send(browser, draft, "name", display_name="Warung Melati Jingga")
        send(browser, draft, "website", website="https://melati.example")
        assert browser.post(page(draft, "category"), {**hidden, "category": "food"}).status_code == 302

    def test_the_same_answer_twice_is_one_change(self, browser: Client, draft: Application) -> None:
        old = browser.get(page(draft, "about")).context["form"]
        hidden = {field.name: field.value() or "" for field in old.hidden_fields()}
        for _ in range(2):
            assert browser.post(page(draft, "about"), {**hidden, "about": "Soto"}).status_code == 302
        assert Account.objects.get().revision == 2


class TestSessionThatEnded:
    def test_what_was_typed_is_there_again_after_the_sign_in(self, ada: User, draft: Application) -> None:
        gone = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
        answer = gone.post(page(draft, "about"), {"about": "Soto ayam sejak 1987"})
        assert answer["Location"] == f"{reverse('owner_sign_in')}?{urlencode({'next': page(draft, 'about')})}"
        kept = gone.session["kept_form"]
        browser = owner_browser(ada)
        session = browser.session
        session["kept_form"] = kept
        session.save()
        text = browser.get(page(draft, "about")).content.decode()
        assert "Soto ayam sejak 1987" in text and "You were signed out in between" in text


def test_a_form_whose_token_has_gone_is_shown_again_with_what_was_typed(
    ada: User, draft: Application
) -> None:
    browser = owner_browser(ada, csrf=True)
    answer = browser.post(page(draft, "about"), {"about": "Soto ayam sejak 1987"})
    assert answer["Location"] == page(draft, "about")
    assert "Soto ayam sejak 1987" in browser.get(page(draft, "about")).content.decode()
    assert Account.objects.get().about == ""


def test_going_back_and_sending_again_is_harmless(browser: Client, draft: Application) -> None:
    old = browser.get(page(draft, "category")).context["form"]
    hidden = {field.name: field.value() or "" for field in old.hidden_fields()}
    first = browser.post(page(draft, "category"), {**hidden, "category": "food"})
    again = browser.post(page(draft, "category"), {**hidden, "category": "food"})
    assert first["Location"] == again["Location"] == page(draft, "purposes")
    draft.refresh_from_db()
    assert draft.revision == 2
