"""How often a password or a code may be guessed, counted by `accounts.people.counting`.

Counted are wrong guesses at a name from a place (a network of addresses), at a name from everywhere, and from a place
at all names. Names that nobody has are counted alike. The last two limits do not hold for a name at a place from
which it signed in of late: who guesses somebody's password from elsewhere does not keep that person out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from accounts import clock
from accounts.errors import TooMany
from accounts.people import counting
from accounts.people.models import Guesses

WINDOW = timedelta(minutes=15)  # the sentence `too_many_guesses` says it too
KNOWN_FOR = timedelta(days=30)


@dataclass(frozen=True)
class Limits:
    """Wrong guesses in a window of time."""

    name_and_place: int
    name: int
    place: int


# A code has six digits, three of which are right at a time: fewer, however many places there are to guess from.
PASSWORD, CODE = "password", "code"
LIMITS = {PASSWORD: Limits(5, 50, 50), CODE: Limits(5, 10, 50)}


def take(kind: str, name: str, address: str) -> None:
    """Count a guess before it is looked at. Raises TooMany: none is left for now."""
    limits, (both, by_name, by_place) = LIMITS[kind], _keys(kind, name, address)
    allowed = _take(both, limits.name_and_place)
    if allowed and not _is_known(name, address):
        allowed = _take(by_name, limits.name) and _take(by_place, limits.place)
    if not allowed:
        raise TooMany("too_many_guesses", retry_after=int(WINDOW.total_seconds()))


def was_right(kind: str, name: str, address: str) -> None:
    """The guess was none: it counts no longer. What was not counted is not taken off from others' guesses either."""
    both, *others = _keys(kind, name, address)
    Guesses.objects.filter(key=both).delete()
    if not _is_known(name, address):
        Guesses.objects.filter(key__in=others, count__gt=0).update(count=F("count") - 1)


def remember(name: str, address: str) -> None:
    """`name` has signed in from here, with everything that takes. What nobody needs any more is forgotten."""
    Guesses.objects.update_or_create(
        key=_key("known", name, counting.place_of(address)), defaults={"count": 0, "since": clock.now()}
    )
    Guesses.objects.filter(since__lt=clock.now() - KNOWN_FOR).delete()


def _is_known(name: str, address: str) -> bool:
    key = _key("known", name, counting.place_of(address))
    return Guesses.objects.filter(key=key, since__gt=clock.now() - KNOWN_FOR).exists()


def _take(key: str, limit: int) -> bool:
    return counting.take(key, limit, WINDOW)


def _keys(kind: str, name: str, address: str) -> Iterable[str]:
    place = counting.place_of(address)
    return _key(kind, name, place), _key(kind, name, ""), _key(kind, "", place)


def _key(kind: str, name: str, place: str) -> str:
    return counting.key_of(kind, name.casefold(), place)
