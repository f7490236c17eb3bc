"""A reviewer who does not want to decide alone hands the case up, and is out of it from then on."""

from functools import partial

import pytest

from accounts.audit.models import Event
from accounts.errors import Invalid
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.models import Application, Claim, Note, Status
from tests.factories import make_account, make_claimed, make_reviewer, owner_of
from tests.verification.deeds import approve, refused

pytestmark = pytest.mark.django_db


def escalated(by: User, **facts: str) -> Application:
    application = make_claimed(by, make_account(category=facts.get("category", "food")), **facts)
    return verification.escalate(application, note="Two brands of one name.", by=by)


def test_it_frees_the_case_and_says_why_in_a_note(rita: User) -> None:
    application = escalated(rita)
    assert (application.status, application.escalated_by) == (Status.SUBMITTED, rita)
    assert not Claim.objects.exists()
    note = Note.objects.get(application=application)
    assert (note.author, note.text) == (rita, "Two brands of one name.")
    event = Event.objects.get(kind="application.escalated")
    assert (event.on, event.by, event.data) == (
        application.pk,
        rita.pk,
        {"status": "submitted", "kind": "new"},
    )


def test_only_a_senior_reviewer_who_did_not_escalate_it_goes_on(rita: User, rudi: User) -> None:
    application = escalated(rita)
    for person in (rita, make_reviewer(role=Role.REVIEWER)):
        refused("senior_needed", partial(verification.claim, application, by=person))
    verification.claim(application, by=rudi)
    assert approve(application, rudi).status == Status.DECIDED


def test_a_senior_reviewer_who_escalated_it_is_out_too(rudi: User, sinta: User) -> None:
    application = escalated(rudi)
    refused("senior_needed", partial(verification.claim, application, by=rudi))
    verification.claim(application, by=sinta)


def test_four_eyes_stay_four_eyes(rita: User, rudi: User, sinta: User) -> None:
    application = escalated(rita, category="health")
    verification.claim(application, by=rudi)
    assert approve(application, rudi).status == Status.AWAITING_SECOND
    rita.role = Role.SENIOR_REVIEWER
    rita.save()
    refused("senior_needed", partial(verification.second, application, by=rita))
    refused("same_person", partial(verification.second, application, by=rudi))
    assert verification.second(application, by=sinta).status == Status.DECIDED


def test_asking_and_taking_back_do_not_bring_it_down_again(rita: User, rudi: User) -> None:
    application = escalated(rita)
    verification.claim(application, by=rudi)
    application = verification.take_back(approve(application, rudi), by=rudi)
    verification.claim(application, by=rudi)
    verification.ask(application, reason="category_unclear", by=rudi)
    application = verification.answer(application, text="Bread.", by=owner_of(application.account))
    refused("senior_needed", partial(verification.claim, application, by=rita))


def test_once_is_enough(rita: User, rudi: User) -> None:
    application = escalated(rita)
    verification.claim(application, by=rudi)
    assert "escalate" not in verification.allowed_actions(application, by=rudi)
    refused("escalated_already", partial(verification.escalate, application, note="You.", by=rudi))


def test_it_says_why(rita: User) -> None:
    application = make_claimed(rita)
    assert "escalate" in verification.allowed_actions(application, by=rita)
    refusal = refused("note_empty", partial(verification.escalate, application, note=" ", by=rita), Invalid)
    assert [problem.pointer for problem in refusal.problems] == ["/note"]
    assert Claim.objects.filter(application=application, reviewer=rita).exists()
