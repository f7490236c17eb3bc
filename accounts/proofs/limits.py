"""How many codes go out, and to which numbers none can: what stands between the registry and texts at its cost.

Counted are codes of an account, to a number (one that asks in bad faith does not use up the others'), to numbers that
begin alike, which mostly are of one carrier or one premium range, and for all that a partner app applies for.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from accounts.businesses import numbers
from accounts.businesses.models import Account
from accounts.errors import NotAllowed, TooMany
from accounts.messages.models import Channel
from accounts.people import counting

AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)


class Cap(NamedTuple):
    """So many codes in a window of time that begins with the first of them."""

    kind: str
    limit: int
    window: timedelta


# In the order in which they are counted: the rows of the counters are locked until the code is on its way.
CAPS = (
    Cap("account", 5, AN_HOUR),
    Cap("account", 15, A_DAY),
    Cap("number", 10, AN_HOUR),
    Cap("number", 20, A_DAY),
    Cap("app", 200, AN_HOUR),
    Cap("prefix", 200, AN_HOUR),
    Cap("prefix", 1_000, A_DAY),
)


def count(account: Account, number: str) -> None:
    """One code more; inside the transaction that sends it. Raises TooMany code_too_often, code_too_often_today."""
    for cap, key in _keys(account, number):
        if not counting.take(key, cap.limit, cap.window):
            _refuse(cap, counting.wait(key, cap.window))


def require_reachable(number: str, channel: str) -> None:
    """Raises NotAllowed: number_costs_extra, number_needs_a_call (a landline reads no SMS)."""
    if numbers.costs_extra(number):
        raise NotAllowed("number_costs_extra")
    if channel == Channel.SMS and not numbers.takes_sms(number):
        raise NotAllowed("number_needs_a_call")


def _refuse(cap: Cap, wait: timedelta) -> None:
    seconds = int(wait.total_seconds()) + 1
    if cap.window == AN_HOUR:
        raise TooMany("code_too_often", retry_after=seconds, minutes=seconds // 60 + 1)
    raise TooMany("code_too_often_today", retry_after=seconds, hours=seconds // 3600 + 1)


def _keys(account: Account, number: str) -> Iterator[tuple[Cap, str]]:
    whose = {"account": account.pk, "number": number, "prefix": numbers.prefix(number)}
    if account.business.client_id:
        whose["app"] = account.business.client_id
    for cap in CAPS:
        if cap.kind in whose:
            yield cap, key_of(cap, whose[cap.kind])


def key_of(cap: Cap, whose: str) -> str:
    return counting.key_of("number code", cap.kind, str(cap.window), whose)
