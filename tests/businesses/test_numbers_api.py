"""R7: a client platform declares numbers personal."""

from typing import Any

import pytest

from accounts.businesses.models import NumberDispute, NumberUse
from accounts.clients.models import ClientApp, Scope
from tests.factories import make_approved, next_number
from tests.partner import Partner, partner, refused

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


def test_R7_a_number_is_declared_personal_and_released(app: Partner, kai: ClientApp) -> None:
    number = next_number()
    address = f"/v1/numbers/{number}/kind"
    for _ in range(2):
        answer = app.put(address, {"kind": "personal"})
        assert answer.json() == {"number": number, "kind": "personal", "state": "personal"}
    assert NumberUse.objects.get().declared_by == kai
    for _ in range(2):
        answer = app.put(address, {"kind": "unspecified"})
        assert answer.json() == {"number": number, "kind": "unspecified", "state": "unspecified"}
    assert not NumberUse.objects.exists()


def test_R7_an_application_for_a_personal_number_is_refused_until_it_is_released(app: Partner) -> None:
    number = next_number()
    application = app.complete(number=number)
    app.put(f"/v1/numbers/{number}/kind", {"kind": "personal"})
    refused(app.post(f"/v1/applications/{application}/submit"), 409, "number_is_personal")
    app.put(f"/v1/numbers/{number}/kind", {"kind": "unspecified"})
    assert app.post(f"/v1/applications/{application}/submit").status_code == 200


@pytest.mark.usefixtures("no_undo_window")
def test_R7_a_live_accounts_number_is_disputed_and_nothing_changes_by_itself(app: Partner) -> None:
    account = make_approved()
    card = app.get(f"/v1/contacts/{account.number}").json()
    for _ in range(2):
        answer = app.put(f"/v1/numbers/{account.number}/kind", {"kind": "personal"})
        assert answer.json()["state"] == "disputed"
    assert NumberDispute.objects.get().account == account
    assert app.get(f"/v1/contacts/{account.number}").json() == card


def test_only_who_declared_a_number_releases_it(app: Partner) -> None:
    number = next_number()
    app.put(f"/v1/numbers/{number}/kind", {"kind": "personal"})
    other = partner("Lain's messenger", Scope.NUMBERS_DECLARE)
    for kind in ("personal", "unspecified"):
        refused(other.put(f"/v1/numbers/{number}/kind", {"kind": kind}), 409, "number_declared_by_another")
    assert app.put(f"/v1/numbers/{number}/kind", {"kind": "personal"}).json()["state"] == "personal"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("081234567890", "number_not_e164"),
        ("+6208123456789", "number_not_canonical"),
        ("+00123456789", "number_not_e164"),
        ("+６２８１２３４５６７８９０", "number_not_canonical"),
        ("+1202555/0123", "number_not_canonical"),
        ("x" * 5_000, "number_not_e164"),
    ],
)
def test_a_number_that_is_written_wrongly_is_refused(app: Partner, number: str, code: str) -> None:
    for kind in ("personal", "unspecified"):
        refused(app.put(f"/v1/numbers/{number}/kind", {"kind": kind}), 422, code)
    assert not NumberUse.objects.exists()


@pytest.mark.parametrize(
    "body", [{}, {"kind": "business"}, {"kind": None}, {"kind": True}, {"kind": "personal", "x": 1}]
)
def test_a_kind_that_is_none_is_refused(app: Partner, body: dict[str, Any]) -> None:
    answer = app.put(f"/v1/numbers/{next_number()}/kind", body)
    assert answer.status_code == 422


def test_a_number_is_not_declared_without_its_scope() -> None:
    onboarding = partner("Onboarding only", Scope.ONBOARDING_WRITE)
    answer = onboarding.put(f"/v1/numbers/{next_number()}/kind", {"kind": "personal"})
    refused(answer, 403, "scope_missing")
