"""All listed cards from the database at one moment, for a new store: in the order of the numbers, as fast as the disk.

PostgreSQL reads the accounts as they lie, page after page: in the order of the numbers every row would be a page
somewhere else. Helpers turn rows into records and scatter them over files by ranges of numbers, which are sorted then.
"""

import functools
import gc
import marshal
import os
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from accounts.badges.cards import Row
from accounts.cardstore import orphans, records
from accounts.display.queries import FACTS, FACTS_OF_ACCOUNT

Entries = list[tuple[bytes, bytes]]

PAGES_A_TIME = 1_000  # of the table of accounts, in one COPY: some ten thousand rows
RANGES = 128  # files: of five million cards some 15 MB each
_AHEAD = 4  # portions that wait for a helper
_SAMPLED = 40_000  # numbers by which the ranges are cut
_COPY = f"""
COPY (
    SELECT a.number, {FACTS.format(number="a.number")} FROM businesses_account a {FACTS_OF_ACCOUNT}
    WHERE a.number IS NOT NULL AND a.closed_at IS NULL
      AND a.ctid >= '({{first}},0)' AND a.ctid < '({{behind}},0)'
) TO STDOUT
"""  # noqa: S608  # constants, and two whole numbers
_PAGES = "SELECT pg_relation_size('businesses_account') / current_setting('block_size')::int"
_SAMPLE = "SELECT number FROM businesses_account TABLESAMPLE SYSTEM (%s) WHERE number IS NOT NULL"
_NULL = r"\N"
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def scatter(scratch: Path, progress: Callable[[int], object]) -> int:
    """Write all cards to files in `scratch`, an empty folder, for as much as the store will hold. How many they are.

    Inside a REPEATABLE READ transaction, whose view of the database the helpers share. Raises OSError: no room.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PAGES)
        (pages,) = cursor.fetchone()
        cursor.execute(_SAMPLE, [min(100.0, 100.0 * _SAMPLED / (20 * pages + 1))])
        sample = sorted(records.key_of(number) for (number,) in cursor.fetchall())
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
    if pages <= PAGES_A_TIME:
        _Scattering.scratch, _Scattering.cuts = scratch, []
        count = _scatter(0, pages)
        progress(count)
        return count
    count = 0
    cuts = sample[:: max(1, len(sample) // RANGES)][1:]
    helpers = ProcessPoolExecutor(
        os.cpu_count(),
        get_context("fork"),
        initializer=_Scattering.begin,
        initargs=(os.getpid(), snapshot, scratch, cuts),
    )
    try:
        waiting: deque[Future[int]] = deque()
        for first, behind in pairwise([*range(0, pages, PAGES_A_TIME), pages]):
            waiting.append(helpers.submit(_scatter, first, behind))
            if len(waiting) > _AHEAD:
                count += (some := waiting.popleft().result())
                progress(some)
        for portion in waiting:
            count += (some := portion.result())
            progress(some)
    finally:
        helpers.shutdown(cancel_futures=True)
    return count


def gather(scratch: Path) -> Iterator[Entries]:
    """Portions of (key, record) in the order of the keys."""
    for place in range(RANGES * 2):
        yield _gathered(scratch, place)


class _Scattering:
    """In a helper: a connection of its own, which sees what the one that started it sees, and its files."""

    cuts: list[bytes]
    scratch: Path

    @classmethod
    def begin(cls, parent: int, snapshot: str, scratch: Path, cuts: list[bytes]) -> None:
        orphans.end_with(parent)
        gc.disable()  # nothing here is cyclic, and what a portion makes is looked through again and again otherwise
        cls.scratch, cls.cuts = scratch, cuts
        del connections[DEFAULT_DB_ALIAS]  # that one belongs to the process this one was forked from
        connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"].pop("pool", None)
        transaction.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])


def _scatter(first: int, behind: int) -> int:
    """Write the cards of some pages to the files of their ranges; how many they are."""
    entries = sorted(packed(first, behind))
    start = 0
    for place, cut in enumerate([*_Scattering.cuts, None]):
        end = len(entries) if cut is None else bisect_left(entries, (cut,), start)
        if end > start:
            with (_Scattering.scratch / f"{place}.{os.getpid()}").open("ab") as file:
                marshal.dump(entries[start:end], file)
        start = end
    return len(entries)


def _gathered(scratch: Path, place: int) -> Entries:
    entries: Entries = []
    for path in scratch.glob(f"{place}.*"):
        with path.open("rb") as file:
            size = path.stat().st_size
            while file.tell() < size:
                entries += marshal.load(file)  # noqa: S302  # a helper of ours wrote it a moment ago
    entries.sort()
    return entries


def packed(first: int, behind: int) -> Entries:
    """The accounts on some pages of their table that are listed, now or later."""
    entries: Entries = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        # The planner would read a whole other table for each portion.
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
        with cursor.copy(_COPY.format(first=int(first), behind=int(behind))) as copy:
            for line in copy:
                row = row_of(str(line, "utf-8"))
                if (record := records.pack(row)) is not None:
                    entries.append((records.key_of(row.number), record))
    return entries


def row_of(line: str) -> Row:
    """A line of COPY's text format, which has as many columns as `Row`."""
    columns = line[:-1].split("\t")
    if "\\" in line:
        columns = [_ESCAPE.sub(_unescaped, column) if column != _NULL else column for column in columns]
    (
        number, as_of, last, account, name, category, country, about, photo, website, purposes, confirmed_at, proven,
        business, kind, legal_name, badge, status, methods, issued_at, expires_at, suspended_at, ended_at, reason,
    ) = columns  # fmt: skip
    now, is_badge = _now(as_of), badge != _NULL
    return Row(
        number,
        now,
        None if last == _NULL else int(last),
        _bits(account),
        name,
        category,
        country,
        about,
        photo,
        website,
        _array(purposes),
        None if confirmed_at == _NULL else _moment(confirmed_at),
        proven == "t",
        _bits(business),
        kind,
        legal_name,
        _bits(badge) if is_badge else None,
        status,
        _array(methods) if is_badge else [],
        _moment(issued_at) if is_badge else now,
        _moment(expires_at) if is_badge else now,
        None if suspended_at == _NULL else _moment(suspended_at),
        None if ended_at == _NULL else _moment(ended_at),
        reason,
    )


def _bits(uuid: str) -> int:
    return int(uuid.replace("-", ""), 16)


_moment = datetime.fromisoformat
_now = functools.lru_cache(maxsize=1)(datetime.fromisoformat)  # the same one in all lines


@functools.lru_cache(maxsize=10_000)
def _array(text: str) -> list[str]:
    """Of codes, which need no quotes. The list is shared: nobody may change it."""
    return text[1:-1].split(",") if text != "{}" else []


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPED.get(found[1], found[1])
