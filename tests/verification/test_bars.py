"""What a bar closes, and whom."""

import pytest

from accounts.audit.models import Event
from accounts.badges.models import BadgeStatus, Tier
from accounts.businesses import bars
from accounts.businesses.models import Bar
from accounts.errors import NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Status
from tests.factories import (
    badge_of,
    bar_now,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_draft,
    make_submitted,
    owner_of,
    take_effect_now,
)
from tests.verification.deeds import changed_cards, reread

pytestmark = pytest.mark.django_db


def test_a_bar_revokes_every_badge_of_the_business_and_closes_it(ada: User, rudi: User) -> None:
    business = make_business(ada, registration_number="NIB-1")
    first, second = (make_approved(account=make_account(business)) for _ in range(2))
    confirmed = make_approved(Tier.CONFIRMED, account=make_account(business))
    elsewhere = make_approved()
    bar_now(make_submitted(make_account(business)))
    for account in (first, second):
        assert (badge_of(account).status, badge_of(account).reason) == (BadgeStatus.REVOKED, "barred")
    assert [reread(account).confirmed_at for account in (first, second, confirmed)] == [None] * 3
    assert first.number in changed_cards("badge.revoked")
    assert changed_cards("account.unconfirmed") == {confirmed.number}
    assert badge_of(elsewhere).status == BadgeStatus.ACTIVE
    assert Message.objects.latest("id").template == "barred"


@pytest.mark.parametrize("shared", ["business", "registration", "owner"])
def test_a_bar_closes_business_registration_number_and_owner(shared: str, ada: User, mallory: User) -> None:
    barred = make_business(ada, registration_number="NIB-1", country="ID")
    bar_now(make_submitted(make_account(barred)))
    business = {
        "business": lambda: barred,
        "registration": lambda: make_business(mallory, registration_number="NIB-1", country="ID"),
        "owner": lambda: make_business(ada, registration_number="NIB-2"),
    }[shared]()
    application = make_draft(make_account(business))
    with pytest.raises(NotAllowed, match="business_barred"):
        verification.submit(application, by=owner_of(application.account))


@pytest.mark.parametrize("different", ["NIB-2", ""])
def test_a_bar_does_not_close_others(different: str, ada: User, mallory: User) -> None:
    bar_now(make_submitted(make_account(make_business(ada, registration_number=""))))
    other = make_submitted(make_account(make_business(mallory, registration_number=different)))
    assert other.status == Status.SUBMITTED


def test_a_lifted_bar_lets_the_business_apply_again(ada: User, rudi: User) -> None:
    business = make_business(ada)
    bar_now(make_submitted(make_account(business)))
    bars.lift(Bar.objects.get(), by=rudi)
    assert make_submitted(make_account(business)).status == Status.SUBMITTED


def test_an_application_that_was_open_when_the_business_was_barred_is_not_approved(
    ada: User, rita: User
) -> None:
    business = make_business(ada)
    waiting = make_claimed(rita, make_account(business))
    bar_now(make_submitted(make_account(business)))
    with pytest.raises(NotAllowed, match="business_barred"):
        verification.approve(waiting, tier=Tier.VERIFIED, by=rita)
    declined = verification.decline(waiting, reason="not_a_business", by=rita)
    assert take_effect_now(declined).status == Status.DECLINED


def test_two_bars_are_one_standing_bar(ada: User) -> None:
    business = make_business(ada)
    both = [make_submitted(make_account(business)) for _ in range(2)]
    for application in both:
        bar_now(application)
    assert Bar.objects.count() == 1
    assert Event.objects.filter(kind="business.barred").count() == 1
