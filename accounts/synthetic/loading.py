"""Writing made-up accounts by COPY, some thousands a transaction, while the next ones are being made."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction

from accounts import clock
from accounts.audit.journal import GENESIS, HEAD_LOCK
from accounts.synthetic import rows
from accounts.synthetic.facts import FIRST_MILLISECOND
from accounts.synthetic.numbers import MOST
from accounts.synthetic.rows import COLUMNS, Chained, Head, Made

CHUNK = 5_000  # accounts a transaction: it holds the journal's head for a tenth of a second
BYTES_AN_ACCOUNT = 4_000  # of disk at most, with indexes and what the write-ahead log keeps
BYTES_OF_NAME_KEYS = 4_000  # more, where the index of look-alikes is filled too
_LOADERS_LOCK = 0x7662_7265_7399  # any constant of our own: one load at a time


class _Ready(NamedTuple):
    made: Made
    after: Head  # the journal's, when its lines were made: they fit if nobody else has written since
    chained: Chained


def loaded() -> int:
    """How many made-up accounts there are: they come in order, in whole chunks."""
    first, end = (f"{FIRST_MILLISECOND + i:012x}{0:020x}" for i in (0, MOST))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM businesses_account WHERE id >= %s AND id < %s ORDER BY id DESC LIMIT 1",
            [first, end],
        )
        last = cursor.fetchone()
    return 0 if last is None else (last[0].int >> 80) - FIRST_MILLISECOND + 1


def may_alter_tables() -> bool:
    """Whether the role we are may set indexes aside and gather statistics."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class"
            " WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%s)",
            [list(COLUMNS)],
        )
        return bool(cursor.fetchone()[0])


@contextmanager
def alone() -> Iterator[bool]:
    """Yields whether no other load runs; none begins until the end, or until this process has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOADERS_LOCK])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            # A lost connection has lost the lock, too.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOADERS_LOCK])


def load(upto: int, *, name_keys: bool = False) -> Iterator[int]:
    """Make accounts until there are `upto`, each chunk in a transaction of its own: yields how many there are.

    The next chunk is made in a thread while PostgreSQL reads the last one, its journal lines on the guess that nobody
    else writes to the journal in between; where somebody did, they are made again under the lock on its head.
    """
    first, loaded_at = loaded(), clock.now()
    chunks = [(start, min(start + CHUNK, upto)) for start in range(first, upto, CHUNK)]

    def prepare(chunk: tuple[int, int], after: Head, at: datetime) -> _Ready:
        made = rows.make(*chunk, loaded_at=loaded_at, name_keys=name_keys)
        return _Ready(made, after, rows.chain(made.happenings, after=after, at=at))

    with ThreadPoolExecutor(1, thread_name_prefix="making") as maker:
        head = _head()[0]
        following = maker.submit(prepare, chunks[0], head, clock.now()) if chunks else None
        for place, (_, end) in enumerate(chunks, start=1):
            assert following is not None
            ready = following.result()
            if place < len(chunks):
                following = maker.submit(prepare, chunks[place], ready.chained.head, clock.now())
            _write(ready)
            yield end


def _write(ready: _Ready) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(ready.made.lines)
        # Foreign keys are checked before the lock is taken, as `audit.journal` does it and for its reason.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HEAD_LOCK])
        head, at = _head()
        chained = ready.chained
        if head != ready.after:
            chained = rows.chain(ready.made.happenings, after=head, at=at)
        _copy(chained.lines)


def _head() -> tuple[Head, datetime]:
    """The journal's last event, and the database's time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, digest FROM audit_event ORDER BY seq DESC LIMIT 1")
        last = cursor.fetchone()
        cursor.execute("SELECT clock_timestamp()")
        (at,) = cursor.fetchone()
    return Head(0, GENESIS) if last is None else Head(last[0], bytes(last[1])), at


def _copy(lines: Mapping[str, bytes]) -> None:
    with connection.wrap_database_errors, connection.cursor() as cursor:
        for table, some in lines.items():
            with cursor.copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN") as copy:
                copy.write(some)


def gather_statistics() -> None:
    """What the planner goes by; and which pages all may see, without which an index alone answers nothing."""
    with connection.cursor() as cursor:
        for table in COLUMNS:
            cursor.execute(f"VACUUM (ANALYZE) {table}")
