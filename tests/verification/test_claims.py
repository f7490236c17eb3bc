"""Claims: a lease on an application, at most three a reviewer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import clock
from accounts.audit.models import Event
from accounts.businesses.models import Membership
from accounts.errors import Forbidden, NotAllowed
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.claims import CLAIM_LEASE, CLAIMS_A_REVIEWER
from accounts.verification.models import Application, Claim, Status
from tests.factories import age, make_claimed, make_reviewer, make_submitted, owner_of

pytestmark = pytest.mark.django_db


def test_a_claim_is_a_lease_of_half_an_hour(rita: User) -> None:
    lease = verification.claim(make_submitted(), by=rita)
    assert lease.until - lease.taken_at == CLAIM_LEASE == timedelta(minutes=30)
    assert lease.until > clock.now()


def test_another_reads_who_has_it_and_until_when(rita: User, rudi: User) -> None:
    application = make_submitted()
    lease = verification.claim(application, by=rita)
    with pytest.raises(NotAllowed, match="claim_held") as refused:
        verification.claim(application, by=rudi)
    assert (
        "Rita" in refused.value.text.id
        and f"{timezone.localtime(lease.until):%H:%M}" in refused.value.text.en
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda a, by: verification.approve(a, tier="verified", by=by),
        lambda a, by: verification.decline(a, reason="not_a_business", by=by),
        lambda a, by: verification.bar(a, reason="fraud", by=by),
        lambda a, by: verification.ask(a, field="about", text="Why?", by=by),
        lambda a, by: verification.defer(a, until=clock.now().date() + timedelta(days=9), by=by),
    ],
    ids=["approve", "decline", "bar", "ask", "defer"],
)
def test_only_its_holder_works_on_a_case(act: object, rita: User, rudi: User) -> None:
    assert callable(act)
    application = make_claimed(rita)
    with pytest.raises(NotAllowed, match="claim_held"):
        act(application, rudi)
    age(Claim.objects.get(application=application), CLAIM_LEASE, "taken_at", "until")
    for person in (rita, rudi):
        with pytest.raises(NotAllowed, match="claim_missing"):
            act(application, person)
    verification.claim(application, by=rudi)
    act(application, rudi)
    assert not Claim.objects.filter(application=application).exists()


def test_a_claim_that_ran_out_is_free_to_others_and_the_journal_says_from_whom(
    rita: User, rudi: User
) -> None:
    application = make_claimed(rita)
    age(Claim.objects.get(application=application), CLAIM_LEASE, "taken_at", "until")
    lease = verification.claim(application, by=rudi)
    assert lease.reviewer == rudi
    assert Event.objects.latest("seq").data == {"from": rita.pk}


def test_claiming_again_renews_the_lease_without_an_event(rita: User) -> None:
    application = make_claimed(rita)
    lease = Claim.objects.get(application=application)
    age(lease, timedelta(minutes=20), "taken_at", "until")
    last = Event.objects.count()
    renewed = verification.claim(application, by=rita)
    assert renewed.until - lease.until > timedelta(minutes=19)
    assert Event.objects.count() == last


def test_at_most_three_at_a_time(rita: User) -> None:
    applications = [make_submitted() for _ in range(CLAIMS_A_REVIEWER + 1)]
    for application in applications[:-1]:
        verification.claim(application, by=rita)
    with pytest.raises(NotAllowed, match="claims_used_up"):
        verification.claim(applications[-1], by=rita)
    verification.claim(applications[0], by=rita)  # renewing is no fourth
    verification.release(applications[0], by=rita)
    verification.claim(applications[-1], by=rita)


def test_claims_that_ran_out_do_not_count(rita: User) -> None:
    for _ in range(CLAIMS_A_REVIEWER):
        verification.claim(make_submitted(), by=rita)
    for lease in Claim.objects.all():
        age(lease, CLAIM_LEASE, "taken_at", "until")
    verification.claim(make_submitted(), by=rita)


def test_a_released_case_is_free(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    with pytest.raises(NotAllowed, match="claim_missing"):
        verification.release(application, by=rudi)
    verification.release(application, by=rita)
    with pytest.raises(NotAllowed, match="claim_missing"):
        verification.release(application, by=rita)
    verification.claim(application, by=rudi)


# Who may.


@pytest.mark.parametrize("role", Role)
def test_only_reviewers_claim(role: Role) -> None:
    application, person = make_submitted(), make_reviewer(role=role)
    if role in (Role.REVIEWER, Role.SENIOR_REVIEWER):
        verification.claim(application, by=person)
        return
    with pytest.raises(Forbidden, match="permission_missing"):
        verification.claim(application, by=person)
    assert not Claim.objects.exists()


def test_a_reviewer_who_may_not_sign_in_may_not_claim(rita: User) -> None:
    rita.is_active = False
    with pytest.raises(Forbidden, match="permission_missing"):
        verification.claim(make_submitted(), by=rita)


def test_nobody_claims_their_own_business(rita: User) -> None:
    application = make_submitted()
    Membership.objects.create(business=application.account.business, person=rita, role="viewer")
    with pytest.raises(Forbidden, match="own_business"):
        verification.claim(application, by=rita)


# An answer is offered first to whoever asked, for a day.


def answered(rita: User) -> Application:
    application = make_claimed(rita)
    verification.ask(application, field="about", text="Since when?", by=rita)
    verification.answer(application, text="Since 2009.", by=owner_of(application.account))
    application.refresh_from_db()
    return application


def test_an_answer_is_offered_to_the_asking_reviewer_for_a_day(rita: User, rudi: User) -> None:
    application = answered(rita)
    assert (application.status, application.offered_to) == (Status.SUBMITTED, rita)
    assert application.questions.get().answer == "Since 2009."
    with pytest.raises(NotAllowed, match=r"offered_to_another.*Rita"):
        verification.claim(application, by=rudi)
    verification.claim(application, by=rita)


def test_after_a_day_the_answer_is_anybodys(rita: User, rudi: User) -> None:
    application = answered(rita)
    age(application, timedelta(days=1) - timedelta(seconds=30), "offered_until")
    with pytest.raises(NotAllowed, match="offered_to_another"):
        verification.claim(application, by=rudi)
    age(application, timedelta(seconds=30), "offered_until")
    verification.claim(application, by=rudi)


def test_the_offer_ends_with_the_decision(rita: User, rudi: User) -> None:
    application = answered(rita)
    verification.claim(application, by=rita)
    application = verification.approve(application, tier="verified", by=rita)
    application = verification.take_back(application, by=rita)
    assert application.offered_to is None
    verification.claim(application, by=rudi)
