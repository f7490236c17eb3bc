"""Choosing a reason on the case page: in one's own language, with its gaps asked for, nothing typed lost."""

import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from accounts.people.models import User
from accounts.verification import reason_editing
from accounts.verification.forms import ACTIONS, AskForm, BarForm, DeclineForm
from accounts.verification.models import Application, Reason, Status
from tests.factories import make_claimed
from tests.staff import browser_of

pytestmark = pytest.mark.django_db


def page_of(browser: Any, application: Application) -> str:
    address = reverse("admin:verification_application_change", args=[application.pk])
    return str(browser.get(address).content.decode())


def send(browser: Any, application: Application, action: str, **typed: str) -> Any:
    application.refresh_from_db()
    address = reverse(f"admin:verification_application_{action}", args=[application.pk])
    return browser.post(address, {"revision": str(application.revision), **typed})


def test_each_option_says_what_is_to_be_filled_in() -> None:
    drawn = str(AskForm()["reason"])
    assert 'value="document_missing" data-placeholders="document" data-field="evidence"' in drawn
    assert 'value="evidence_unreadable" data-placeholders="" data-field="evidence"' in drawn
    assert 'value="fraud" data-placeholders=""' in str(BarForm()["reason"])


@pytest.mark.parametrize(("language", "sentence"), [("en", "Fraud."), ("id", "Penipuan.")])
def test_reasons_stand_there_in_the_reviewers_language(language: str, sentence: str, rita: User) -> None:
    page = unescape(page_of(browser_of(rita, language=language), make_claimed(rita)))
    assert sentence in page


def test_a_retired_reason_is_not_offered(rudi: User) -> None:
    reason_editing.retire(Reason.objects.get(pk="not_a_business"), by=rudi)
    assert "not_a_business" not in str(DeclineForm()["reason"])


def test_a_form_asks_for_its_reasons_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        str(AskForm())


def test_without_a_script_the_first_attempt_asks_for_what_is_missing(rita: User) -> None:
    application = make_claimed(rita)
    browser = browser_of(rita)
    assert 'name="fill_' not in page_of(browser, application)
    refused = send(browser, application, "ask", reason="document_missing", text="A scan will do.")
    page = refused.content.decode()
    assert refused.status_code == 422
    assert re.search(r'<label for="ask-fill_document">document', page)
    assert re.search(r'<input type="text" name="fill_document"', page)
    assert "A scan will do." in page
    assert re.search(r'<option value="document_missing"[^>]* selected', page)
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    sent = send(browser, application, "ask", reason="document_missing", text="A scan.", fill_document="NIB")
    assert sent.status_code == 302
    question = application.questions.get()
    assert question.wording["en"] == "This document is missing: NIB. Please upload it."
    assert (question.text, question.field) == ("A scan.", "evidence")


def test_what_was_filled_in_is_kept_when_something_else_is_refused(rita: User) -> None:
    application = make_claimed(rita)
    page = send(
        browser_of(rita),
        application,
        "ask",
        reason="document_missing",
        fill_document="NIB & <SIUP>",
        text="x" * 2001,
    )
    assert page.status_code == 422
    assert 'value="NIB &amp; &lt;SIUP&gt;"' in page.content.decode()


def test_what_no_sentence_asks_for_is_not_sent_along(rita: User) -> None:
    application = make_claimed(rita)
    sent = send(browser_of(rita), application, "ask", reason="evidence_unreadable", fill_document="NIB")
    assert sent.status_code == 302  # a script left the input of the reason chosen before
    assert "NIB" not in application.questions.get().wording["en"]


def test_a_question_without_a_field_is_refused_at_the_field(rita: User) -> None:
    application = make_claimed(rita)
    page = send(browser_of(rita), application, "ask", text="Which street?")
    assert page.status_code == 422
    assert "Choose the field that the question is about." in page.content.decode()
    assert "Which street?" in page.content.decode()


def test_a_case_is_escalated_on_its_page(rita: User) -> None:
    application = make_claimed(rita)
    assert send(browser_of(rita), application, "escalate", note="").status_code == 422
    assert send(browser_of(rita), application, "escalate", note="Two brands.").status_code == 302
    application.refresh_from_db()
    assert application.escalated_by == rita


def test_keys_are_one_letter_and_each_is_one_action() -> None:
    keys = {action.name: action.key for action in ACTIONS.values() if action.key}
    assert keys == {
        "claim": "c",
        "approve": "a",
        "ask": "i",
        "decline": "d",
        "defer": "f",
        "note": "n",
        "take_back": "u",
    }
    assert {action.name for action in ACTIONS.values() if action.sign_in_again} == {
        "approve",
        "bar",
        "second",
    }
