"""Signing in with another contact from now on."""

from collections.abc import Callable

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from accounts import codes
from accounts.audit.models import Event
from accounts.businesses.models import Account
from accounts.contacts import devices
from accounts.contacts.changing import change_contact
from accounts.contacts.models import Device, SignInCode
from accounts.contacts.reading import Contact
from accounts.contacts.services import check_code, new_browser
from accounts.errors import DomainError
from accounts.messages.models import Channel, Message
from accounts.people.models import User
from accounts.verification.models import Application
from tests.contacts.asking import ask, sent_code
from tests.factories import make_account, make_approved, make_business, make_draft, make_owner, make_submitted

pytestmark = pytest.mark.django_db

PHONE = "+6281234567890"
NEW = Contact("email", "warung@owner.example")


@pytest.fixture
def warung() -> User:
    return make_owner("Warung", PHONE)


def change(person: User, contact: Contact, *, code: str = "", browser: str = "", key: str = "") -> User:
    browser = browser or ask(contact)
    return change_contact(
        person, contact, code or sent_code(contact), browser=browser, session_key=key, by=person
    )


def refusal_of(person: User, contact: Contact, **how: str) -> str:
    with pytest.raises(DomainError) as refusal:
        change(person, contact, **how)
    return refusal.value.code


def session_of(person: User) -> str:
    session = SessionStore()
    session.create()
    devices.note(person, str(session.session_key), "")
    return str(session.session_key)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_one_contact_takes_the_place_of_the_other(warung: User) -> None:
    changed = change(warung, NEW)
    assert (changed.email, changed.phone) == (NEW.value, None)
    browser = ask(NEW)
    assert check_code(NEW, sent_code(NEW), browser=browser, language="id") == warung
    back = change(changed, Contact("phone", "+6281234567891"))
    assert (back.email, back.phone) == (None, "+6281234567891")


def test_the_journal_says_that_and_not_what(warung: User) -> None:
    change(warung, NEW)
    event = Event.objects.get(kind="person.contact_changed")
    assert (event.on, event.by, event.data) == (warung.pk, warung.pk, {})


def test_the_old_contact_is_told_and_what_went_there_is_nobodys(warung: User) -> None:
    old = Contact("phone", PHONE)
    ask(old)
    Message.objects.update(status="sent")
    change(warung, NEW)
    told = Message.objects.get(template="contact_changed")
    assert (told.to, told.channel, told.about) == (PHONE, Channel.SMS, warung.pk)
    assert list(Message.objects.filter(to=PHONE)) == [told]


def test_every_other_session_ends(warung: User, ada: User) -> None:
    here, there, adas = session_of(warung), session_of(warung), session_of(ada)
    change(warung, NEW, key=here)
    assert set(Session.objects.values_list("pk", flat=True)) == {here, adas}
    assert there not in set(Device.objects.values_list("session", flat=True))


def test_five_guesses(warung: User) -> None:
    browser = ask(NEW)
    code = sent_code(NEW)
    said = [refusal_of(warung, NEW, code=wrong(code), browser=browser) for _ in range(codes.GUESSES)]
    assert said == ["code_wrong"] * 4 + ["code_used_up"]
    assert refusal_of(warung, NEW, code=code, browser=browser) == "code_used_up"


def test_a_code_is_good_once_and_in_its_browser(warung: User) -> None:
    browser, code = ask(NEW), sent_code(NEW)
    assert refusal_of(warung, NEW, code=code, browser=new_browser()) == "code_used_up"
    change(warung, NEW, code=code, browser=browser)
    assert SignInCode.objects.get().closed_at is not None
    assert refusal_of(warung, NEW, code=code, browser=browser) == "code_used_up"


def test_somebody_elses_is_refused_after_the_right_code_only(warung: User, ada: User) -> None:
    adas = Contact("email", str(ada.email))
    browser, code = ask(adas), sent_code(adas)
    assert refusal_of(warung, adas, code=wrong(code), browser=browser) == "code_wrong"
    assert refusal_of(warung, adas, code=code, browser=browser) == "contact_taken"
    warung.refresh_from_db()
    assert (warung.email, warung.phone) == (None, PHONE)
    assert not Message.objects.filter(template="contact_changed").exists()


def test_nor_one_of_the_staff(warung: User, rita: User) -> None:
    """Who became staff after the code was sent: to those who are, none goes out."""
    browser, code = ask(NEW), sent_code(NEW)
    User.objects.filter(pk=rita.pk).update(email="Warung@Owner.example")
    assert refusal_of(warung, NEW, code=code, browser=browser) == "contact_taken"
    browser = ask(NEW)
    assert refusal_of(warung, NEW, code="123456", browser=browser) == "code_wrong"


def test_nobody_changes_somebody_elses(warung: User, ada: User, rita: User) -> None:
    for person, by in ((warung, ada), (rita, rita)):
        with pytest.raises(DomainError) as refusal:
            change_contact(person, NEW, "123456", browser="x", session_key="", by=by)
        assert refusal.value.code == "own_contact_only"


def test_who_may_not_sign_in_any_more(warung: User) -> None:
    User.objects.filter(pk=warung.pk).update(is_active=False)
    assert refusal_of(warung, NEW) == "sign_in_closed"


def test_the_one_that_is_theirs(warung: User) -> None:
    assert refusal_of(warung, Contact("phone", PHONE)) == "contact_unchanged"


def approved(account: Account) -> Application:
    return make_approved(account=account).applications.get()


@pytest.mark.parametrize("make", [make_draft, make_submitted, approved])
def test_no_number_of_a_business_of_theirs(ada: User, make: Callable[[Account], Application]) -> None:
    """R7: neither one that it has, nor one that it applies for."""
    contact = Contact("phone", make(make_account(make_business(ada))).number)
    assert refusal_of(ada, contact) == "owner_contact_is_the_number"
    ada.refresh_from_db()
    assert ada.phone is None


def test_but_anybody_elses(ada: User, mallory: User) -> None:
    """Whether it is a business's, the public page says to everybody."""
    number = make_submitted(make_account(make_business(mallory))).number
    assert change(ada, Contact("phone", number)).phone == number
