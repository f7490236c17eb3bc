"""Four eyes, and the undo window."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.errors import Invalid
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.models import Application, Decision, Outcome, Status
from tests.factories import (
    let_undo_window_pass,
    make_account,
    make_approved,
    make_claimed,
    make_cohort,
    make_reviewer,
    take_effect_now,
)
from tests.verification.deeds import approve, refused

pytestmark = pytest.mark.django_db


# Four eyes.


def _protected_name(rita: User) -> Application:
    businesses.protect("Bank Sentosa", category="finance", country="ID", by=audit.SYSTEM)
    return make_claimed(rita, display_name="Bank Sentosa", category="retail")


def _name_of_a_protected_account(rita: User) -> Application:
    famous = make_approved(display_name="Kopi Senja Utama")
    businesses.protect_name(famous, True, by=make_reviewer())
    return make_claimed(rita, display_name="Kopi Senja Utarna")


def _protected_category(rita: User) -> Application:
    return make_claimed(rita, make_account(category="health"), category="health")


def _cohort_of_two(rita: User) -> Application:
    return make_claimed(rita, cohort=make_cohort(four_eyes=True))


@pytest.mark.parametrize(
    "case", [_protected_name, _name_of_a_protected_account, _protected_category, _cohort_of_two]
)
@pytest.mark.parametrize("outcome", Outcome)
def test_four_eyes_are_due_whatever_the_decision(
    case: Callable[[User], Application], outcome: Outcome, rita: User, rudi: User
) -> None:
    application = case(rita)
    held = {
        Outcome.APPROVE: lambda: approve(application, rita),
        Outcome.DECLINE: lambda: verification.decline(application, reason="name_of_another", by=rita),
        Outcome.BAR: lambda: verification.bar(application, reason="impersonation", by=rita),
    }[outcome]()
    assert held.status == Status.AWAITING_SECOND
    assert Decision.objects.get(application=application).effective_at is None
    refused("wrong_status", lambda: verification.take_effect(application))
    refused("same_person", lambda: verification.second(application, by=_promoted(rita)))
    decided = verification.second(application, by=rudi)
    assert decided.status == Status.DECIDED
    ended = {"approve": "approved", "decline": "declined", "bar": "barred"}
    assert take_effect_now(decided).status == ended[outcome]


def _promoted(reviewer: User) -> User:
    """Even with the second person's permission it stays the same person."""
    reviewer.role = Role.SENIOR_REVIEWER
    reviewer.save()
    return reviewer


def test_a_wish_for_a_second_is_one(rita: User, rudi: User) -> None:
    held = approve(make_claimed(rita), rita, second_wished=True)
    assert (held.status, held.second_wished) == (Status.AWAITING_SECOND, True)


@pytest.mark.parametrize("name", ["Warung Bu Siti", "Warung Bu Wati"])
def test_a_look_alike_of_an_ordinary_name_is_shown_and_needs_no_second(name: str, rita: User) -> None:
    make_approved(display_name="Warung Bu Siti")
    application = make_claimed(rita, display_name=name)
    assert ("name_look_alike" in application.findings) == (name == "Warung Bu Siti")
    assert approve(application, rita).status == Status.DECIDED


def test_an_ordinary_case_is_decided_by_one(rita: User) -> None:
    assert approve(make_claimed(rita), rita).status == Status.DECIDED


def test_the_database_refuses_the_same_person_twice(rita: User) -> None:
    application = make_claimed(rita)
    approve(application, rita, second_wished=True)
    with pytest.raises(IntegrityError, match="four_eyes_are_two_people"), transaction.atomic():
        Decision.objects.filter(application=application).update(seconded_by=rita)
    with pytest.raises(IntegrityError, match="nobody_overrules_themselves"), transaction.atomic():
        Decision.objects.filter(application=application).update(
            overruled=True, undone_by=rita, undone_at=clock.now()
        )


def test_after_an_overruling_a_senior_who_is_neither_decides_alone(
    rita: User, rudi: User, sinta: User
) -> None:
    rita.email = "rita@staff.example"
    rita.save()
    application = make_claimed(rita, make_account(category="health"), category="health")
    approve(application, rita)
    refused("reason_required", lambda: verification.overrule(application, reason=" ", by=rudi), Invalid)
    verification.overrule(application, reason="The licence is not theirs.", by=rudi)
    told = Message.objects.latest("id")
    assert (told.to, told.template) == (rita.email, "overruled")
    assert "The licence is not theirs." in told.body
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    ordinary = make_reviewer(role=Role.REVIEWER)
    for person in (rita, _promoted(rita), rudi, ordinary):
        refused("senior_needed", partial(verification.claim, application, by=person))
    verification.claim(application, by=sinta)
    assert approve(application, sinta).status == Status.DECIDED


def test_an_overruled_decision_never_takes_effect(rita: User, rudi: User) -> None:
    application = approve(make_claimed(rita), rita, second_wished=True)
    verification.overrule(application, reason="No.", by=rudi)
    assert verification.tick()["took_effect"] == 0
    refused("wrong_status", lambda: verification.take_effect(application))


# The undo window.


def test_its_author_takes_a_decision_back_and_nothing_happened(rita: User, rudi: User) -> None:
    application = approve(make_claimed(rita), rita)
    refused("undo_window_open", lambda: verification.take_effect(application))
    refused("not_the_author", lambda: verification.take_back(application, by=rudi))
    verification.take_back(application, by=rita)
    account = application.account
    account.refresh_from_db()
    assert (account.number, account.badges.count()) == (None, 0)
    assert Decision.objects.get(application=application).undone_by == rita


def test_the_second_reviewer_may_take_it_back_too(rita: User, rudi: User) -> None:
    application = approve(make_claimed(rita), rita, second_wished=True)
    verification.second(application, by=rudi)
    assert verification.take_back(application, by=rudi).status == Status.SUBMITTED


def test_when_the_window_is_over_the_clock_has_it(rita: User) -> None:
    application = approve(make_claimed(rita), rita)
    let_undo_window_pass(application)
    refused("undo_window_over", lambda: verification.take_back(application, by=rita))


def test_the_window_is_five_minutes_by_default(rita: User) -> None:
    approve(make_claimed(rita), rita)
    decision = Decision.objects.get()
    assert decision.effective_at is not None
    assert abs(decision.effective_at - decision.decided_at - timedelta(minutes=5)) < timedelta(seconds=2)


@pytest.mark.parametrize("second_wished", [False, True])
def test_without_a_window_a_decision_takes_effect_at_once(
    second_wished: bool, no_undo_window: None, rita: User, rudi: User
) -> None:
    application = approve(make_claimed(rita), rita, second_wished=second_wished)
    if second_wished:
        application = verification.second(application, by=rudi)
    assert application.status == Status.APPROVED
