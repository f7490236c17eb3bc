"""When a case is due, and how risky it is: what the queue is ordered by."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import bars, ownership
from accounts.businesses import services as businesses
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.verification import priority, risk
from accounts.verification import services as verification
from accounts.verification.models import Application
from accounts.verification.workhours import office
from tests.factories import (
    age,
    decline_now,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_draft,
    make_submitted,
    owner_of,
)

pytestmark = pytest.mark.django_db

A_MOMENT = timedelta(seconds=5)


def fresh(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def due_of(application: Application) -> datetime:
    due = fresh(application).due_at
    assert due is not None
    return due


def test_it_is_due_two_working_days_after_it_was_submitted() -> None:
    application = make_submitted()
    assert application.submitted_at is not None
    working = office().between(application.submitted_at, due_of(application))
    assert abs(working - settings.REVIEW_WITHIN) < A_MOMENT
    assert fresh(application).time_left is None
    assert make_draft().due_at is None


def test_the_clock_stands_still_while_the_owner_has_the_ball(rita: User) -> None:
    application = make_claimed(rita)
    spent = office().add(clock.now(), timedelta(hours=3))
    Application.objects.filter(pk=application.pk).update(due_at=spent)
    verification.ask(application, field="about", text="Which street?", by=rita)
    asked = fresh(application)
    assert asked.due_at is None and asked.time_left is not None
    assert abs(asked.time_left - timedelta(hours=3)) < A_MOMENT
    verification.answer(asked, text="Jalan Melati", by=owner_of(asked.account))
    answered = fresh(application)
    assert answered.due_at is not None and answered.time_left is None
    assert abs(office().between(clock.now(), answered.due_at) - timedelta(hours=3)) < A_MOMENT
    spent_on_it = priority.age(answered, clock.now())
    assert spent_on_it is not None
    assert abs(spent_on_it - (settings.REVIEW_WITHIN - timedelta(hours=3))) < A_MOMENT


def test_what_was_overdue_when_the_owner_was_asked_is_overdue_when_they_answer(rita: User) -> None:
    application = make_claimed(rita)
    Application.objects.filter(pk=application.pk).update(
        due_at=office().add(clock.now(), -timedelta(hours=5))
    )
    asked = verification.ask(application, field="about", text="Which street?", by=rita)
    assert asked.time_left is not None and abs(asked.time_left + timedelta(hours=5)) < A_MOMENT
    verification.answer(asked, text="Jalan Melati", by=owner_of(asked.account))
    assert due_of(application) < clock.now()


def test_other_steps_leave_the_due_date_alone(rita: User) -> None:
    application = make_claimed(rita)
    before = due_of(application)
    application = verification.defer(application, until=clock.now().date() + timedelta(days=9), by=rita)
    application = verification.resume(application, by=rita)
    verification.claim(application, by=rita)
    application = verification.approve(application, tier="verified", by=rita)
    application = verification.take_back(application, by=rita)
    assert due_of(application) == before


def test_an_objection_starts_a_new_clock(rita: User) -> None:
    application = decline_now(make_submitted(), by=rita)
    age(application, timedelta(days=20), "due_at")
    verification.contest(application, text="We do exist.", by=owner_of(application.account))
    assert due_of(application) > clock.now()


# Risk.


def reasons(application: Application) -> tuple[str, ...]:
    found = risk.of(fresh(application))
    assert fresh(application).risk == found.level
    return found.reasons


def test_a_plain_case_carries_none() -> None:
    application = make_submitted()
    assert reasons(application) == ()
    assert (risk.of(application).level, risk.of(application).why) == (0, "")


def test_what_the_name_resembles() -> None:
    businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
    make_approved(display_name="Kedai Mawar Merah")
    protected = make_submitted(display_name="Bank C0ntoh")
    assert reasons(protected)[0] == "protected_look_alike" and protected.risk == 3
    ordinary = make_submitted(display_name="Kedai Mawar Merrah")
    assert reasons(ordinary) == ("look_alike",) and ordinary.risk == 2
    assert reasons(make_submitted(display_name="Toko Resmi Melati")) == ("name_warning",)


def test_what_the_registry_remembers(kai: ClientApp) -> None:
    declined = decline_now(make_submitted())
    age(declined, settings.COOL_DOWN, "ended_at")
    again = make_submitted(make_account(make_business()), number=declined.number)
    assert reasons(again) == ("declined_before",)
    account = make_approved()
    ownership.declare_personal(str(account.number), by=kai)
    assert reasons(make_submitted(account, kind="profile_change", website="https://a.example")) == (
        "number_disputed",
    )


def test_a_bar_that_was_lifted_is_remembered(rudi: User) -> None:
    business = make_business(registration_number="NIB-9")
    with audit.together():
        standing = bars.bar(business, reason="fraud", by=audit.SYSTEM)
    bars.lift(standing, by=rudi)
    assert reasons(make_submitted(make_account(business))) == ("barred_before",)
    sister = make_business(registration_number="NIB-9")
    assert reasons(make_submitted(make_account(sister))) == ("barred_before",)
    assert reasons(make_submitted(make_account(make_business()))) == ()


def test_a_protected_category_and_an_objection(rita: User) -> None:
    assert reasons(make_submitted(make_account(category="health"))) == ("protected_category",)
    application = decline_now(make_submitted(), by=rita)
    verification.contest(application, text="We do exist.", by=owner_of(application.account))
    assert reasons(application) == ("contested",)


def test_it_is_read_with_the_cases(django_assert_num_queries: Any) -> None:
    keys = {make_submitted().pk for _ in range(3)}
    with django_assert_num_queries(1):
        found = {case.pk: risk.of_read(case) for case in risk.remembering(Application.objects.all())}
    assert set(found) == keys and {one.level for one in found.values()} == {0}


def test_every_reason_has_words_and_a_level() -> None:
    assert {level for level, _ in risk.REASONS.values()} <= set(range(len(risk.LEVELS)))
    assert len({sign for sign, _ in risk.LEVELS}) == len(risk.LEVELS)
