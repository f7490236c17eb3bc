"""Coded reasons: what has to be filled in, what is sent, and that later edits change no history."""

from functools import partial
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from accounts.errors import DomainError, Invalid
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.verification import news, reason_editing, reasons
from accounts.verification import services as verification
from accounts.verification.models import Decision, Reason, ReasonFor
from accounts.verification.serializers import ApplicationSerializer
from tests.factories import make_claimed, take_effect_now
from tests.verification.deeds import refused

pytestmark = pytest.mark.django_db


def pointers(refusal: DomainError) -> list[tuple[str, str]]:
    return [(problem.code, problem.pointer) for problem in refusal.problems]


def test_what_is_in_the_list_from_the_start() -> None:
    assert Reason.objects.filter(use=ReasonFor.DECLINE).count() == 7
    assert Reason.objects.filter(use=ReasonFor.BAR).count() == 4
    asks = list(Reason.objects.filter(use=ReasonFor.ASK))
    assert len(asks) == 8
    assert {reason.field for reason in asks} <= reasons.FIELDS.keys()
    for reason in Reason.objects.all():
        assert reason.text_id.strip() and reason.text_en.strip() and reason.text_id != reason.text_en
        assert set(reasons.PLACEHOLDER.findall(reason.text_id)) == set(
            reasons.PLACEHOLDER.findall(reason.text_en)
        )


@pytest.mark.parametrize("fill", [None, {}, {"document": ""}, {"document": "  "}])
def test_a_gap_that_is_not_filled_keeps_it_from_being_sent(fill: dict[str, str] | None, rita: User) -> None:
    application = make_claimed(rita)
    ask = partial(verification.ask, application, reason="document_missing", fill=fill, by=rita)
    refusal = refused("placeholder_unfilled", ask, Invalid)
    assert pointers(refusal) == [("placeholder_unfilled", "/fill_document")]
    assert "document" in refusal.text.en and "document" in refusal.problems[0].text.id
    assert not Message.objects.filter(template="question_asked").exists()


@pytest.mark.parametrize(
    ("fill", "code", "pointer"),
    [
        ({"document": "NIB", "brand": "x"}, "placeholder_unknown", "/fill_brand"),
        ({"document": "x" * 201}, "value_too_long", "/fill_document"),
        ({"document": "N\u202eIB"}, "hidden_characters", "/fill_document"),
        ({"document": "N\nIB"}, "hidden_characters", "/fill_document"),
    ],
)
def test_what_is_filled_in_is_checked(fill: dict[str, str], code: str, pointer: str, rita: User) -> None:
    application = make_claimed(rita)
    ask = partial(verification.ask, application, reason="document_missing", fill=fill, by=rita)
    assert pointers(refused(code, ask, Invalid)) == [(code, pointer)]


def test_what_is_filled_in_is_text_and_no_expression(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(
        application, reason="document_missing", fill={"document": "{times} {0.__class__} <b>NIB</b>"}, by=rita
    )
    sent = reasons.text_of(application.questions.get())
    assert sent.en == "This document is missing: {times} {0.__class__} <b>NIB</b>. Please upload it."
    assert "{times} {0.__class__} <b>NIB</b>" in Message.objects.get(template="question_asked").body


def test_a_question_names_its_field_in_the_owners_language(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(
        application, reason="document_missing", fill={"document": "NIB"}, text="A scan will do.", by=rita
    )
    question = application.questions.get()
    assert (question.field, question.reason) == ("evidence", "document_missing")
    body = Message.objects.get(template="question_asked").body
    assert "(bukti)" in body
    assert "Dokumen ini belum ada: NIB. Mohon unggah.\n\nA scan will do." in body
    application.refresh_from_db()
    asked = ApplicationSerializer(application).data["question"]
    assert (asked["field"], asked["text"]) == ("/evidence", "A scan will do.")
    assert asked["reason"] == {
        "code": "document_missing",
        "sentences": {
            "id": "Dokumen ini belum ada: NIB. Mohon unggah.",
            "en": "This document is missing: NIB. Please upload it.",
        },
    }


def test_a_question_may_be_about_another_field_than_its_reason_or_in_ones_own_words(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, field="website", reason="evidence_unreadable", by=rita)
    assert application.questions.get().field == "website"
    other = make_claimed(rita)
    verification.ask(other, field="contact_purposes", text="Why these?", by=rita)
    other.refresh_from_db()
    asked = ApplicationSerializer(other).data["question"]
    assert (asked["field"], asked["reason"]) == ("/account/contact_purposes", None)


@pytest.mark.parametrize(
    ("how", "code", "pointer"),
    [
        ({"field": "about"}, "question_missing", "/text"),
        ({"text": "Why?"}, "question_field_missing", "/field"),
        ({"text": "Why?", "field": "password"}, "choice_unknown", "/field"),
        ({"reason": "fraud"}, "reason_unknown", "/reason"),
        ({"reason": "evidence_unreadable", "text": "x" * 2001}, "value_too_long", "/text"),
    ],
)
def test_a_question_says_what_it_asks(how: dict[str, Any], code: str, pointer: str, rita: User) -> None:
    refusal = refused(code, partial(verification.ask, make_claimed(rita), by=rita, **how), Invalid)
    assert pointers(refusal) == [(code, pointer)]


def test_what_was_sent_stays_when_the_reason_is_edited(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.decline(application, reason="evidence_insufficient", by=rita)
    reason_editing.change(
        Reason.objects.get(pk="evidence_insufficient"),
        text_id="Lain.",
        text_en="Other.",
        field="",
        position=1,
        by=rudi,
    )
    application.refresh_from_db()
    application = take_effect_now(application)
    assert reasons.text_of(application.decisions.get()).en == "The evidence is not sufficient."
    assert "Bukti yang dikirim belum cukup." in Message.objects.get(template="declined").body
    told = ApplicationSerializer(application).data["decision"]["reason"]
    assert told["sentences"]["en"] == "The evidence is not sufficient."


def test_a_retired_reason_is_read_but_not_sent(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.decline(application, reason="not_a_business", by=rita)
    reason_editing.retire(Reason.objects.get(pk="not_a_business"), by=rudi)
    assert reasons.text_of(application.decisions.get()).en == "We could not confirm that this is a business."
    other = make_claimed(rita)
    refused("reason_retired", partial(verification.decline, other, reason="not_a_business", by=rita), Invalid)
    reason_editing.restore(Reason.objects.get(pk="not_a_business"), by=rudi)
    verification.decline(other, reason="not_a_business", by=rita)


def test_what_was_decided_before_reasons_were_rows_gets_its_sentence(rita: User, rudi: User) -> None:
    declined = verification.decline(make_claimed(rita), reason="not_a_business", by=rita)
    undone = verification.approve(make_claimed(rita), tier="verified", second_wished=True, by=rita)
    verification.overrule(undone, reason="No.", by=rudi)
    Decision.objects.update(wording={})
    migration = import_module("accounts.verification.migrations.0005_reasons")
    with connection.cursor() as cursor:
        cursor.execute(migration.KEEP_WHAT_WAS_SENT)
        cursor.execute(migration.TOLD_ALREADY)
    assert reasons.text_of(declined.decisions.get()).en == "We could not confirm that this is a business."
    assert undone.decisions.get().wording == {}
    assert news.for_reviewer(rita) == []
