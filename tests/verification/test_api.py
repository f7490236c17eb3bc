"""Applications, as a partner app sends them and as an owner may read them."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.badges.models import Tier
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Source, Status
from accounts.verification.serializers import IN_REVIEW
from tests.factories import (
    let_undo_window_pass,
    make_approved,
    make_cohort,
    make_reviewer,
    next_number,
    prove,
)
from tests.partner import Partner, made, refused

pytestmark = pytest.mark.usefixtures("db")
SECRET_NOTE = "between us"


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


def the(application: str) -> Application:
    return Application.objects.get(pk=application)


def claimed(app: Partner, reviewer: User, **facts: Any) -> str:
    application = app.submitted(**facts)
    prove(the(application))
    verification.claim(the(application), by=reviewer)
    return application


# Drafts.


def test_a_draft_says_what_is_missing(app: Partner, kai: ClientApp) -> None:
    account = app.account(contact_purposes=[])
    answer = app.post(f"/v1/accounts/{account}/applications", {"kind": "new"})
    application = the(made(answer))
    assert answer.headers["Location"] == f"/v1/applications/{application.pk}"
    assert app.get(answer.headers["Location"]).json() == answer.json()
    assert application.source == Source.API
    assert Event.objects.get(kind="application.started").by == kai.pk
    missing = {(one["code"], one["pointer"], one["blocks"]) for one in answer.json()["requirements"]}
    assert missing == {
        ("name_too_short", "/display_name", "submission"),
        ("number_missing", "/number", "submission"),
        ("evidence_missing", "/evidence", "submission"),
        ("contact_purposes_missing", "/account/contact_purposes", "submission"),
    }
    assert all(one["sentences"].keys() == {"id", "en"} for one in answer.json()["requirements"])
    refused(
        app.post(f"/v1/applications/{application.pk}/submit"),
        422,
        "requirements_missing",
        "/display_name",
        "/number",
        "/evidence",
        "/account/contact_purposes",
    )


def test_the_name_of_a_draft_is_judged_as_it_stands(app: Partner) -> None:
    address = f"/v1/applications/{app.draft(display_name='BANK TERBESAR')}"
    read = app.get(address)
    found = {finding["code"]: finding["severity"] for finding in read.json()["name_findings"]}
    assert found["name_all_caps"] == "error"
    assert found["name_licensed_word"] == "warning"
    mended = app.patch(address, {"display_name": "Roti Ada Jaya"}, read.headers["ETag"])
    assert mended.json()["name_findings"] == []


def test_a_look_alike_is_said_with_the_name_it_resembles(app: Partner) -> None:
    businesses.protect("Bank Mandiri", category="finance", country="ID", by=audit.SYSTEM)
    found = app.get(f"/v1/applications/{app.draft(display_name='Bank MandIri')}").json()["name_findings"]
    (finding,) = [finding for finding in found if finding["code"] == "name_look_alike"]
    (alike,) = finding["resembles"]
    assert (alike["name"], alike["country"]) == ("Bank Mandiri", "ID")
    assert alike["why"]["en"]


def test_a_draft_is_changed_by_who_has_read_it(app: Partner) -> None:
    address = f"/v1/applications/{app.draft()}"
    tag = app.get(address).headers["ETag"]
    number = next_number()
    changed = app.patch(address, {"number": number, "website": "https://ada.example"}, tag)
    assert changed.json() == changed.json() | {"number": number, "website": "https://ada.example"}
    refused(app.patch(address, {"website": None}, tag), 412, "stale")
    cleared = app.patch(address, {"website": None}, changed.headers["ETag"])
    assert cleared.json()["website"] is None


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"kind": "rename"}, "choice_unknown", "/kind"),
        ({"kind": None}, "required", "/kind"),
        ({"display_name": ""}, "required", "/display_name"),
        ({"display_name": "x" * 201}, "value_too_long", "/display_name"),
        ({"display_name": "x" * 1_000_000}, "value_too_long", "/display_name"),
        ({"display_name": "Roti\x00"}, "hidden_characters", "/display_name"),
        ({"display_name": "Roti\x1b[31m"}, "hidden_characters", "/display_name"),
        ({"display_name": {"id": "Roti"}}, "wrong_type", "/display_name"),
        ({"number": "0812 3456 7890"}, "number_not_e164", "/number"),
        ({"number": "+6208123456789"}, "number_not_canonical", "/number"),
        ({"number": "+" + "1" * 1_000_000}, "number_not_e164", "/number"),
        ({"number": 12025550123}, "wrong_type", "/number"),
        ({"number": None}, "required", "/number"),
        ({"category": "bank"}, "choice_unknown", "/category"),
        ({"website": "ftp://ada.example"}, "website_invalid", "/website"),
        ({"photo": "photo.jpg"}, "website_invalid", "/photo"),
        ({"cohort": "x" * 81}, "value_too_long", "/cohort"),
        ({"status": "approved"}, "field_unknown", "/status"),
        ({"tier": "verified"}, "field_unknown", "/tier"),
    ],
)
def test_an_application_that_is_written_wrongly_is_refused(
    app: Partner, wrong: dict[str, Any], code: str, pointer: str
) -> None:
    answer = app.post(f"/v1/accounts/{app.account()}/applications", {"kind": "new", **wrong})
    refused(answer, 422, code, pointer)
    assert not Application.objects.exists()


def test_a_number_that_can_only_mean_one_is_given_back(app: Partner) -> None:
    answer = app.post(
        f"/v1/accounts/{app.account()}/applications", {"kind": "new", "number": "+6208123456789"}
    )
    assert refused(answer, 422, "number_not_canonical")["canonical"] == "+628123456789"


@pytest.mark.parametrize("cohort", ["No such cohort", "coh_1", "coh_01h2xcejqtf2nbrexx3vqjhp41"])
def test_a_cohort_that_is_not_there_is_refused(app: Partner, cohort: str) -> None:
    answer = app.post(f"/v1/accounts/{app.account()}/applications", {"kind": "new", "cohort": cohort})
    refused(answer, 409, "cohort_unknown")


def test_one_open_application_of_a_kind(app: Partner) -> None:
    account = app.account()
    app.draft(account)
    answer = app.post(f"/v1/accounts/{account}/applications", {"kind": "new"})
    refused(answer, 409, "open_application_exists")


@pytest.mark.usefixtures("no_undo_window")
def test_a_kind_changes_its_own_part_of_the_profile(app: Partner) -> None:
    account = app.account()
    make_approved(account=Account.objects.get(pk=account))
    address = f"/v1/accounts/{account}/applications"
    answer = app.post(address, {"kind": "name_change", "display_name": "Roti Baru", "category": "other"})
    refused(answer, 422, "field_read_only", "/category")
    renamed = app.post(address, {"kind": "name_change", "display_name": "Roti Baru"})
    assert renamed.json()["number"] == app.get(f"/v1/accounts/{account}").json()["number"]
    assert len(app.get(address).json()["results"]) == 2
    refused(app.post(address, {"kind": "new"}), 409, "account_already_approved")
    refused(app.post(address, {"kind": "renewal"}), 409, "renewal_too_early")


# R6.


def test_R6_a_partner_app_does_not_open_a_cohort_of_the_invited(app: Partner) -> None:
    invited = make_cohort(invitation_only=True)
    for cohort in (invited.pk, invited.name):
        application = app.draft(cohort=cohort)
        app.upload(application)
        refused(app.post(f"/v1/applications/{application}/submit"), 409, "invitation_required")
        refused(app.post(f"/v1/applications/{application}/submit", {"invited": True}), 422, "field_unknown")
        assert the(application).status == Status.DRAFT
    assert not invited.places.exists()


def test_R6_without_a_cohort_that_is_open_to_all_only_the_invited_apply(app: Partner) -> None:
    make_cohort(invitation_only=True)
    application = app.draft()
    app.upload(application)
    refused(app.post(f"/v1/applications/{application}/submit"), 409, "invitation_required")
    everybody = make_cohort(country="ID")
    sent = app.post(f"/v1/applications/{application}/submit")
    assert sent.json()["cohort"] == everybody.pk


# The steps.


def test_an_application_is_sent_asked_about_answered_and_approved(app: Partner, rita: User) -> None:
    address = f"/v1/applications/{app.complete()}"
    sent = app.post(f"{address}/submit")
    assert sent.json()["status"] == IN_REVIEW
    application = Application.objects.get()
    prove(application)
    verification.claim(application, by=rita)
    verification.ask(application, field="about", text="Where is the shop?", by=rita)
    asked = app.get(address).json()
    assert (asked["status"], asked["question"]["text"]) == ("needs_information", "Where is the shop?")
    mended = app.patch(address, {"website": "https://ada.example"}, app.get(address).headers["ETag"])
    assert mended.status_code == 200
    answered = app.post(f"{address}/answer", {"text": "Jalan Melati 3"})
    assert (answered.json()["status"], answered.json()["question"]) == (IN_REVIEW, None)
    verification.claim(application, by=rita)
    verification.approve(application, tier=Tier.VERIFIED, note=SECRET_NOTE, by=rita)
    let_undo_window_pass(application)
    verification.take_effect(application)
    approved = app.get(address).json()
    assert approved["status"] == "approved"
    assert approved["decision"] == approved["decision"] | {
        "outcome": "approve",
        "tier": "verified",
        "reason": None,
    }
    assert approved["requirements"] == approved["name_findings"] == []
    assert app.get(f"/v1/accounts/{approved['account']}").json()["display_name"] == "Roti Ada Jaya"


def test_a_decline_is_read_with_its_reason_and_contested_once(
    app: Partner, rita: User, settings: Any
) -> None:
    settings.UNDO_WINDOW = timedelta(0)
    application = claimed(app, rita)
    address = f"/v1/applications/{application}"
    verification.decline(
        the(application), reason="evidence_insufficient", message="Too dark.", note=SECRET_NOTE, by=rita
    )
    declined = app.get(address).json()
    assert declined["status"] == "declined"
    decision = declined["decision"]
    assert (decision["outcome"], decision["tier"], decision["message"]) == ("decline", None, "Too dark.")
    assert decision["reason"]["code"] == "evidence_insufficient"
    assert decision["reason"]["sentences"].keys() == {"id", "en"}
    refused(app.post(f"{address}/contest", {"text": "  "}), 422, "required", "/text")
    contested = app.post(f"{address}/contest", {"text": "Look again"}).json()
    assert (contested["status"], contested["contested"], contested["decision"]) == (IN_REVIEW, True, None)
    other = make_reviewer()
    verification.claim(the(application), by=other)
    verification.decline(the(application), reason="evidence_insufficient", by=other)
    refused(app.post(f"{address}/contest", {"text": "And again"}), 409, "contested_already")


def test_an_application_is_withdrawn(app: Partner) -> None:
    application = app.submitted()
    answer = app.post(f"/v1/applications/{application}/withdraw")
    assert answer.json()["status"] == "withdrawn"
    assert answer.json()["ended_at"]
    assert (
        refused(app.post(f"/v1/applications/{application}/withdraw"), 409, "wrong_status")["state"]
        == "withdrawn"
    )


@pytest.mark.parametrize("step", ["answer", "contest"])
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"text": None}, "required"),
        ({"text": ""}, "required"),
        ({"text": 7}, "wrong_type"),
        ({"text": "x" * 4001}, "value_too_long"),
        ({"text": "x" * 1_000_000}, "value_too_long"),
        ({"text": "\x00"}, "hidden_characters"),
        ({"text": "\x1b"}, "hidden_characters"),
    ],
)
def test_words_are_checked(app: Partner, step: str, body: dict[str, Any], code: str) -> None:
    refused(app.post(f"/v1/applications/{app.draft()}/{step}", body), 422, code, "/text")


# Lists.


@pytest.mark.parametrize("rows", [1, 3])
def test_reading_costs_the_same_however_many(app: Partner, rows: int, django_assert_num_queries: Any) -> None:
    account = app.account()
    for _ in range(rows):
        application = app.draft(account, display_name="Roti Ada Jaya")
        for page in range(rows):
            app.upload(application, b"%PDF-" + bytes([65 + page]) + b"%%EOF")
        app.post(f"/v1/applications/{application}/withdraw")
    application = app.draft(account)
    with django_assert_num_queries(3):  # the key, the account, the rows
        assert len(app.get(f"/v1/accounts/{account}/applications").json()["results"]) == rows + 1
    with django_assert_num_queries(3):  # the key, the application, the rows
        app.get(f"/v1/applications/{application}/evidence")
    # The key; the application; members, their phones, proof and evidence for the requirements; two indexes of
    # names; the evidence.
    with django_assert_num_queries(9):
        app.get(f"/v1/applications/{application}")
