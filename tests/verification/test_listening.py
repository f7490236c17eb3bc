"""What is under review does not change behind the reviewer's back."""

from datetime import date

import pytest

from accounts.badges import services as badges
from accounts.businesses import services as businesses
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application
from tests.factories import badge_of, make_approved, make_claimed, make_draft, make_submitted, owner_of

pytestmark = pytest.mark.django_db


def rename(application: Application) -> None:
    business = application.account.business
    business.refresh_from_db()
    owner = owner_of(application.account)
    businesses.change_business(business, revision=business.revision, by=owner, legal_name="CV Lain")


@pytest.mark.parametrize("step", ["submitted", "deferred", "decided"])
def test_a_business_in_review_keeps_its_facts(step: str, rudi: User) -> None:
    application = make_submitted() if step == "submitted" else make_claimed(rudi)
    if step == "deferred":
        verification.defer(application, until=date(2099, 1, 1), by=rudi)
    if step == "decided":
        verification.approve(application, tier="verified", by=rudi)
    with pytest.raises(NotAllowed, match="business_in_review"):
        rename(application)
    application.account.business.refresh_from_db()
    assert application.account.business.legal_name == "CV Ada Jaya"


def test_a_draft_and_a_question_leave_them_to_the_owner(rudi: User) -> None:
    rename(make_draft())
    asked = make_claimed(rudi)
    verification.ask(asked, field="about", text="Siapa pemiliknya?", by=rudi)
    rename(asked)
    asked.account.business.refresh_from_db()
    assert asked.account.business.legal_name == "CV Lain"


def test_an_approved_business_keeps_them_also_when_its_badge_is_revoked(rudi: User) -> None:
    account = make_approved()
    badges.revoke(badge_of(account), reason="fraud", by=rudi)
    application = account.applications.get()
    with pytest.raises(NotAllowed, match="account_already_approved"):
        rename(application)


def test_a_call_back_is_recorded_while_the_case_waits(rudi: User) -> None:
    with pytest.raises(NotAllowed, match="wrong_status"):
        verification.record_call_back(make_draft(), note="", by=rudi)
    application = make_submitted()
    verification.record_call_back(application, note="", by=rudi)
    verification.claim(application, by=rudi)
    assert verification.approve(application, tier="verified", by=rudi).status == "decided"
