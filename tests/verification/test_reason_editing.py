"""The list of reasons, kept by senior reviewers: by the services, and in the admin."""

from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from accounts.audit.models import Event
from accounts.errors import Forbidden, Invalid
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import reason_editing
from accounts.verification.models import Reason
from tests.factories import make_reviewer
from tests.staff import browser_of
from tests.verification.deeds import refused

pytestmark = pytest.mark.django_db

NEW: dict[str, Any] = {
    "code": "halal_certificate",
    "use": "ask",
    "text_id": "Mohon unggah sertifikat halal {number}.",
    "text_en": "Please upload the halal certificate {number}.",
    "field": "evidence",
    "position": 3,
}
EDITS = {name: value for name, value in NEW.items() if name not in ("code", "use")}
LIST = reverse("admin:verification_reason_changelist")


def row(code: str) -> Reason:
    return Reason.objects.get(pk=code)


def at(page: str, code: str) -> str:
    return reverse(f"admin:verification_reason_{page}", args=[code])


def test_each_step_is_an_event(rudi: User) -> None:
    reason = reason_editing.add(**NEW, by=rudi)
    reason_editing.change(reason, **{**EDITS, "position": 4}, by=rudi)
    reason_editing.change(reason, **{**EDITS, "position": 4}, by=rudi)  # nothing differs: no event
    reason_editing.retire(reason, by=rudi)
    reason_editing.restore(reason, by=rudi)
    events = Event.objects.filter(on=reason.pk).order_by("seq").values_list("kind", "by", "data")
    assert list(events) == [
        ("reason.added", rudi.pk, {"use": "ask"}),
        ("reason.changed", rudi.pk, {"fields": ["position"]}),
        ("reason.retired", rudi.pk, {}),
        ("reason.restored", rudi.pk, {}),
    ]


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"code": "Halal!"}, "reason_code_invalid", "/code"),
        ({"code": "ab"}, "reason_code_invalid", "/code"),
        ({"code": "fraud"}, "reason_code_taken", "/code"),
        ({"use": "approve"}, "choice_unknown", "/use"),
        ({"text_id": " "}, "reason_text_missing", "/text_id"),
        ({"text_en": ""}, "reason_text_missing", "/text_en"),
        ({"text_en": "x" * 501}, "value_too_long", "/text_en"),
        ({"text_id": "Mohon {nomor NIB}"}, "placeholder_malformed", "/text_id"),
        ({"text_id": "Mohon {}"}, "placeholder_malformed", "/text_id"),
        ({"text_id": "Mohon {0.x}"}, "placeholder_malformed", "/text_id"),
        ({"text_id": "Mohon {Number}"}, "placeholder_malformed", "/text_id"),
        ({"text_en": "Please {number"}, "placeholder_malformed", "/text_en"),
        ({"text_en": "Please {{number}}"}, "placeholder_malformed", "/text_en"),
        ({"text_en": "Please {document}"}, "placeholders_differ", "/text_en"),
        ({"text_en": "Please"}, "placeholders_differ", "/text_en"),
        ({"field": ""}, "question_field_missing", "/field"),
        ({"field": "password"}, "choice_unknown", "/field"),
    ],
)
def test_what_a_reason_has_to_be(wrong: dict[str, Any], code: str, pointer: str, rudi: User) -> None:
    refusal = refused(code, partial(reason_editing.add, **{**NEW, **wrong}, by=rudi), Invalid)
    assert [(problem.code, problem.pointer) for problem in refusal.problems] == [(code, pointer)]
    assert all(refusal.text)
    assert not Reason.objects.filter(pk="halal_certificate").exists()
    if not {"code", "use"} & wrong.keys():
        reason = row("category_unclear")
        refused(code, partial(reason_editing.change, reason, **{**EDITS, **wrong}, by=rudi), Invalid)


def test_the_sentence_of_a_malformed_placeholder_shows_how_it_is_written(rudi: User) -> None:
    add = partial(reason_editing.add, **{**NEW, "text_id": "Mohon {}"}, by=rudi)
    assert "{document}" in refused("placeholder_malformed", add, Invalid).problems[0].text.en


def test_it_is_retired_once_and_restored_once(rudi: User) -> None:
    refused("reason_in_use", partial(reason_editing.restore, row("fraud"), by=rudi))
    reason_editing.retire(row("fraud"), by=rudi)
    refused("reason_is_retired", partial(reason_editing.retire, row("fraud"), by=rudi))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OPERATOR, Role.AUDITOR, Role.OWNER])
def test_only_seniors_keep_the_list(role: Role) -> None:
    person, reason = make_reviewer(role=role), row("fraud")
    for act in (
        partial(reason_editing.add, **NEW),
        partial(reason_editing.change, reason, **{**EDITS, "field": ""}),
        partial(reason_editing.retire, reason),
        partial(reason_editing.restore, reason),
    ):
        refused("permission_missing", partial(act, by=person), Forbidden)


def test_everybody_on_the_staff_reads_the_list(rita: User) -> None:
    browser = browser_of(rita)
    page = browser.get(LIST).content.decode()
    assert "This document is missing: [document]. Please upload it." in page
    assert reverse("admin:verification_reason_add") not in page
    reason = browser.get(at("change", "document_missing")).content.decode()
    assert "Dokumen ini belum ada: <mark>document</mark>. Mohon unggah." in reason
    assert "This document is missing: <mark>document</mark>. Please upload it." in reason
    assert at("edit", "document_missing") not in reason


def test_markup_in_a_sentence_is_text(rudi: User) -> None:
    facts = {**NEW, "text_id": "<script>alert(1)</script> {number}", "text_en": "<b>x</b> {number}"}
    reason_editing.add(**facts, by=rudi)
    browser = browser_of(rudi)
    for page in (LIST, at("change", "halal_certificate"), at("edit", "halal_certificate")):
        shown = browser.get(page).content.decode()
        assert "<script>alert" not in shown and "<b>x</b>" not in shown


def test_a_senior_adds_changes_retires_and_restores(rudi: User) -> None:
    browser = browser_of(rudi)
    assert browser.post(reverse("admin:verification_reason_add"), NEW).status_code == 302
    code = "halal_certificate"
    refusal = browser.post(at("edit", code), {**EDITS, "text_en": "Please"})
    assert refusal.status_code == 422
    assert "Both languages need the same placeholders." in refusal.content.decode()
    assert browser.post(at("edit", code), {**EDITS, "field": "photo"}).status_code == 302
    assert row(code).field == "photo"
    offered = browser.get(at("change", code)).content.decode()
    assert at("retire", code) in offered and at("restore", code) not in offered
    assert browser.get(at("retire", code)).status_code == 200
    assert row(code).retired_at is None  # a GET only asks
    assert browser.post(at("retire", code)).status_code == 302
    assert row(code).retired_at is not None
    assert browser.post(at("restore", code)).status_code == 302
    assert row(code).retired_at is None
    assert browser.get(at("delete", code)).status_code == 403
