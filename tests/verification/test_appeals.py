"""An objection to a decline: once, answered by somebody who took no part, and that answer is final."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings

from accounts.businesses import services as businesses
from accounts.businesses.models import NumberUse
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Status
from accounts.verification.serializers import ApplicationSerializer
from tests.factories import (
    age,
    approve_now,
    badge_of,
    decline_now,
    let_undo_window_pass,
    make_account,
    make_approved,
    make_claimed,
    make_draft,
    make_reviewer,
    make_submitted,
    next_number,
    owner_of,
    prove,
)
from tests.verification.deeds import approve, refused, submit

pytestmark = pytest.mark.django_db


def test_a_decline_is_contested_once_and_answered_by_another(rita: User, rudi: User) -> None:
    application = decline_now(make_submitted(), by=rita)
    owner = owner_of(application.account)
    verification.contest(application, text="Here we are.", by=owner)
    application.refresh_from_db()
    assert (application.status, application.contest_text) == (Status.SUBMITTED, "Here we are.")
    refused("another_reviewer_needed", lambda: verification.claim(application, by=rita))
    declined = decline_now(application, by=rudi)
    refused("contested_already", lambda: verification.contest(declined, text="Once more.", by=owner))


def test_the_one_who_seconded_a_decline_does_not_answer_the_objection(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.decline(application, reason="not_a_business", by=rita, second_wished=True)
    verification.second(application, by=rudi)
    let_undo_window_pass(application)
    verification.take_effect(application)
    verification.contest(application, text="But we are.", by=owner_of(application.account))
    for involved in (rita, rudi):
        refused("another_reviewer_needed", partial(verification.claim, application, by=involved))
    verification.claim(application, by=make_reviewer(role=Role.REVIEWER))


def test_a_contested_approval_makes_the_account_live(rita: User, rudi: User) -> None:
    application = decline_now(make_submitted(), by=rita)
    verification.contest(application, text="Here we are.", by=owner_of(application.account))
    approve_now(application, by=rudi)
    assert badge_of(application.account).status == "active"


def test_an_objection_that_comes_too_late_is_refused(mallory: User) -> None:
    """Its number is somebody else's, another application is open, the account is live, or closed."""
    application = decline_now(make_submitted())
    owner = owner_of(application.account)
    contest = partial(verification.contest, application, text="Here we are.", by=owner)
    taken = make_submitted(number=next_number())
    NumberUse.objects.filter(account=taken.account).update(number=application.number)
    refused("number_taken", contest)
    NumberUse.objects.all().delete()
    again = make_draft(application.account)
    refused("open_application_exists", contest)
    age(application, settings.COOL_DOWN, "ended_at")
    approve_now(submit(again))
    refused("account_already_approved", contest)
    businesses.close_account(application.account, by=owner)
    refused("account_closed", contest)


def test_a_contested_renewal_keeps_the_badge_again(rita: User) -> None:
    account = make_approved()
    age(badge_of(account), timedelta(days=310), "issued_at", "term_ends_at", "expires_at")
    renewal = decline_now(submit(make_draft(account, kind=Kind.RENEWAL)))
    assert badge_of(account).renewal_pending is False
    verification.contest(renewal, text="Please look again.", by=owner_of(account))
    assert badge_of(account).renewal_pending is True


def _contested(application: Application) -> Application:
    return verification.contest(application, text="Please look again.", by=owner_of(application.account))


def _out(application: Application, *people: User, code: str = "another_reviewer_needed") -> None:
    for person in people:
        refused(code, partial(verification.claim, application, by=person))


def test_whoever_overruled_before_the_decline_stays_out_of_the_objection_too(
    rita: User, rudi: User, sinta: User
) -> None:
    """Three have taken part. What was overruled before the decline calls for no senior reviewer after it."""
    application = make_claimed(rita)
    approve(application, rita, second_wished=True)
    verification.overrule(application, reason="No shop there.", by=rudi)
    application = _contested(decline_now(application, by=sinta))
    _out(application, rita, rudi, sinta)
    ordinary = make_reviewer(role=Role.REVIEWER)
    verification.claim(application, by=ordinary)
    assert approve(application, ordinary).status == Status.DECIDED


def test_whoever_only_took_a_decision_back_may_answer_the_objection(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.take_back(approve(application, rita), by=rita)
    application = _contested(decline_now(application, by=rudi))
    verification.claim(application, by=rita)


def test_whoever_escalated_the_case_does_not_answer_the_objection(
    rita: User, rudi: User, sinta: User
) -> None:
    application = make_claimed(rita)
    verification.escalate(application, note="Two brands of one name.", by=rita)
    application = _contested(decline_now(application, by=rudi))
    _out(application, rita, code="senior_needed")
    _out(application, rudi)
    verification.claim(application, by=sinta)


def test_nobody_who_declined_seconds_the_answer(rita: User, rudi: User, sinta: User) -> None:
    application = _contested(decline_now(make_submitted(), by=rudi))
    verification.claim(application, by=rita)
    prove(application)
    approve(application, rita, second_wished=True)
    for verb in (verification.second, partial(verification.overrule, reason="No.")):
        refused("another_reviewer_needed", partial(verb, application, by=rudi))
    verification.second(application, by=sinta)


def test_an_overruling_of_the_answer_calls_for_a_senior_reviewer_again(
    rita: User, rudi: User, sinta: User
) -> None:
    application = _contested(decline_now(make_submitted()))
    verification.claim(application, by=rita)
    prove(application)
    approve(application, rita, second_wished=True)
    verification.overrule(application, reason="No.", by=rudi)
    _out(application, rita, rudi, make_reviewer(role=Role.REVIEWER), code="senior_needed")
    verification.claim(application, by=sinta)


def test_after_an_objection_four_eyes_are_due_again(rita: User, rudi: User, sinta: User) -> None:
    application = make_claimed(rita, make_account(category="health"), category="health")
    approve(application, rita)
    verification.overrule(application, reason="No.", by=rudi)
    application = _contested(decline_now(application, by=sinta))
    other = make_reviewer()
    verification.claim(application, by=other)
    assert approve(application, other).status == Status.AWAITING_SECOND


def test_the_answer_to_an_objection_is_told_as_final() -> None:
    application = decline_now(make_submitted())
    first = Message.objects.latest("id")
    assert first.template == "declined"
    assert "keberatan satu kali" in first.body
    decline_now(_contested(application))
    answer = Message.objects.latest("id")
    assert answer.template == "declined_after_objection"
    assert "jawaban akhir" in answer.body
    assert "Bukti yang dikirim belum cukup." in answer.body


def test_the_api_says_whether_a_decline_can_still_be_contested() -> None:
    application = decline_now(make_submitted())
    assert _decision(application)["can_be_contested"] is True
    application = decline_now(_contested(application))
    assert _decision(application)["can_be_contested"] is False
    assert _decision(approve_now(make_submitted()))["can_be_contested"] is False


def _decision(application: Application) -> dict[str, Any]:
    decision: dict[str, Any] = ApplicationSerializer(application).data["decision"]
    return decision
