"""The follower: one process a machine that applies the journal to the store, and replaces what can't be used.

It is woken by LISTEN and looks every HEARTBEAT anyway, so that a notification may be lost. Each look is one snapshot of
the database: the events behind the cursor, and the cards as they are then. Applying an event twice changes nothing.
"""

import contextlib
import fcntl
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lmdb
import psycopg
from django.db import DatabaseError, InterfaceError, connection, transaction
from psycopg_pool import PoolTimeout

from accounts.cardstore import apikeys, generations, records
from accounts.cardstore.errors import BROKEN, Damaged, Unusable
from accounts.cardstore.pulse import Pulse, steady
from accounts.cardstore.reading import mark
from accounts.cardstore.rebuilding import Rebuilding
from accounts.cardstore.scrubbing import Scrub
from accounts.cardstore.store import DAMAGED, DOUBT_BYTES, DOUBTED, Cursor, Writer
from accounts.cardstore.trials import Trials
from accounts.display import queries

logger = logging.getLogger(__name__)

CHANNEL = "journal"
HEARTBEAT_SECONDS = 0.25
EVENTS_AT_A_TIME = 500
GIVES_UP_AFTER_SECONDS = 60.0  # on a store that can't be written: another one is built, if there is room
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
        self.trials: Trials | None = None
        self.rebuilding = Rebuilding()
        self._changed = 0  # the last event that changed a card or the policy, as far as this process knows
        self._refused: set[str] = set()  # generations that can't be used
        self._is_swept = False
        self._failing_since: float | None = None

    def run(self) -> None:
        """For ever, but for what nobody foresaw; a running build ends with it."""
        try:
            while True:
                self._run_while_the_database_is_there()
        finally:
            self.rebuilding.stop()

    def _run_while_the_database_is_there(self) -> None:
        pause, said = 0.1, ""
        while True:
            try:
                self._listen()
                while True:
                    self.look()
                    if said:
                        logger.info("The database is back")
                    pause, said = 0.1, ""
                    self._wait()
            except DATABASE_AWAY as away:
                if type(away).__name__ != said:
                    said = type(away).__name__
                    logger.warning("The database is away: %s", said)
                connection.close()
                time.sleep(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def look(self) -> None:
        """Apply what is new, say how fresh the store is, and see to a new one where it is needed."""
        self._choose()
        writer = self.writer
        if writer is not None and self.trials is not None and self.scrub is not None:
            self.trials.begin(self.scrub.after)
            try:
                self._look_after(writer)
            except (Damaged, Unusable, Foreign, *BROKEN) as wrong:
                self._abandon(writer, str(wrong))
            except (OSError, lmdb.Error) as wrong:
                self._cannot_write(writer, wrong)
            finally:
                self.trials.survived()
        if self.rebuilding.is_running() or not self._is_well():
            self.rebuilding.go_on()

    def follow(self, writer: Writer) -> bool:
        """One portion of the journal; whether there may be more. Raises Foreign, Damaged, and the database's errors."""
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
                changing = [seq for seq, kind, _, numbers in events if numbers or kind == "policy.published"]
                self._changed = max([self._changed, *changing])
        if len(events) == EVENTS_AT_A_TIME:
            return True
        self.pulse.beat(
            cursor=cursor.seq,
            changed=self._changed,
            as_of=records.microseconds(as_of),
            since=since,
            generation=writer.path.name,
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

    def _look_after(self, writer: Writer) -> None:
        while self.follow(writer):
            pass
        self._failing_since = None
        # Who opened the one before just as it was removed has made LMDB's lock there anew.
        if not self._is_swept or generations.existing()[:1] != [writer.path]:
            generations.sweep(keep=writer.path)
            self._is_swept = True
        if not self.pulse.is_in_place():
            self.pulse = Pulse(generations.pulse_file(), write=True)
        writer.environment.reader_check()  # places of readers that were killed would keep old pages for ever
        generations.require_whole(writer.environment, writer.path / "data.mdb")
        if (writer.path / "roll").stat().st_size != len(writer.roll.map):
            raise Unusable("the roll is truncated")
        if not (writer.path / DAMAGED).exists():
            self._examine(writer)

    def _examine(self, writer: Writer) -> None:
        """Damage is marked and the store replaced, but followed until then: each card has a checksum of its own."""
        assert self.scrub is not None
        try:
            doubted = writer.path / DOUBTED
            if doubted.exists():
                value = doubted.read_bytes()
                doubted.unlink()
                if len(value) == DOUBT_BYTES:  # or it is being written; who asks again doubts again
                    writer.require_known(int.from_bytes(value, "big"))
            self.scrub.go_on()
        except (Damaged, *BROKEN) as damage:
            logger.warning("Generation %s is damaged: %s", writer.path.name, damage)
            mark(writer.path, str(damage))

    def _is_well(self) -> bool:
        writer = self.writer
        return writer is not None and not (writer.path / DAMAGED).exists() and writer.is_roomy()

    def _choose(self) -> None:
        """The newest generation that can be used, whoever built it."""
        for path in reversed(generations.existing()):
            if self.writer is not None and path.name <= self.writer.path.name:
                return
            if path.name not in self._refused and self._take(path):
                return

    def _take(self, path: Path) -> bool:
        writer = None
        try:
            trials = Trials(path)
            if trials.is_deadly():
                raise Damaged("looking after it ended one process after the other")
            trials.begin(trials.place())
            writer = Writer(path)
            with writer.reading() as view:
                changed = writer.cursor(view).seq  # what was before, nobody here can tell
            trials.survived()
        except (Unusable, Damaged, lmdb.Error, OSError) as wrong:
            if writer is not None:
                writer.close()
            self._refuse(path, str(wrong))
            return False
        if self.writer is not None:
            self.writer.close()
        self.writer, self.scrub, self.trials = writer, Scrub(writer, trials.place()), trials
        self._changed = changed
        self._is_swept = False
        logger.info("Generation %s: %d cards", path.name, writer.count())
        return True

    def _abandon(self, writer: Writer, why: str) -> None:
        self._close(writer)
        self._refuse(writer.path, why)

    def _refuse(self, path: Path, why: str) -> None:
        """Where readers use it, they are told to ask the database instead."""
        logger.warning("Generation %s is given up: %s", path.name, why)
        self._refused.add(path.name)
        with contextlib.suppress(Unusable):  # nothing has ever beaten
            last = self.pulse.last()
            if last.generation == path.name:
                self.pulse.beat(
                    cursor=last.cursor,
                    changed=last.changed,
                    as_of=last.as_of,
                    since=last.steady,
                    generation="",
                )

    def _cannot_write(self, writer: Writer, wrong: Exception) -> None:
        """The disk is full, mostly: nothing was changed, and once there is room it goes on, with LMDB opened anew."""
        if self._failing_since is None:
            self._failing_since = time.monotonic()
            logger.error("The store can't be written: %s", wrong)
        self._close(writer)
        if time.monotonic() - self._failing_since > GIVES_UP_AFTER_SECONDS:
            self._failing_since = None
            self._refuse(writer.path, str(wrong))
        time.sleep(1)

    def _close(self, writer: Writer) -> None:
        self.writer = self.scrub = None
        writer.close()

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
