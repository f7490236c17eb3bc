"""Signing in with a code: sent to a contact, guessed at in the browser that asked for it.

Nothing here depends on whether a contact is known before its code was right: not the answer, not the message, not
what the database has to do.
"""

import hashlib
import hmac
import secrets
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts import clock, codes, ids
from accounts.audit import journal as audit
from accounts.businesses.services import find_or_create_owner
from accounts.contacts import caps
from accounts.contacts.models import SignInCode
from accounts.contacts.reading import Contact
from accounts.errors import DomainError, Invalid, NotAllowed, Problem
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.people.models import User
from accounts.people.roles import Role

_COUNT_GUESS = """
UPDATE contacts_signincode SET guesses = guesses + 1
WHERE browser = %(browser)s AND closed_at IS NULL AND expires_at > clock_timestamp() AND guesses < %(limit)s
RETURNING id, contact, digest, guesses
"""


class Guessed(NamedTuple):
    """An open code, and how many guesses are left at it."""

    id: str
    digest: bytes
    left: int

    @property
    def pk(self) -> str:
        return self.id


def new_browser() -> str:
    """A random value for a browser's session: what a code is bound to."""
    return secrets.token_urlsafe(32)


def send_code(
    contact: Contact, *, browser: str, address: str, language: str, by_voice: bool = False
) -> SignInCode:
    """Send a fresh six-digit code; one that this browser asked for before is no longer valid.

    To an address of the staff goes a word that says where they sign in, and no code. Raises TooMany:
    code_too_often, code_too_often_today.
    """
    try:
        return _send_code(contact, browser, address, language, by_voice)
    except DomainError as refusal:
        audit.log("sign_in_refused", by=None, on=None, data={"kind": "owners_code", "code": refusal.code})
        raise


@transaction.atomic
def _send_code(contact: Contact, browser: str, address: str, language: str, by_voice: bool) -> SignInCode:
    caps.take(contact, address)
    staff = is_of_the_staff(contact)
    now, whose = clock.now(), _hash("browser", browser)
    SignInCode.objects.filter(browser=whose, closed_at=None).update(closed_at=now)
    code = codes.fresh()
    row = SignInCode(browser=whose, created_at=now, expires_at=now + codes.LIFETIME)
    row.contact, row.digest = _hash("contact", contact.value), codes.digest(row.pk, code)
    row.save(force_insert=True)
    messages.send(
        "sign_in_elsewhere" if staff else "sign_in_code",
        to=contact.value,
        channel=_channel(contact, by_voice),
        language=language,
        about=row,
        secret="" if staff else code,
        by=audit.SYSTEM,
    )
    return row


def is_of_the_staff(contact: Contact) -> bool:
    """However it is spelt."""
    staff = User.objects.exclude(role=Role.OWNER)
    return staff.filter(**{f"{contact.field}__iexact": contact.value}).exists()


def _channel(contact: Contact, by_voice: bool) -> Channel:
    if not contact.is_phone:
        return Channel.EMAIL
    return Channel.VOICE if by_voice else Channel.SMS


def check_code(contact: Contact, code: str, *, browser: str, language: str) -> User:
    """The person whose contact it is, with the code that went there; a new one where nobody was known.

    Raises what `guess` does; NotAllowed sign_in_closed.
    """
    guessed = guess(contact, code, browser=browser)
    try:
        return _person_of(contact, guessed, language=language)
    except Invalid as refusal:
        if refusal.code != "owner_contact_invalid":
            raise
        raise _missed(guessed) from refusal


def guess(contact: Contact, code: str, *, browser: str) -> Guessed:
    """The open code that went to the contact, if `code` is it: `use` it, in one transaction with what it is for.

    Each guess counts, right or wrong, before it is compared: not in a transaction that may be undone.
    Raises Invalid: code_malformed, code_wrong, code_used_up.
    """
    typed = codes.as_typed(code)
    if not typed:
        raise _wrong("code_malformed")
    guessed = _count_guess(contact, browser)
    if guessed is None:
        raise _wrong("code_used_up")
    if not hmac.compare_digest(guessed.digest, codes.digest(guessed.id, typed)):
        raise _missed(guessed)
    return guessed


def use(guessed: Guessed) -> None:
    """A code is good once. Raises Invalid code_used_up."""
    if not SignInCode.objects.filter(pk=guessed.id, closed_at=None).update(closed_at=Now()):
        raise _wrong("code_used_up")


def _missed(guessed: Guessed) -> Invalid:
    audit.log("sign_in_refused", by=None, on=guessed, data={"kind": "owners_code", "code": "code_wrong"})
    return _wrong("code_wrong", left=guessed.left) if guessed.left else _wrong("code_used_up")


def _count_guess(contact: Contact, browser: str) -> Guessed | None:
    """Count one guess in a single statement: a hundred at once can't have more than five between them."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_GUESS, {"browser": _hash("browser", browser), "limit": codes.GUESSES})
        counted = cursor.fetchone()
    if counted is None:
        return None
    number, whose, digest, guesses = counted
    if not hmac.compare_digest(bytes(whose), _hash("contact", contact.value)):
        return None
    return Guessed(ids.to_text("sic", number), bytes(digest), codes.GUESSES - guesses)


@audit.transaction
def _person_of(contact: Contact, guessed: Guessed, *, language: str) -> User:
    use(guessed)
    known = User.objects.filter(**{contact.field: contact.value}).exists()
    person = find_or_create_owner(contact.value, language=language)
    if not person.is_active:
        raise NotAllowed("sign_in_closed")
    if not known:
        audit.record("person.signed_up", on=person, by=person)
    return person


def _wrong(code: str, **params: int) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/code", params)], **params)


def _hash(what: str, value: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"sign_in:{what}:{value}".encode(), hashlib.sha256)
