"""Signing in with another contact from now on: whoever has only one number needs it for the business."""

from django.db import IntegrityError, transaction

from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.contacts import devices
from accounts.contacts.reading import Contact
from accounts.contacts.services import Guessed, guess, is_of_the_staff, use
from accounts.errors import Forbidden, NotAllowed
from accounts.messages import services as messages
from accounts.messages.models import Channel, Message, MessageStatus
from accounts.people.models import User


def change_contact(
    person: User, contact: Contact, code: str, *, browser: str, session_key: str, by: User
) -> User:
    """With the code that went to the new contact. Every session but the one that asks ends; the old contact is told.

    Raises what `services.guess` does; Forbidden own_contact_only; NotAllowed: contact_unchanged, contact_taken,
    sign_in_closed; what listeners to `person.contact_changed` refuse (the number of a business of theirs: R7). None of
    it says anything about the contact before its code was right.
    """
    if by.pk != person.pk or person.is_staff:
        raise Forbidden("own_contact_only")
    guessed = guess(contact, code, browser=browser)
    return _change(person, contact, guessed, session_key=session_key, by=by)


def require_another(person: User, contact: Contact) -> None:
    """Raises NotAllowed contact_unchanged."""
    if getattr(person, contact.field) == contact.value:
        raise NotAllowed("contact_unchanged")


@audit.transaction
def _change(person: User, contact: Contact, guessed: Guessed, *, session_key: str, by: User) -> User:
    # Their accounts first, as whoever sends in an application has them: no number is taken meanwhile.
    theirs = Account.objects.filter(business__members=person, closed_at=None).order_by("pk")
    list(theirs.select_for_update(of=("self",), no_key=True))
    person = User.objects.select_for_update().get(pk=person.pk)
    if not person.is_active:
        raise NotAllowed("sign_in_closed")
    require_another(person, contact)
    use(guessed)
    before = {Channel.EMAIL: person.email, Channel.SMS: person.phone}
    _take(contact, person)
    audit.record("person.contact_changed", on=person, by=by)
    for channel, old in before.items():
        if old:
            _part_with(old, channel, person)
    devices.end(session_key, by=person)
    return person


def _take(contact: Contact, person: User) -> None:
    """One contact a person. Who has it signs in with it, so nobody else can; raises NotAllowed contact_taken."""
    if User.objects.filter(**{contact.field: contact.value}).exists() or is_of_the_staff(contact):
        raise NotAllowed("contact_taken")
    person.email = person.phone = None
    setattr(person, contact.field, contact.value)
    try:
        with transaction.atomic():
            person.save(update_fields=["email", "phone"])
    except IntegrityError as taken:  # by somebody who came at the same moment
        raise NotAllowed("contact_taken") from taken


def _part_with(old: str, channel: Channel, person: User) -> None:
    """What was sent there is no message to whoever signs in with it next: it is kept without the address."""
    Message.objects.filter(to=old).exclude(status=MessageStatus.WAITING).update(to="")
    messages.send(
        "contact_changed", to=old, channel=channel, language=person.language, about=person, by=person
    )
