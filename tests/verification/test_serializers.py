"""What goes on inside a review stays inside."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.badges.models import Tier
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Status
from accounts.verification.serializers import IN_REVIEW, OWNER_STATUS
from tests.factories import (
    make_reviewer,
    prove,
)
from tests.partner import Partner, refused

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


def seen(app: Partner, application: str) -> tuple[Any, ...]:
    read = app.get(f"/v1/applications/{application}")
    (line,) = app.get(f"/v1/accounts/{read.json()['account']}/applications").json()["results"]
    return read.json(), read.headers["ETag"], line


def test_an_owner_sees_nothing_of_the_steps_inside(app: Partner, rita: User, rudi: User) -> None:
    """Claimed, deferred, held for a second reviewer, overruled, decided, taken back: one answer, to the byte."""
    application = app.submitted()
    prove(the(application))
    as_sent = seen(app, application)

    def look(status: Status) -> None:
        assert the(application).status == status
        assert seen(app, application) == as_sent

    verification.claim(the(application), by=rita)
    look(Status.SUBMITTED)
    verification.defer(the(application), until=clock.now().date() + timedelta(days=9), by=rita)
    look(Status.DEFERRED)
    verification.resume(the(application), by=rita)
    verification.claim(the(application), by=rita)
    verification.decline(
        the(application), reason="evidence_insufficient", message=SECRET_NOTE, by=rita, second_wished=True
    )
    look(Status.AWAITING_SECOND)
    verification.overrule(the(application), reason=SECRET_NOTE, by=rudi)
    look(Status.SUBMITTED)
    senior = make_reviewer()
    verification.claim(the(application), by=senior)
    verification.decline(the(application), reason="evidence_insufficient", message=SECRET_NOTE, by=senior)
    look(Status.DECIDED)
    verification.take_back(the(application), by=senior)
    look(Status.SUBMITTED)


@pytest.mark.parametrize("hold", [False, True])
def test_a_refusal_does_not_name_a_status_inside(app: Partner, rita: User, hold: bool) -> None:
    application = claimed(app, rita)
    verification.decline(the(application), reason="evidence_insufficient", by=rita, second_wished=hold)
    address = f"/v1/applications/{application}"
    refusals = [
        app.post(f"{address}/submit"),
        app.post(f"{address}/answer", {"text": "?"}),
        app.post(f"{address}/contest", {"text": "?"}),
        app.patch(address, {"category": "other"}, app.get(address).headers["ETag"]),
        app.upload(application),
        app.delete(f"{address}/evidence/{app.get(address).json()['evidence'][0]['id']}"),
    ]
    for answer in refusals:
        assert refused(answer, 409, "wrong_status")["state"] == IN_REVIEW
        assert the(application).status not in answer.content.decode()


def test_every_status_has_its_public_name() -> None:
    assert OWNER_STATUS.keys() == set(Status.values)
    assert {status for status, seen in OWNER_STATUS.items() if seen != status} == {
        "submitted",
        "deferred",
        "awaiting_second",
        "decided",
    }


@pytest.mark.usefixtures("no_undo_window")
def test_notes_and_reviewers_are_never_told(app: Partner, rita: User, rudi: User) -> None:
    application = claimed(app, rita)
    verification.ask(the(application), field="about", text="Where?", by=rita)
    asked = app.get(f"/v1/applications/{application}")
    app.post(f"/v1/applications/{application}/answer", {"text": "There"})
    verification.claim(the(application), by=rita)
    verification.approve(the(application), tier=Tier.VERIFIED, note=SECRET_NOTE, by=rita, second_wished=True)
    verification.second(the(application), note=SECRET_NOTE, by=rudi)
    for answer in (asked, app.get(f"/v1/applications/{application}")):
        for secret in (SECRET_NOTE, rita.pk, rudi.pk, "Rita", "Rudi", "rita", "rudi"):
            assert secret not in answer.content.decode()
