"""R6: only invited small businesses are let in, a cohort at a time."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort, Place
from accounts.verification import services as verification
from accounts.verification.models import Application, Status
from tests.factories import make_account, make_business, make_cohort, make_draft, owner_of
from tests.pilot.invited import accepted

pytestmark = pytest.mark.django_db


def submit(application: Application) -> Application:
    return verification.submit(application, by=owner_of(application.account))


def refused(code: str, application: Application) -> None:
    last = Event.objects.count()
    with pytest.raises(NotAllowed, match=code):
        submit(application)
    application.refresh_from_db()
    assert application.status == Status.DRAFT
    assert not Place.objects.filter(account=application.account).exists()
    assert Event.objects.count() == last


def test_R6_without_an_invitation_nobody_applies() -> None:
    closed = make_cohort(invitation_only=True)
    refused("invitation_required", make_draft(cohort=closed))
    application = make_draft()
    Application.objects.filter(pk=application.pk).update(cohort=None)
    Cohort.objects.all().update(invitation_only=True)
    application.refresh_from_db()
    refused("invitation_required", application)


def test_R6_an_invited_business_is_let_in() -> None:
    closed = make_cohort(invitation_only=True)
    draft = make_draft(cohort=closed)
    held = accepted(closed, by=owner_of(draft.account))
    application = submit(draft)
    assert application.status == Status.SUBMITTED
    assert application.account.place.cohort == closed
    event = Event.objects.get(kind="cohort.admitted", on=application.account_id)
    assert event.data == {"cohort": closed.pk, "invitation": held.pk}
    assert application.account.invitation == held


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ({"opens_at": timedelta(days=1)}, "cohort_not_open"),
        ({"opens_at": -timedelta(days=2), "closes_at": -timedelta(days=1)}, "cohort_not_open"),
        ({"capacity": 0}, "cohort_full"),
        ({"country": "BR"}, "cohort_other_country"),
    ],
)
def test_R6_a_cohort_has_a_country_a_capacity_and_its_time(when: dict[str, Any], code: str) -> None:
    facts = {
        name: clock.now() + value if isinstance(value, timedelta) else value for name, value in when.items()
    }
    refused(code, make_draft(cohort=make_cohort(**facts)))


def test_R6_the_capacity_counts_accounts() -> None:
    cohort = make_cohort(capacity=2)
    first, second, third = (make_draft(cohort=cohort) for _ in range(3))
    submit(first)
    submit(second)
    refused("cohort_full", third)
    Cohort.objects.filter(pk=cohort.pk).update(capacity=3)
    assert submit(third).status == Status.SUBMITTED


def test_R6_general_availability_is_a_cohort_without_limit() -> None:
    everybody = make_cohort(capacity=None, closes_at=None)
    application = make_draft()
    Application.objects.filter(pk=application.pk).update(cohort=None)
    Cohort.objects.exclude(pk=everybody.pk).delete()
    application.refresh_from_db()
    assert submit(application).cohort == everybody


def test_without_a_cohort_the_open_one_of_the_country_is_meant(ada: User) -> None:
    make_cohort(country="BR")
    indonesia = make_cohort(country="ID")
    account = make_account(make_business(ada))
    assert pilot.admit(account, None, by=ada) == indonesia


def test_an_account_takes_one_place_once(ada: User) -> None:
    first, other = make_cohort(capacity=1), make_cohort()
    account = make_account(make_business(ada))
    assert pilot.admit(account, first, by=ada) == first
    assert pilot.admit(account, first, by=ada) == first
    assert pilot.admit(account, other, by=ada) == first
    assert Place.objects.filter(account=account).count() == 1
    assert Event.objects.filter(kind="cohort.admitted").count() == 1


def test_a_place_is_kept_by_whoever_applies_again() -> None:
    application = submit(make_draft(cohort=make_cohort(capacity=1)))
    verification.withdraw(application, by=owner_of(application.account))
    again = make_draft(application.account, cohort=application.cohort)
    assert submit(again).status == Status.SUBMITTED


def test_a_cohort_is_found_by_name_or_id() -> None:
    cohort = pilot.open_cohort("Pilot 2017", country="ID", by=audit.SYSTEM)
    assert pilot.find("Pilot 2017") == pilot.find(cohort.pk) == cohort
    with pytest.raises(NotAllowed, match="cohort_unknown"):
        pilot.find("Pilot 2018")


def test_a_made_up_id_is_no_cohort() -> None:
    with pytest.raises(NotAllowed, match="cohort_unknown"):
        pilot.find("coh_of_our_own")


def test_a_cohort_closes_after_it_opens() -> None:
    with pytest.raises(IntegrityError, match="a_cohort_closes_after_it_opens"):
        make_cohort(opens_at=clock.now(), closes_at=clock.now() - timedelta(days=1))
