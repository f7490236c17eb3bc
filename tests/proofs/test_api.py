"""Proving the number of an application by code, as a partner app does it."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import codes
from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.people.models import User
from accounts.proofs import reproofs
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberCode, NumberProof
from accounts.verification import services as verification
from accounts.verification.models import Application
from tests.factories import age, approve_now, next_number
from tests.partner import Partner, code_sent, refused

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


def test_a_code_proves_the_number(app: Partner) -> None:
    number = next_number()
    application = f"/v1/applications/{app.draft(number=number)}"
    assert "number_not_proven" in [missing["code"] for missing in app.get(application).json()["requirements"]]
    sent = app.post(f"{application}/number-code")
    assert (sent.status_code, sent.json()["number"]) == (202, number)
    code = code_sent()
    assert code not in sent.content.decode()
    proven = app.post(f"{application}/number-code/check", {"code": code})
    assert proven.json() == proven.json() | {"number": number, "method": "phone_code"}
    assert proven.json()["id"] == NumberProof.objects.get().pk
    assert "number_not_proven" not in app.get(application).content.decode()
    refused(app.post(f"{application}/number-code"), 409, "number_already_proven")


def test_a_code_is_read_out_where_that_is_wished(app: Partner) -> None:
    application = f"/v1/applications/{app.draft(number='+62215551234')}"
    refused(app.post(f"{application}/number-code"), 409, "number_needs_a_call")
    sent = app.post(f"{application}/number-code", {"channel": "voice"})
    assert (sent.status_code, sent.json()["channel"]) == (202, "voice")
    refused(app.post(f"{application}/number-code", {"channel": "email"}), 422, "choice_unknown", "/channel")


def test_a_live_account_proves_its_number_again_when_it_was_asked(app: Partner, rita: User) -> None:
    application = Application.objects.get(pk=app.submitted())
    approve_now(application)
    address = f"/v1/accounts/{application.account_id}/number-code"
    refused(app.post(address), 409, "number_already_proven")
    reproof = reproofs.ask(Account.objects.get(pk=application.account_id), by=rita)
    sent = app.post(address)
    assert (sent.status_code, sent.json()["number"]) == (202, application.number)
    assert app.post(f"{address}/check", {"code": code_sent()}).json()["number"] == application.number
    reproof.refresh_from_db()
    assert reproof.outcome == "proven"
    refused(app.post(address), 409, "number_already_proven")


def test_a_live_account_proves_its_number_again_after_the_proof_fell(app: Partner, rita: User) -> None:
    application = Application.objects.get(pk=app.submitted())
    approve_now(application)
    proofs.fail(Account.objects.get(pk=application.account_id), by=rita)
    address = f"/v1/accounts/{application.account_id}/number-code"
    assert app.post(address, {"channel": "voice"}).status_code == 202
    assert app.post(f"{address}/check", {"code": code_sent()}).status_code == 200


def test_guesses_are_counted_and_the_code_is_used_up(app: Partner) -> None:
    application = f"/v1/applications/{app.draft()}"
    app.post(f"{application}/number-code")
    wrong = f"{(int(code_sent()) + 1) % 1_000_000:06}"
    for left in range(codes.GUESSES - 1, 0, -1):
        document = refused(
            app.post(f"{application}/number-code/check", {"code": wrong}), 422, "code_wrong", "/code"
        )
        assert document["left"] == left
    refused(app.post(f"{application}/number-code/check", {"code": wrong}), 422, "code_used_up")
    refused(app.post(f"{application}/number-code/check", {"code": code_sent()}), 422, "code_used_up")
    assert not NumberProof.objects.exists()


def test_a_code_that_ran_out_or_was_never_sent_is_refused(app: Partner) -> None:
    application = f"/v1/applications/{app.draft()}"
    refused(app.post(f"{application}/number-code/check", {"code": "123456"}), 422, "code_used_up")
    app.post(f"{application}/number-code")
    age(NumberCode.objects.get(), codes.LIFETIME + timedelta(seconds=1), "created_at", "expires_at")
    refused(app.post(f"{application}/number-code/check", {"code": code_sent()}), 422, "code_used_up")


def test_a_number_is_not_flooded_whoever_asks(app: Partner) -> None:
    number = next_number()
    for _ in range(10):
        assert app.post(f"/v1/applications/{app.draft(number=number)}/number-code").status_code == 202
    answer = app.post(f"/v1/applications/{app.draft(number=number)}/number-code")
    document = refused(answer, 429, "code_too_often")
    assert int(answer.headers["Retry-After"]) == document["retry_after"] > 0


def test_an_application_without_a_number_has_nothing_to_prove(app: Partner) -> None:
    draft = app.post(f"/v1/accounts/{app.account()}/applications", {"kind": "new"}).json()
    assert draft["number"] is None
    refused(app.post(f"/v1/applications/{draft['id']}/number-code"), 409, "number_missing")
    refused(
        app.post(f"/v1/applications/{draft['id']}/number-code/check", {"code": "123456"}),
        409,
        "number_missing",
    )


def test_an_application_that_has_ended_sends_nobody_a_code(app: Partner) -> None:
    application = app.draft()
    verification.withdraw(Application.objects.get(), by=audit.SYSTEM)
    answer = app.post(f"/v1/applications/{application}/number-code")
    assert refused(answer, 409, "wrong_status")["state"] == "withdrawn"
    assert not NumberCode.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": None},
        {"code": 123456},
        {"code": "12345"},
        {"code": "1234567"},
        {"code": "123456\n"},
        {"code": " 123456"},
        {"code": "１２３４５６"},
        {"code": "1" * 1_000_000},
        {"code": "123456", "number": "+12025550123"},
    ],
)
def test_what_is_no_code_counts_as_no_guess(app: Partner, body: dict[str, Any]) -> None:
    application = f"/v1/applications/{app.draft()}"
    app.post(f"{application}/number-code")
    assert app.post(f"{application}/number-code/check", body).status_code == 422
    assert NumberCode.objects.get().guesses == 0


def test_a_body_where_none_is_taken_is_refused(app: Partner) -> None:
    answer = app.post(f"/v1/applications/{app.draft()}/number-code", {"number": "+12025550123"})
    refused(answer, 422, "field_unknown", "/number")
    assert not NumberCode.objects.exists()
