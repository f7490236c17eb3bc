"""One's own data on the pages: a file with all of it, and being forgotten."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.businesses import members
from accounts.businesses.models import Account
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.pilot import services as pilot
from tests.factories import make_account, make_approved, make_business
from tests.owners import owner_browser
from tests.pilot.invited import invited
from tests.staff import let_pass

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(ada: User) -> Account:
    return make_approved(account=make_account(make_business(ada)))


def test_the_file_has_all_of_it_and_stands_in_the_log(ada: User, account: Account) -> None:
    answer = owner_browser(ada).post(reverse("download_my_data"))
    held = answer.json()
    assert "attachment" in answer["Content-Disposition"]
    assert held["people.user"][0]["email"] == ada.email
    assert held["businesses.account"][0]["number"] == account.number
    assert LogEntry.objects.filter(kind="handed_out", by=ada.pk).count() == 1


def test_nobody_is_handed_what_is_somebody_elses(ada: User, mallory: User, account: Account) -> None:
    make_approved(account=make_account(make_business(mallory)))
    text = owner_browser(mallory).post(reverse("download_my_data")).content.decode()
    assert account.number and account.number not in text and account.pk not in text and ada.pk not in text


def test_nobody_is_handed_the_contact_of_whom_somebody_else_wrote_to(ada: User, mallory: User) -> None:
    """A link that was forwarded was sent to somebody else; so was an offer to join that nobody took."""
    business = make_business(mallory)
    members.invite(business, "budi@owner.example", role="viewer", by=mallory)
    members.revoke(business.member_invitations.get(), by=mallory)
    _, token = invited(contact=str(ada.email))
    pilot.redeem(pilot.look(token), by=mallory)
    answer = owner_browser(mallory).post(reverse("download_my_data"))
    assert len(answer.json()["pilot.invitation"]) == 1
    assert "member_invited" in {message.template for message in Message.objects.all()}
    assert (
        "budi@owner.example" not in answer.content.decode() and str(ada.email) not in answer.content.decode()
    )
    adas = owner_browser(ada).post(reverse("download_my_data")).json()
    assert adas["pilot.invitation"][0]["contact"] == ada.email


def test_being_forgotten_says_before_and_after_what_stays(ada: User, account: Account) -> None:
    browser = owner_browser(ada)
    page = browser.get(reverse("erase_my_data")).content.decode()
    assert account.business.legal_name in page and "journal" in page
    answer = browser.post(reverse("erase_my_data"), {"sure": "on"})
    assert answer["Location"] == reverse("erased")
    assert "journal" in browser.get(reverse("erased")).content.decode()
    assert browser.get(reverse("my"))["Location"].startswith(reverse("owner_sign_in"))
    account.refresh_from_db()
    assert account.closed_at is not None
    assert Message.objects.filter(template="person_erased", to="ada@owner.example").count() == 1


def test_without_the_tick_nothing_is_erased(ada: User, account: Account) -> None:
    answer = owner_browser(ada).post(reverse("erase_my_data"))
    assert answer.status_code == 422
    account.refresh_from_db()
    assert account.closed_at is None


def test_a_phone_that_lay_about_is_not_enough(ada: User, account: Account) -> None:
    """The sign-in was too long ago: one signs in again first."""
    browser: Client = owner_browser(ada)
    let_pass(browser, timedelta(hours=1))
    answer = browser.post(reverse("erase_my_data"), {"sure": "on"})
    assert answer.status_code == 422 and "sign in again with a code" in answer.content.decode()
    account.refresh_from_db()
    assert account.closed_at is None
