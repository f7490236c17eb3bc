"""A reviewer who is disabled, or becomes something else, is out at once."""

import pytest
from django.urls import reverse

from accounts.audit.models import Event
from accounts.people import services as people
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import services as verification
from accounts.verification.models import Application, Claim, Status
from tests.factories import let_undo_window_pass, make_claimed, owner_of
from tests.staff import browser_of
from tests.verification.deeds import approve

pytestmark = pytest.mark.django_db


def answered(asker: User) -> Application:
    application = make_claimed(asker)
    verification.ask(application, reason="category_unclear", by=asker)
    return verification.answer(application, text="Bread.", by=owner_of(application.account))


def test_their_claims_are_free_and_nothing_is_offered_to_them(rita: User, rudi: User, olga: User) -> None:
    mine, others, offered = make_claimed(rita), make_claimed(rudi), answered(rita)
    assert offered.offered_to == rita
    people.disable_staff(rita, by=olga)
    assert [claim.application for claim in Claim.objects.all()] == [others]
    released = Event.objects.filter(kind="application.released").get()
    assert (released.on, released.data) == (mine.pk, {"from": rita.pk})
    offered.refresh_from_db()
    offer: tuple[object, object] = (offered.offered_to, offered.offered_until)
    assert offer == (None, None)
    for application in (mine, offered):
        verification.claim(application, by=rudi)


def test_whoever_is_no_reviewer_any_more_holds_nothing_either(rita: User, olga: User) -> None:
    make_claimed(rita)
    facts = {"name": rita.name, "language": rita.language, "email": None, "by": olga}
    people.change_staff(rita, role=Role.REVIEWER, **{**facts, "name": "Rita the second"})
    assert Claim.objects.count() == 1
    people.change_staff(rita, role=Role.AUDITOR, **facts)
    assert Claim.objects.count() == 0


def test_an_answer_is_not_offered_to_somebody_who_left(rita: User, rudi: User, olga: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, reason="category_unclear", by=rita)
    people.disable_staff(rita, by=olga)
    application = verification.answer(application, text="Bread.", by=owner_of(application.account))
    assert application.offered_to is None
    verification.claim(application, by=rudi)


def test_three_claims_do_not_end_an_offer(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, reason="category_unclear", by=rita)
    for _ in range(3):
        make_claimed(rita)
    application = verification.answer(application, text="Bread.", by=owner_of(application.account))
    assert application.offered_to == rita


def test_what_they_decided_takes_effect(rita: User, olga: User) -> None:
    application = approve(make_claimed(rita), rita)
    people.disable_staff(rita, by=olga)
    let_undo_window_pass(application)
    assert verification.take_effect(application).status == Status.APPROVED


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("approve", {"tier": "verified"}),
        ("decline", {"reason": "not_a_business"}),
        ("ask", {"reason": "category_unclear"}),
        ("escalate", {"note": "Hard."}),
        ("release", {}),
    ],
)
def test_their_next_click_changes_nothing(action: str, typed: dict[str, str], rita: User, olga: User) -> None:
    application = make_claimed(rita)
    browser = browser_of(rita)
    people.disable_staff(rita, by=olga)
    before = (Application.objects.values().get(), Event.objects.count())
    address = reverse(f"admin:verification_application_{action}", args=[application.pk])
    answer = browser.post(address, {"revision": str(application.revision), **typed})
    assert answer.status_code == 302 and "login" in answer.headers["Location"]
    assert (Application.objects.values().get(), Event.objects.count()) == before
