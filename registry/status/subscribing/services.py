"""Subscribing an address to the updates: asking, saying yes by the link in a mail, and stopping.

What is answered to whoever asks says nothing of an address: new, asked for before, subscribed, it is all the same.
There is no event: an address is nobody that the journal knows, and it must be possible to forget it whole.
"""

from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from accounts import clock
from accounts.audit import journal as audit
from accounts.contacts import reading
from accounts.contacts.reading import Contact
from accounts.errors import Invalid, NotFound, Problem, TooMany
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.messages.templates import TEMPLATES
from accounts.people import counting
from registry.status.subscribing import tokens
from registry.status.subscribing.models import Subscriber, Wish

LINK_LIFE = TEMPLATES["status_confirm"].secret_life  # which its text spells out
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_MAILBOX_A_DAY = 1  # mails to say yes by
A_NETWORK_AN_HOUR = 50  # a mobile carrier has thousands of customers behind one address
A_DAY = 2_000  # in all


class Standing(NamedTuple):
    """What a link to say yes by leads to."""

    wish: Wish
    subscriber: Subscriber | None  # who says yes to nothing new


def read(text: str) -> Contact:
    """An e-mail address in its stored form. Raises Invalid: status_address_missing, status_address_invalid."""
    if not text.strip():
        raise _wrong("status_address_missing")
    try:
        contact = reading.read(text)
    except Invalid as wrong:
        raise _wrong("status_address_invalid") from wrong
    if contact.is_phone:
        raise _wrong("status_address_invalid")
    return contact


def ask(contact: Contact, *, language: str, network: str) -> None:
    """Write to the address, and have it confirmed; nothing more than once a day to one mailbox, and nobody is told so.

    `network`: the IP address that asks. Raises TooMany status_asked_too_often, whatever the address is.
    """
    try:
        _ask(contact, language, network)
    except TooMany as refusal:
        audit.log("refused", by=None, on=None, data={"action": "status.subscribe", "code": refusal.code})
        raise


@transaction.atomic
def _ask(contact: Contact, language: str, network: str) -> None:
    """The counters' rows stay locked until the commit, always taken in one order.

    Those of network and day count each time, whatever the mailbox's says: else they would tell of it.
    """
    is_due = _take("mailbox", contact.mailbox, A_MAILBOX_A_DAY, DAY) is None
    for kind, whose, limit, window in (
        ("network", counting.place_of(network), A_NETWORK_AN_HOUR, HOUR),
        ("all", "", A_DAY, DAY),
    ):
        if wait := _take(kind, whose, limit, window):
            seconds = int(wait.total_seconds()) + 1
            raise TooMany("status_asked_too_often", retry_after=seconds, minutes=-(-seconds // 60))
    with transaction.atomic():  # the same work either way, so that it takes about as long
        _write(contact.value, language)
        transaction.set_rollback(not is_due)


def _take(kind: str, whose: str, limit: int, window: timedelta) -> timedelta | None:
    """Count one more; how long to wait where that is too many."""
    key = counting.key_of("status_subscribe", kind, whose)
    return None if counting.take(key, limit, window) else counting.wait(key, window)


def _write(address: str, language: str) -> None:
    """A link that was sent before is no longer good."""
    token = tokens.fresh()
    facts = {"language": language, "digest": tokens.digest_of(token), "asked_at": clock.now()}
    wish, _ = Wish.objects.update_or_create(address=address, defaults=facts)
    messages.send(
        "status_confirm",
        to=address,
        channel=Channel.EMAIL,
        language=language,
        about=wish,
        secret=reverse("status_confirm", args=[token]),
        by=audit.SYSTEM,
    )


def look(token: str) -> Standing:
    """What the link leads to; changes nothing. Raises NotFound: too old, replaced by a newer one, or none of ours."""
    wish = _wishes(token).first()
    if wish is None:
        raise NotFound("not_found")
    subscriber = Subscriber.objects.filter(address=wish.address, language=wish.language).first()
    return Standing(wish, subscriber)


@transaction.atomic
def confirm(token: str) -> Subscriber:
    """Yes. Twice is as good as once; of who is subscribed it changes the language. Raises NotFound as `look`."""
    wish = _wishes(token).select_for_update().first()
    if wish is None:
        raise NotFound("not_found")
    facts = {"language": wish.language}
    subscriber, _ = Subscriber.objects.update_or_create(address=wish.address, defaults=facts)
    return subscriber


@transaction.atomic
def decline(token: str) -> None:
    """No: the wish is forgotten, and who is subscribed stays so. Twice is as good as once."""
    for wish in _wishes(token).select_for_update():
        messages.forget_about([wish.pk])
        wish.delete()


@transaction.atomic
def unsubscribe(subscriber_id: str) -> None:
    """Nothing is sent any more, nor kept of the address. Twice is as good as once.

    The wish is locked first, as by `confirm`. A telling that writes to the subscriber now holds the row: what it wrote
    is there when we have it.
    """
    address = Subscriber.objects.filter(pk=subscriber_id).values_list("address", flat=True).first()
    wishes = list(Wish.objects.select_for_update().filter(address=address))
    list(Subscriber.objects.select_for_update().filter(pk=subscriber_id))
    messages.forget_about([subscriber_id, *(wish.pk for wish in wishes)])
    Wish.objects.filter(address=address).delete()
    Subscriber.objects.filter(pk=subscriber_id).delete()


def find(subscriber_id: str) -> Subscriber | None:
    return Subscriber.objects.filter(pk=subscriber_id).first()


def count() -> int:
    """Who gets the next update."""
    return Subscriber.objects.count()


def forget_old(older_than: timedelta) -> None:
    """Wishes that nobody said yes to; and those that somebody did, for they are of no use any more."""
    Wish.objects.filter(asked_at__lt=Now() - older_than).delete()


def _wishes(token: str) -> QuerySet[Wish]:
    return Wish.objects.filter(digest=tokens.digest_of(token), asked_at__gt=Now() - LINK_LIFE)


def _wrong(code: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/address")])
