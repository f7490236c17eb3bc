"""The store as the processes of this machine read it: the current generation, and how fresh it is."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import lmdb
from django.conf import settings

from accounts.badges.cards import rfc3339
from accounts.cardstore import generations, records
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.pulse import Beat, Pulse
from accounts.cardstore.store import DAMAGED, Store

MICROSECONDS = 1_000_000
_MISSED = 2 * MICROSECONDS  # since the last beat: several of them did not come
_TRY_AGAIN_AFTER_SECONDS = 1.0
_SWITCHES = 3  # of generations while one is opened


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
        self._refused = ("", 0.0)  # the generation that can't be read, and until when it is not tried again
        self._felt = 0.0
        self._stale_after = int(settings.CARDS_STALE_AFTER.total_seconds() * MICROSECONDS)
        self._give_up_after = int(settings.CARDS_GIVE_UP_AFTER.total_seconds() * MICROSECONDS)
        self._as_of = (-1, "")

    def current(self) -> tuple[Store, Beat, Freshness]:
        """Raises Unusable: there is none, it can't be read, or nobody has looked after it for too long."""
        beat = (self._pulse or self._feel()).last()
        age = beat.age()
        if age > _MISSED:
            beat = self._felt_again(beat)
            age = beat.age()
        if age > self._give_up_after:
            raise Unusable("nobody has looked after the store for too long")
        store = self._store
        if store is None or store.path.name != beat.generation:
            store, beat = self._open(beat)
        second = beat.as_of // MICROSECONDS
        seen, text = self._as_of
        if seen != second:
            text = rfc3339(datetime.fromtimestamp(second, UTC))
            self._as_of = (second, text)
        is_stale = age > self._stale_after or not beat.is_of_this_boot
        return store, beat, Freshness(text, is_stale, beat.as_of + age)

    def report(self, store: Store, damage: Exception) -> None:
        """Have it replaced. What else stands in it is read meanwhile: each record has a checksum of its own."""
        mark(store.path, str(damage))

    def _feel(self) -> Pulse:
        with self._lock:
            if self._pulse is None:
                self._pulse = Pulse(generations.pulse_file())
            return self._pulse

    def _felt_again(self, beat: Beat) -> Beat:
        """A pulse that does not beat may have been replaced by one that does."""
        if time.monotonic() - self._felt < _TRY_AGAIN_AFTER_SECONDS:
            return beat
        self._felt = time.monotonic()
        if self._pulse is not None and not self._pulse.is_in_place():
            self._pulse = None
        return (self._pulse or self._feel()).last()

    def _open(self, beat: Beat) -> tuple[Store, Beat]:
        """The store that the beat names, or the one that took its place while it was opened."""
        with self._lock:
            for _ in range(_SWITCHES):
                if self._store is not None and self._store.path.name == beat.generation:
                    return self._store, beat
                try:
                    self._store = self._opened(beat)
                except Unusable:
                    latest = (self._pulse or Pulse(generations.pulse_file())).last()
                    if latest.generation == beat.generation:
                        self._refused = (beat.generation, time.monotonic() + _TRY_AGAIN_AFTER_SECONDS)
                        raise
                    beat = latest
            raise Unusable("the store is replaced again and again")

    def _opened(self, beat: Beat) -> Store:
        self._store = None
        refused, until = self._refused
        if not beat.generation:
            raise Unusable("there is no store that may be read")
        if beat.generation == refused and time.monotonic() < until:
            raise Unusable(f"generation {refused} can't be read")
        store = Store(generations.folder() / beat.generation)
        try:
            with store.reading() as view:
                if store.cursor(view).seq < beat.cursor:
                    raise Unusable("the store is older than it was")
        except (Damaged, lmdb.Error) as wrong:
            raise Unusable(f"the store can't be read: {wrong}") from wrong
        return store


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
