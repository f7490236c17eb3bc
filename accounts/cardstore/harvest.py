"""All listed cards from the database at one moment, for a new store: by COPY, in the order of the numbers."""

import functools
import os
import re
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from datetime import datetime
from itertools import pairwise
from multiprocessing import get_context
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

from accounts.cardstore import records
from accounts.display.cards import Row
from accounts.display.queries import FACTS, FACTS_OF_ACCOUNT

Entries = list[tuple[bytes, bytes]]

AT_A_TIME = 20_000  # accounts of one COPY
AHEAD = 4  # such portions that may wait for the writer: what bounds the memory
_WHERE = "a.number IS NOT NULL AND a.closed_at IS NULL"
_COPY = f"""
COPY (
    SELECT a.number, {FACTS.format(number="a.number")} FROM businesses_account a {FACTS_OF_ACCOUNT}
    WHERE {_WHERE} AND a.number >= {{low}} AND a.number < {{high}} ORDER BY a.number
) TO STDOUT
"""  # noqa: S608  # constants; {low} and {high} are quoted by psycopg
_BOUNDS = f"""
SELECT number FROM (
    SELECT a.number, row_number() OVER (ORDER BY a.number) AS place FROM businesses_account a WHERE {_WHERE}
) numbered WHERE place %% %s = 1 ORDER BY number
"""  # noqa: S608  # constants
_NOWHERE = "~"  # behind every number
_NULL = r"\N"
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def harvest() -> Iterator[Entries]:
    """Portions of (key, record). Inside a REPEATABLE READ transaction, whose view of the database the helpers share."""
    with connection.cursor() as cursor:
        cursor.execute(_BOUNDS, [AT_A_TIME])
        bounds = [number for (number,) in cursor.fetchall()]
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
    ranges = list(pairwise([*bounds, _NOWHERE]))
    if len(ranges) <= 1:
        yield from map(packed, ranges)
        return
    helpers = ProcessPoolExecutor(os.cpu_count(), get_context("fork"), _look_at, [snapshot])
    try:
        waiting: deque[Future[Entries]] = deque()
        for between in ranges:
            waiting.append(helpers.submit(packed, between))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        helpers.shutdown(cancel_futures=True)


def _look_at(snapshot: str) -> None:
    """In a helper: a connection of its own, which sees what the one that started it sees."""
    del connections[DEFAULT_DB_ALIAS]  # that one belongs to the process this one was forked from
    connections.settings[DEFAULT_DB_ALIAS]["OPTIONS"].pop("pool", None)
    transaction.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])


def packed(between: tuple[str, str]) -> Entries:
    """The accounts of a range of numbers that are listed, now or later."""
    low, high = between
    entries: Entries = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        with cursor.copy(_COPY.format(low=_literal(low), high=_literal(high))) as copy:
            for line in _lines(copy):
                row = row_of(line)
                if (record := records.pack(row)) is not None:
                    entries.append((records.key_of(row.number), record))
    return entries


def _literal(number: str) -> str:
    assert "'" not in number and "\\" not in number
    return f"'{number}'"


def _lines(copy: Any) -> Iterator[str]:
    """psycopg gives one line of COPY's text format at a time, as PostgreSQL sent it."""
    for line in copy:
        yield str(line, "utf-8")


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
