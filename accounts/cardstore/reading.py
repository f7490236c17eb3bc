"""The store as the processes of this machine read it: the current generation, and how fresh it is."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from accounts.cardstore import generations, records
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.pulse import Beat, Pulse
from accounts.cardstore.store import Store
from accounts.display.cards import rfc3339

DAMAGED = "damaged"  # a file of this name in a generation's folder: its follower builds another one
MICROSECONDS = 1_000_000


class Freshness(NamedTuple):
    """Of what is read now. `now`: the database's clock, microseconds since 1970, as well as this machine can tell."""

    as_of: str
    is_stale: bool
    now: int


class Reader:
    """Of one process, opened on first use: LMDB's map must not be carried over a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pulse: Pulse | None = None
        self._store: Store | None = None
        self._refused = ""  # the generation that could not be read
        self._stale_after = int(settings.CARDS_STALE_AFTER.total_seconds() * MICROSECONDS)
        self._give_up_after = int(settings.CARDS_GIVE_UP_AFTER.total_seconds() * MICROSECONDS)
        self._as_of = (-1, "")

    def current(self) -> tuple[Store, Beat, Freshness]:
        """Raises Unusable: there is none, it can't be read, or nobody has looked after it for too long."""
        beat = (self._pulse or self._feel()).last()
        age = beat.age()
        if age > self._give_up_after:
            raise Unusable("nobody has looked after the store for too long")
        store = self._store
        if store is None or store.path.name != beat.generation:
            store = self._open(beat.generation)
        second = beat.as_of // MICROSECONDS
        seen, text = self._as_of
        if seen != second:
            text = rfc3339(datetime.fromtimestamp(second, UTC))
            self._as_of = (second, text)
        return store, beat, Freshness(text, age > self._stale_after, beat.as_of + age)

    def report(self, store: Store, damage: Damaged) -> None:
        """Have it replaced, and don't read it again."""
        self._refused = store.path.name
        self._store = None
        mark(store.path, str(damage))

    def _feel(self) -> Pulse:
        with self._lock:
            if self._pulse is None:
                self._pulse = Pulse(generations.pulse_file())
            return self._pulse

    def _open(self, generation: str) -> Store:
        with self._lock:
            if self._store is None or self._store.path.name != generation:
                if generation == self._refused:
                    raise Unusable(f"generation {generation} can't be read")
                self._store = None
                self._refused = generation
                self._store = Store(generations.folder() / generation)
                self._refused = ""
            return self._store


def mark(path: Path, damage: str) -> None:
    try:
        (path / DAMAGED).write_text(damage)
    except OSError:
        return  # the disk is full or the folder gone: the follower will come upon it by itself


def listed() -> tuple[int, datetime, str, Iterator[tuple[str, bytes]]]:
    """(seq, as of, policy version, number and card of each listed one, in the order of the numbers), all of one moment.

    While the iterator is in use the store keeps what it shows: take it to its end, or drop it. Raises Unusable, and the
    iterator Damaged.
    """
    store, beat, freshness = Reader().current()
    view = store.reading()
    cursor, policy = store.cursor(view), store.policy(view)

    def cards() -> Iterator[tuple[str, bytes]]:
        for key, raw in store.records(view):
            number = records.number_of(key)
            record = records.unpack(number, raw)
            if record.is_listed(freshness.now):
                yield number, record.card(policy, freshness.now)

    as_of = datetime.fromtimestamp(beat.as_of / MICROSECONDS, UTC)
    return cursor.seq, as_of, policy.version, cards()
