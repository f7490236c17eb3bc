"""The follower: one process a machine that applies the journal to the store, and rebuilds the store where it can't be used.

It is woken by LISTEN and looks every HEARTBEAT anyway, so that a notification may be lost. Each look is one snapshot of the
database: the events behind the cursor, and the cards as they are then. Applying an event twice changes nothing.
"""

import contextlib
import fcntl
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lmdb
import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from psycopg_pool import PoolTimeout

from accounts.cardstore import apikeys, generations, records
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.pulse import Pulse, steady
from accounts.cardstore.reading import DAMAGED
from accounts.cardstore.scrubbing import Scrub
from accounts.cardstore.store import Cursor, Writer
from accounts.display import queries

logger = logging.getLogger(__name__)

CHANNEL = "journal"
HEARTBEAT_SECONDS = 0.25
EVENTS_AT_A_TIME = 500
BUILD_AGAIN_AFTER_SECONDS = 5.0  # when a build failed
LONGEST_PAUSE_SECONDS = 2.0  # between two attempts to reach the database
FORGETS_AFTER_DAYS = (
    60  # erased numbers leave the journal's side table after 90 days: a store must not miss that
)
DATABASE_AWAY = (DatabaseError, InterfaceError, psycopg.Error, PoolTimeout)

_EVENTS = """
SELECT e.seq, e.kind, e.digest,
       array(SELECT n.number::text FROM audit_eventnumber n WHERE n.event_id = e.seq)
FROM audit_event e WHERE e.seq > %s ORDER BY e.seq LIMIT %s
"""
_SAME_JOURNAL = """
SELECT statement_timestamp(), (SELECT digest FROM audit_event WHERE seq = %s),
       (SELECT min(at) FROM audit_event WHERE seq = %s + 1) < statement_timestamp() - make_interval(days => %s)
"""


class Foreign(Exception):
    """The store follows another journal, or has been away from this one for too long."""


class Follower:
    def __init__(self) -> None:
        self.pulse = Pulse(generations.pulse_file(), write=True)
        self.writer: Writer | None = None
        self.scrub: Scrub | None = None
        self.build: subprocess.Popen[bytes] | None = None
        self.next_build = 0.0

    def run(self) -> None:
        """For ever, but for what nobody foresaw."""
        pause = 0.0
        self._take(self._latest())
        while True:
            try:
                self._listen()
                pause = 0.0
                while True:
                    self.look()
                    self._wait()
            except DATABASE_AWAY as away:
                logger.warning("The database is away: %s", type(away).__name__)
                connection.close()
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2 or 0.1)
                time.sleep(pause)

    def look(self) -> None:
        """Apply what is new, say how fresh the store is, and see to a new one where it is needed."""
        if self.writer is not None:
            try:
                while self.follow(self.writer):
                    pass
                self._tend(self.writer)
            except (Damaged, Unusable, Foreign) as wrong:
                self._abandon(self.writer, str(wrong))
            except (OSError, lmdb.Error) as wrong:
                logger.error(
                    "The store can't be written: %s", wrong
                )  # the disk is full: once there is room it goes on
                time.sleep(1)
        if self.writer is None or not self.writer.is_roomy():
            self._rebuild()

    def follow(self, writer: Writer) -> bool:
        """One portion of the journal; whether there may be more. Raises Foreign, Damaged, and what the database raises."""
        since = steady()
        with snapshot(), connection.cursor() as database:
            with writer.reading() as view:
                cursor = writer.cursor(view)
            database.execute(_SAME_JOURNAL, [cursor.seq, cursor.seq, FORGETS_AFTER_DAYS])
            as_of, digest, is_late = database.fetchone()
            if (cursor.seq and (digest is None or bytes(digest) != cursor.digest)) or is_late:
                raise Foreign(
                    "the store follows another journal, or one that went on without it for too long"
                )
            database.execute(_EVENTS, [cursor.seq, EVENTS_AT_A_TIME])
            events = database.fetchall()
            if events:
                self._apply(writer, events)
                cursor = Cursor(events[-1][0], bytes(events[-1][2]))
        if len(events) == EVENTS_AT_A_TIME:
            return True
        self.pulse.beat(
            cursor=cursor.seq, as_of=records.microseconds(as_of), since=since, generation=writer.path.name
        )
        return False

    def _apply(self, writer: Writer, events: list[Any]) -> None:
        numbers = sorted({number for *_, changed in events for number in changed})
        kinds = {kind for _, kind, *_ in events}
        found = queries.find(numbers).rows
        writer.apply(
            {row.number: records.pack(row) for row in found},
            Cursor(events[-1][0], bytes(events[-1][2])),
            policy=queries.policy_in_force() if "policy.published" in kinds else None,
            keys=apikeys.all_of_them()
            if any(kind.startswith(("key.", "client.")) for kind in kinds)
            else None,
        )

    def _tend(self, writer: Writer) -> None:
        """What a store needs besides: raises Damaged or Unusable when it is not what it was."""
        writer.environment.reader_check()  # places of readers that were killed would keep old pages for ever
        generations.require_whole(writer.environment, writer.path / "data.mdb")
        if (writer.path / "roll").stat().st_size != len(writer.roll.map):
            raise Unusable("the roll is truncated")
        if (writer.path / DAMAGED).exists():
            raise Damaged((writer.path / DAMAGED).read_text())
        if self.scrub is not None:
            self.scrub.go_on()

    def _rebuild(self) -> None:
        """In a process of its own, so that the old store is looked after in the meantime."""
        if self.build is None:
            if time.monotonic() >= self.next_build:
                generations.sweep(keep=self.writer.path if self.writer else None)
                self.build = subprocess.Popen(
                    [sys.executable, "manage.py", "cards", "build"], cwd=settings.BASE_DIR
                )
            return
        if (ended := self.build.poll()) is None:
            return
        self.build = None
        self.next_build = time.monotonic() + BUILD_AGAIN_AFTER_SECONDS
        if ended == 0:
            self._take(self._latest())

    def _take(self, path: Path | None) -> None:
        if path is None:
            return
        try:
            writer = Writer(path)
        except (Unusable, Damaged, lmdb.Error) as wrong:
            logger.warning("Generation %s can't be used: %s", path.name, wrong)
            return
        self.writer, self.scrub = writer, Scrub(writer)
        logger.info("Generation %s: %d cards", path.name, writer.count())

    def _abandon(self, writer: Writer, why: str) -> None:
        logger.warning("Generation %s is given up: %s", writer.path.name, why)
        self.writer = self.scrub = None
        writer.environment.close()

    def _latest(self) -> Path | None:
        return next(iter(reversed(generations.existing())), None)

    def _listen(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def _wait(self) -> None:
        """Until an event was committed, or a heartbeat has passed. One notification is as good as many."""
        assert connection.connection is not None
        for _ in connection.connection.notifies(timeout=HEARTBEAT_SECONDS, stop_after=1):
            pass


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """All statements see the database as it was at the first."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


@contextlib.contextmanager
def the_only_one() -> Iterator[None]:
    """A second follower of the same folder waits here until the first one is gone."""
    with (generations.folder() / "follower.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("Another follower looks after %s; waiting", generations.folder())
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
