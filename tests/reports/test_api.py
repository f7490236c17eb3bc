"""`POST /v1/reports` and `GET /v1/reports/{id}`, each answer held against the OpenAPI document."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.badges import services as badges
from accounts.badges.models import Badge, Tier
from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.clients.models import ClientApp, Scope
from accounts.people.models import User
from accounts.reports import services as reports
from accounts.reports.models import Report, ReportCase
from tests.factories import (
    age,
    badge_of,
    decline_now,
    make_account,
    make_approved,
    make_draft,
    make_submitted,
    next_number,
    owner_of,
)
from tests.partner import Partner, partner, refused
from tests.reports.conftest import make_case

pytestmark = pytest.mark.usefixtures("db", "no_undo_window")
REPORTS = "/v1/reports"


def body(number: object, **facts: Any) -> dict[str, Any]:
    return {"number": number, "reason": "fraud", "text": "It asked for my PIN.", "reporter": "u-1", **facts}


def test_an_account_is_reported(app: Partner, kai: ClientApp) -> None:
    account = make_approved()
    answer = app.post(REPORTS, body(account.number))
    assert answer.status_code == 201
    report = Report.objects.get()
    received = answer.json()
    assert received == {
        "id": report.pk,
        "number": account.number,
        "reason": "fraud",
        "received_at": received["received_at"],
    }
    assert received["received_at"].endswith("Z")
    assert answer.headers["Location"] == f"{REPORTS}/{report.pk}"
    assert (report.account, report.client, report.text) == (account, kai, "It asked for my PIN.")


def test_neither_the_text_nor_the_reporter_is_in_the_journal_and_the_reporter_nowhere(
    app: Partner, kai: ClientApp
) -> None:
    account = make_approved()
    app.post(REPORTS, body(account.number, reporter="ada@owner.example"))
    event = Event.objects.get(kind="report.received")
    assert (event.on, event.by, event.data) == (account.pk, kai.pk, {"reason": "fraud", "client": kai.pk})
    kept = bytes(Report.objects.get().reporter)
    assert (len(kept), b"ada" in kept) == (32, False)


def test_the_same_reporter_looks_different_in_another_app(app: Partner) -> None:
    account = make_approved()
    assert app.post(REPORTS, body(account.number)).status_code == 201
    assert partner("Other", Scope.REPORTS_WRITE).post(REPORTS, body(account.number)).status_code == 201
    one, other = Report.objects.all()
    assert bytes(one.reporter) != bytes(other.reporter)


def test_the_same_report_again_that_day_is_the_first_one(app: Partner) -> None:
    account = make_approved()
    first = app.post(REPORTS, body(account.number))
    again = app.post(REPORTS, body(account.number))
    assert (again.status_code, again.json()) == (200, first.json())
    assert "Location" not in again.headers
    assert Event.objects.filter(kind="report.received").count() == 1


@pytest.mark.parametrize("other", [{"reason": "spam"}, {"text": "Something else."}, {"text": ""}])
def test_a_second_report_that_day_is_refused(app: Partner, other: dict[str, str]) -> None:
    account = make_approved()
    app.post(REPORTS, body(account.number))
    refused(app.post(REPORTS, body(account.number, **other)), 409, "reported_already")
    assert Report.objects.count() == 1


def test_the_next_day_and_another_account_are_another_report(app: Partner) -> None:
    account = make_approved()
    app.post(REPORTS, body(account.number))
    yesterday = Report.objects.get()
    Report.objects.update(day=yesterday.day - timedelta(days=1))
    assert app.post(REPORTS, body(account.number, reason="spam")).status_code == 201
    assert app.post(REPORTS, body(make_approved().number)).status_code == 201


def test_the_day_is_that_of_jakarta(app: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    account = make_approved()
    app.post(REPORTS, body(account.number))
    report = Report.objects.get()
    assert report.day == (report.received_at + timedelta(hours=7)).date()


# --- who can be reported ---


def test_what_a_look_up_lists_can_be_reported(app: Partner) -> None:
    verified, confirmed, suspended, revoked = (
        make_approved(),
        make_approved(Tier.CONFIRMED),
        make_approved(),
        make_approved(),
    )
    badges.suspend(badge_of(suspended), reason="spam", by=audit.SYSTEM)
    badges.revoke(badge_of(revoked), reason="spam", by=audit.SYSTEM)
    for account in (verified, confirmed, suspended, revoked):
        assert app.get(f"/v1/contacts/{account.number}").json()["listed"]
        assert app.post(REPORTS, body(account.number)).status_code == 201


def unlisted(kai: ClientApp) -> dict[str, str]:
    revoked = make_approved()
    badges.revoke(badge_of(revoked), reason="spam", by=audit.SYSTEM)
    age(badge_of(revoked), timedelta(days=91), "ended_at", "issued_at")
    closed = make_approved()
    closed_number = str(closed.number)
    businesses.close_account(closed, by=owner_of(closed))
    unproven = make_approved(Tier.CONFIRMED)
    unproven.number_proofs.update(failed_at=unproven.confirmed_at)
    personal = next_number()
    ownership.declare_personal(personal, by=kai)
    make_account()
    return {
        "unknown": next_number(),
        "draft": make_draft().number,
        "submitted": make_submitted().number,
        "declined": decline_now(make_submitted()).number,
        "closed": closed_number,
        "personal": personal,
        "revoked long ago": str(revoked.number),
        "no longer proven": str(unproven.number),
    }


def test_what_no_look_up_lists_is_refused_in_the_same_bytes(app: Partner, kai: ClientApp) -> None:
    answers = set()
    for cause, number in unlisted(kai).items():
        assert not app.get(f"/v1/contacts/{number}").json()["listed"], cause
        answer = app.post(REPORTS, body(number))
        refused(answer, 422, "number_not_listed", "/number")
        told = {name: value for name, value in answer.headers.items() if name != "RateLimit"}
        answers.add((answer.content, tuple(sorted(told.items()))))
    assert len(answers) == 1
    assert not Report.objects.exists()


# --- bad input ---


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("081234567890", "number_not_e164"),
        ("+6208123456789", "number_not_canonical"),
        ("+1 202 555 0123", "number_not_canonical"),
        ("", "required"),
        (12025550123, "wrong_type"),
        (None, "required"),
    ],
)
def test_a_number_that_is_written_wrongly_is_refused(app: Partner, number: object, code: str) -> None:
    problem = refused(app.post(REPORTS, body(number)), 422, code, "/number")
    if number == "+6208123456789":
        assert problem["canonical"] == "+628123456789"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reason": "because"}, "choice_unknown"),
        ({"reason": ""}, "choice_unknown"),
        ({"text": "x" * 1_001}, "value_too_long"),
        ({"text": "zero\u200bwidth"}, "hidden_characters"),
        ({"text": "turned \u202e around"}, "hidden_characters"),
        ({"text": "nul \0"}, "hidden_characters"),
        ({"text": None}, "required"),
        ({"reporter": ""}, "required"),
        ({"reporter": " "}, "value_invalid"),
        ({"reporter": "u 1"}, "value_invalid"),
        ({"reporter": "u-1\n"}, "value_invalid"),
        ({"reporter": "x" * 65}, "value_invalid"),
        ({"reporter": 7}, "wrong_type"),
        ({"screenshot": "…"}, "field_unknown"),
    ],
    ids=str,
)
def test_what_is_not_said_rightly_is_refused(app: Partner, wrong: dict[str, Any], code: str) -> None:
    account = make_approved()
    problem = refused(app.post(REPORTS, body(account.number, **wrong)), 422, code)
    assert [fault["pointer"] for fault in problem["problems"]] == [f"/{name}" for name in wrong]
    assert not Report.objects.exists()


def test_a_text_may_have_lines_and_may_be_missing(app: Partner) -> None:
    account = make_approved()
    assert app.post(REPORTS, body(account.number, text="One.\nTwo: <b>&amp;</b> ✅")).status_code == 201
    asked = body(account.number, reporter="u-2")
    del asked["text"]
    assert app.post(REPORTS, asked).status_code == 201
    assert app.post(REPORTS, asked).status_code == 200


# --- who may ask ---


def test_a_key_without_the_scope_reports_nothing() -> None:
    account = make_approved()
    others = [scope for scope in Scope if scope != Scope.REPORTS_WRITE]
    narrow = partner("Reads only", *others)
    problem = refused(narrow.post(REPORTS, body(account.number)), 403, "scope_missing")
    assert problem["scope"] == "reports:write"
    refused(narrow.get(f"{REPORTS}/rpt_01jd3x8m4vf0q9s6w2k7h5t1bc"), 403, "scope_missing")


def test_the_sender_learns_what_became_of_it_and_nobody_else(
    app: Partner, kai: ClientApp, rudi: User
) -> None:
    account = make_approved()
    sent = app.post(REPORTS, body(account.number)).json()
    where = f"{REPORTS}/{sent['id']}"
    assert app.get(where).json() == {**sent, "state": "received"}
    case = make_case(account, by=kai)
    assert app.get(where).json()["state"] == "received"
    reports.act(case, note="suspended", by=rudi)
    assert app.get(where).json() == {**sent, "state": "acted_on"}
    refused(partner("Other", Scope.REPORTS_WRITE).get(where), 404, "not_found")
    refused(app.get(f"{REPORTS}/made-up"), 404, "not_found")


@pytest.mark.parametrize("way", ["dismiss", "close"])
def test_a_report_about_which_nothing_is_to_be_done_is_dismissed(
    app: Partner, kai: ClientApp, rudi: User, way: str
) -> None:
    account = make_approved()
    sent = app.post(REPORTS, body(account.number)).json()
    case = make_case(account, by=kai)
    if way == "dismiss":
        reports.dismiss(case, note="a quarrel", by=rudi)
    else:
        businesses.close_account(account, by=owner_of(account))
    assert app.get(f"{REPORTS}/{sent['id']}").json()["state"] == "dismissed"
    assert not ReportCase.objects.open().exists()


def test_a_report_changes_no_card(app: Partner) -> None:
    account = make_approved()
    before = app.get(f"/v1/contacts/{account.number}").content
    app.post(REPORTS, body(account.number))
    assert app.get(f"/v1/contacts/{account.number}").content == before
    assert Badge.objects.get().status == "active"
