"""A number that somebody else has now, said by a reviewer."""

from django.urls import reverse

from accounts.badges.models import BadgeStatus
from accounts.people.models import User
from accounts.proofs.models import NumberProof
from tests.factories import badge_of, make_approved
from tests.staff import browser_of


def test_a_failed_proof_suspends_the_badge(rita: User) -> None:
    account = make_approved()
    proof = NumberProof.objects.get(account=account)
    browser = browser_of(rita)
    address = reverse("admin:proofs_numberproof_fail", args=[proof.pk])
    assert browser.get(address).status_code == 200
    assert badge_of(account).status == BadgeStatus.ACTIVE
    assert browser.post(address).status_code == 302
    badge = badge_of(account)
    assert (badge.status, badge.reason) == (BadgeStatus.SUSPENDED, "number_unproven")
    again = browser.post(address)
    assert again.status_code == 409
    assert "not proven" in again.content.decode()
