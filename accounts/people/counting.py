"""Counters with a limit in a window of time: counted in the database, by one statement, for all processes."""

import ipaddress
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac

from accounts import clock
from accounts.people.models import Guesses

NETWORK_BITS = {4: 24, 6: 56}  # what one customer of a provider commonly has, or shares

_TAKE = """
INSERT INTO people_guesses AS guesses (key, count, since) VALUES (%(key)s, 1, clock_timestamp())
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN guesses.since < clock_timestamp() - %(window)s THEN 1 ELSE guesses.count + 1 END,
    since = CASE WHEN guesses.since < clock_timestamp() - %(window)s THEN clock_timestamp() ELSE guesses.since END
WHERE guesses.count < %(limit)s OR guesses.since < clock_timestamp() - %(window)s
RETURNING count
"""


def take(key: str, limit: int, window: timedelta) -> bool:
    """Count one more, where that does not go beyond the limit; the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        values: dict[str, Any] = {"key": key, "limit": limit, "window": window}
        cursor.execute(_TAKE, values)
        return cursor.fetchone() is not None


def wait(key: str, window: timedelta) -> timedelta:
    """Until a counter that is full begins anew."""
    since = Guesses.objects.filter(key=key).values_list("since", flat=True).first()
    left = since + window - clock.now() if since else timedelta(0)
    return max(left, timedelta(seconds=1))


def key_of(*parts: str) -> str:
    """A keyed hash: neither a name nor an address stands in the table."""
    text = "\n".join(parts)
    return salted_hmac("accounts.people.guesses", text, algorithm="sha256").hexdigest()


def place_of(address: str) -> str:
    """The network that an IP address is in."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return "elsewhere"
    ip = getattr(ip, "ipv4_mapped", None) or ip  # as a socket for both protocols names the older one
    return str(ipaddress.ip_network((ip, NETWORK_BITS[ip.version]), strict=False))
