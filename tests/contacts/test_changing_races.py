"""A contact that is wanted by two at once, by whichever door."""

from threading import Event

from accounts.audit import models as audit
from accounts.businesses.models import NumberUse
from accounts.contacts.reading import Contact
from accounts.people.models import User
from accounts.verification import services as verification
from tests.contacts.asking import ask, sent_code
from tests.contacts.test_changing import NEW, change
from tests.factories import make_account, make_business, make_draft
from tests.racing import hesitate, outcomes, race


def test_two_who_take_one_contact_at_once(committed: None, ada: User, mallory: User) -> None:
    """Both find it free; the unique constraint lets one have it, and the other hears so.

    Where the refusal by the constraint is not caught, the second is an IntegrityError.
    """
    browsers = [ask(NEW)]
    first = sent_code(NEW)
    browsers.append(ask(NEW))
    given = [first, sent_code(NEW)]
    acts = [
        lambda person=person, code=code, browser=browser: change(person, NEW, code=code, browser=browser)
        for person, code, browser in zip((ada, mallory), given, browsers, strict=True)
    ]
    assert outcomes(race(*acts)) == {"contact_taken": 1, "done": 1}
    assert User.objects.filter(email=NEW.value).count() == 1
    assert audit.Event.objects.filter(kind="person.contact_changed").count() == 1


def test_a_number_is_not_sent_in_while_it_becomes_a_contact(committed: None, ada: User) -> None:
    """It is sent in after nobody's application was found to have it, and before it is the contact.

    Without the lock on the accounts both are done.
    """
    application = make_draft(make_account(make_business(ada)))
    contact = Contact("phone", "+6281234567899")
    browser, code = ask(contact), sent_code(contact)
    checked, tried = Event(), Event()

    def send_in() -> None:
        checked.wait(20)
        try:
            changed = verification.change(application, revision=1, by=ada, number=contact.value)
            verification.submit(changed, by=ada)
        finally:
            tried.set()

    def until_it_was_tried() -> None:
        checked.set()
        tried.wait(1)

    slowly = hesitate(
        lambda: change(ada, contact, code=code, browser=browser),
        before='UPDATE "outbox_message"',
        until=until_it_was_tried,
    )
    assert race(slowly, send_in) == ["done", "requirements_missing"]
    ada.refresh_from_db()
    assert ada.phone == contact.value
    assert not NumberUse.objects.filter(number=contact.value).exists()
