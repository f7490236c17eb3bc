"""How many codes we send: to one contact, to numbers that begin alike, for one network, and in all.

A contact is not flooded, whoever asks; and nobody has texts sent to a range of dear numbers at our cost (R6 is about
small businesses: these are many times what they need). The counters know contacts, not people: what they answer says
nothing about who is known here.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from accounts.businesses import numbers
from accounts.contacts.reading import Contact
from accounts.errors import TooMany
from accounts.people import counting

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A_CONTACT_AN_HOUR = 5
A_CONTACT_A_DAY = 10
A_PREFIX_AN_HOUR = 200  # a carrier's, of which there are a dozen in the country
A_NETWORK_AN_HOUR = 100  # a mobile carrier has thousands of customers behind one address


class Cap(NamedTuple):
    kind: str
    whose: str
    limit: int
    window: timedelta

    @property
    def key(self) -> str:
        return counting.key_of("sign_in_code", self.kind, self.whose)


def take(contact: Contact, address: str) -> None:
    """Count one message more, in the caller's transaction: when that fails, nothing was counted.

    Raises TooMany: code_too_often, code_too_often_today. The rows stay locked until the commit, always taken in
    one order: the last, of which there is only one, lets one message after the other be written.
    """
    for cap in _caps(contact, counting.place_of(address)):
        if not counting.take(cap.key, cap.limit, cap.window):
            raise _too_often(int(counting.wait(cap.key, cap.window).total_seconds()) + 1)


def _caps(contact: Contact, network: str) -> Iterator[Cap]:
    yield Cap("contact/hour", contact.mailbox, A_CONTACT_AN_HOUR, HOUR)
    yield Cap("contact/day", contact.mailbox, A_CONTACT_A_DAY, DAY)
    if contact.is_phone:
        yield Cap("prefix/hour", numbers.prefix(contact.value), A_PREFIX_AN_HOUR, HOUR)
    yield Cap("network/hour", network, A_NETWORK_AN_HOUR, HOUR)
    yield Cap("all/day", "", settings.SIGN_IN_CODES_A_DAY, DAY)


def _too_often(seconds: int) -> TooMany:
    if seconds <= HOUR.total_seconds():
        return TooMany("code_too_often", retry_after=seconds, minutes=-(-seconds // 60))
    return TooMany("code_too_often_today", retry_after=seconds, hours=-(-seconds // 3600))
