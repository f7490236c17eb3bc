"""Whoever is a member of a business does it no favour, whatever their role."""

import pytest

from accounts.badges import services as badges
from accounts.badges.models import BadgeStatus
from accounts.businesses import bars
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Bar, Membership
from accounts.errors import Forbidden
from accounts.people.models import User
from accounts.verification import services as verification
from tests.factories import badge_of, bar_now, make_account, make_approved, make_business, make_submitted

pytestmark = pytest.mark.django_db


def of(account: Account, person: User) -> Account:
    Membership.objects.create(business=account.business, person=person)
    return account


def test_nobody_reinstates_the_badge_of_their_own_business(rita: User, rudi: User) -> None:
    badge = badge_of(of(make_approved(), rudi))
    badges.suspend(badge, reason="fraud", by=rita)
    with pytest.raises(Forbidden, match="own_business"):
        badges.reinstate(badge, by=rudi)
    badge.refresh_from_db()
    assert badge.status == BadgeStatus.SUSPENDED


@pytest.mark.parametrize("when", ["before", "after"])
def test_nobody_lifts_the_bar_of_their_own_business(when: str, ada: User, rudi: User) -> None:
    """Nor one that bars themself, after they have left the business."""
    account = of(make_account(make_business(ada)), rudi)
    bar_now(make_submitted(account))
    if when == "after":
        Membership.objects.filter(person=rudi).delete()
    with pytest.raises(Forbidden, match="own_business"):
        bars.lift(Bar.objects.get(), by=rudi)
    assert Bar.objects.get().lifted_at is None


def test_nobody_guards_the_name_of_their_own_business(rudi: User) -> None:
    account = of(make_approved(), rudi)
    with pytest.raises(Forbidden, match="own_business"):
        businesses.protect_name(account, True, by=rudi)


def test_nobody_chooses_who_decides_on_their_own_business(rita: User, rudi: User) -> None:
    application = make_submitted()
    of(application.account, rudi)
    with pytest.raises(Forbidden, match="own_business"):
        verification.assign(application, to=rita, by=rudi)
