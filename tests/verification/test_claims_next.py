"""The next case: which one it is, for whom, and when there is none; leases renewed, and given back."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.businesses import services as businesses
from accounts.businesses.models import Membership
from accounts.errors import DomainError, Forbidden, NotAllowed
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.claims import CLAIM_LEASE, CLAIMS_A_REVIEWER, require_reviewer
from accounts.verification.models import Application, Claim, Status
from tests.factories import (
    age,
    decline_now,
    make_claimed,
    make_cohort,
    make_reviewer,
    make_submitted,
    owner_of,
)
from tests.staff import browser_of

pytestmark = pytest.mark.django_db


def test_the_riskiest_case_is_the_next_and_then_the_one_that_is_due_first(rita: User) -> None:
    businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
    later, sooner = make_submitted(), make_submitted()
    age(sooner, timedelta(days=9), "due_at")
    alike = make_submitted(display_name="Bank C0ntoh")
    taken = [verification.take_next(by=rita).application_id for _ in range(3)]
    assert taken == [alike.pk, sooner.pk, later.pk]
    assert Event.objects.filter(kind="application.claimed", by=rita.pk).count() == 3


def test_three_at_a_time_are_enough(rita: User) -> None:
    for _ in range(CLAIMS_A_REVIEWER + 1):
        make_submitted()
    for _ in range(CLAIMS_A_REVIEWER):
        verification.take_next(by=rita)
    with pytest.raises(NotAllowed, match="claims_used_up"):
        verification.take_next(by=rita)


def test_it_is_never_a_case_that_one_may_not_decide(rita: User, rudi: User, sinta: User) -> None:
    """Whatever `require_reviewer` refuses is not offered, and whatever it allows is."""
    own = make_submitted()
    Membership.objects.create(business=own.account.business, person=rita, role="viewer")
    make_claimed(make_reviewer())
    assigned = make_submitted()
    verification.assign(assigned, to=sinta, by=rudi)
    escalated = make_claimed(sinta)
    verification.escalate(escalated, note="Which papers?", by=sinta)
    overruled = make_claimed(rudi, cohort=make_cohort(four_eyes=True))
    verification.approve(overruled, tier="verified", by=rudi)
    verification.overrule(overruled, reason="No papers.", by=sinta)
    contested = decline_now(make_submitted(), by=rita)
    verification.contest(contested, text="We do exist.", by=owner_of(contested.account))
    free = make_submitted()
    for person in (rita, rudi, sinta, make_reviewer(), make_reviewer(role=Role.REVIEWER)):
        taken = []
        while True:
            try:
                taken.append(verification.take_next(by=person).application_id)
            except NotAllowed as refusal:
                assert refusal.code in ("nothing_to_take", "claims_used_up")
                break
        allowed = [
            one.pk for one in (own, assigned, escalated, overruled, contested, free) if may(one, person)
        ]
        assert len(taken) == min(len(allowed), CLAIMS_A_REVIEWER)
        assert set(taken) <= set(allowed)
        for lease in Claim.objects.filter(reviewer=person):
            verification.release(lease.application, by=person)
        assert free.pk in allowed


def may(application: Application, person: User) -> bool:
    application.refresh_from_db()
    if application.offered_to_id not in (None, person.pk):
        return False
    try:
        require_reviewer(application, by=person)
    except DomainError:
        return False
    return application.status == Status.SUBMITTED


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_only_reviewers_take_cases(role: Role) -> None:
    make_submitted()
    with pytest.raises(Forbidden, match="permission_missing"):
        verification.take_next(by=make_reviewer(role=role))


def test_an_expired_lease_is_taken_over_and_the_journal_says_from_whom(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    age(Claim.objects.get(application=application), CLAIM_LEASE, "taken_at", "until")
    assert verification.take_next(by=rudi).application_id == application.pk
    assert Event.objects.latest("seq").data == {"from": rita.pk}


def test_the_button_leads_to_the_case_or_says_that_there_is_none(rita: User) -> None:
    application = make_submitted()
    browser, address = browser_of(rita), reverse("admin:verification_application_next")
    assert browser.get(address).status_code == 302
    assert not Claim.objects.exists()
    response = browser.post(address)
    assert response.headers["Location"] == reverse(
        "admin:verification_application_change", args=[application.pk]
    )
    assert "No case is left" in browser.post(address, follow=True).content.decode()
    for _ in range(3):
        make_submitted()
    for _ in range(2):
        browser.post(address)
    assert "At most 3 applications" in browser.post(address, follow=True).content.decode()


# Leases.


def test_a_lease_is_renewed_by_its_holder_only(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    lease = Claim.objects.get(application=application)
    age(lease, timedelta(minutes=20), "taken_at", "until")
    last = Event.objects.count()
    assert verification.renew(application, by=rita).until - lease.until > timedelta(minutes=19)
    assert Event.objects.count() == last
    with pytest.raises(NotAllowed, match="claim_held"):
        verification.renew(application, by=rudi)


def test_a_lease_that_ran_out_is_not_renewed_but_taken_again(rita: User) -> None:
    application = make_claimed(rita)
    age(Claim.objects.get(application=application), CLAIM_LEASE, "taken_at", "until")
    with pytest.raises(NotAllowed, match="claim_missing"):
        verification.renew(application, by=rita)


def test_waiting_for_the_owner_frees_the_lease(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, text="Which street?", field="website", by=rita)
    assert not Claim.objects.exists()


def test_all_cases_of_somebody_are_given_back(rita: User, rudi: User) -> None:
    mine, his = [make_claimed(rita) for _ in range(2)], make_claimed(rudi)
    assert verification.release_all(rita, by=audit.SYSTEM) == 2
    assert [claim.application_id for claim in Claim.objects.all()] == [his.pk]
    events = Event.objects.filter(kind="application.released")
    assert {event.on for event in events} == {application.pk for application in mine}
    assert {event.data["from"] for event in events} == {rita.pk}
    assert verification.release_all(rita, by=audit.SYSTEM) == 0


def test_an_offer_ends_after_a_day(rita: User, rudi: User, sinta: User) -> None:
    application = make_submitted()
    application = verification.assign(application, to=rita, by=rudi)
    assert application.offered_until is not None
    assert timedelta(0) < clock.now() + timedelta(days=1) - application.offered_until < timedelta(minutes=1)
    with pytest.raises(NotAllowed, match="offered_to_another"):
        verification.claim(application, by=sinta)
    age(application, timedelta(days=1), "offered_until")
    verification.claim(application, by=sinta)
