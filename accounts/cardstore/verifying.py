"""Whether the store equals what the renderer says, for every number: `manage.py cards verify`.

Both sides are held as of one event: a snapshot of the database, and a view of the store whose cursor is that snapshot's
last event. Two ways through: every open account of the database against the store, and every record and every number of
the roll against the database. A portion at a time, so that memory does not grow with the registry.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection

from accounts import ids
from accounts.badges import cards
from accounts.badges.cards import Policy, Row
from accounts.badges.standing import stages
from accounts.cardstore import apikeys, building, generations, records
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.following import snapshot
from accounts.cardstore.pulse import Pulse
from accounts.cardstore.store import Store, View
from accounts.display import queries

AT_A_TIME = 1_000
WAIT_SECONDS = 20.0  # for the store to reach the database's last event
MOST_TOLD = 20  # differences that are named one by one
_NOBODY = "no open account"
_NEXT = """
SELECT number FROM businesses_account
WHERE number IS NOT NULL AND closed_at IS NULL AND number > %s ORDER BY number LIMIT %s
"""
_SOME = """
SELECT number FROM businesses_account
WHERE number IS NOT NULL AND closed_at IS NULL ORDER BY random() LIMIT %s
"""
_OPEN = "SELECT number FROM businesses_account WHERE number = ANY(%s::varchar[]) AND closed_at IS NULL"

Progress = Callable[[int], object]


class Difference(NamedTuple):
    what: str
    on: str
    number: str


@dataclass
class Found:
    seq: int = 0
    accounts: int = 0
    records: int = 0
    on_the_roll: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(self.kinds.values())

    def differ(self, what: str, on: str = "", number: str = "") -> None:
        self.kinds[what] += 1
        if on and len(self.differences) < MOST_TOLD:
            self.differences.append(Difference(what, on, number))


def verify(*, sample: int | None = None, progress: Progress = lambda count: None) -> Found:
    """`sample`: that many accounts and records, by chance.

    Raises Unusable: there is no store, or it stays behind the database.
    """
    with _at_one_event() as (store, view, seq):
        found = Found(seq)
        comparison = _Comparison(store, view, found, progress)
        comparison.keys_and_policy()
        comparison.accounts(_some(sample) if sample else _all())
        comparison.records(sample)
        comparison.roll(sample)
    return found


@contextmanager
def _at_one_event() -> Iterator[tuple[Store, View, int]]:
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        store = _current()
        with snapshot():
            with connection.cursor() as database:
                database.execute("SET LOCAL statement_timeout = 0")
            head = building.head()
            while True:
                view = store.reading()
                cursor = store.cursor(view)
                if cursor == head:
                    with view:
                        yield store, view, head.seq
                    return
                view.abort()
                if cursor.seq > head.seq or _is_replaced(store) or time.monotonic() > deadline:
                    break  # the follower took several events at once, or another store is in use
                time.sleep(0.005)
        if time.monotonic() > deadline:
            raise Unusable(
                f"The store stays at event {cursor.seq}, the database is at {head.seq}: is `make run` or "
                "`manage.py cards follow` running, and is there room on the disk?"
            )
        store.environment.close()


def _current() -> Store:
    beat = Pulse(generations.pulse_file()).last()
    if not beat.generation:
        raise Unusable("There is no store that may be read: see `manage.py cards status`.")
    return Store(generations.folder() / beat.generation)


def _is_replaced(store: Store) -> bool:
    return Pulse(generations.pulse_file()).last().generation != store.path.name


class _Comparison:
    def __init__(self, store: Store, view: View, found: Found, progress: Progress) -> None:
        self.store, self.view, self.found, self.progress = store, view, found, progress
        self.policy = store.policy(view)

    def keys_and_policy(self) -> None:
        expected = apikeys.all_of_them()
        stored = self.store.keys(self.view)
        for digest in expected.keys() | stored.keys():
            if expected.get(digest) != stored.get(digest):
                self.found.differ("another key")
        if self.store.policy_document(self.view) != queries.policy_in_force():
            self.found.differ("another policy")

    def accounts(self, portions: Iterator[list[str]]) -> None:
        for numbers in portions:
            found = queries.find(numbers)
            assert found.policy is not None
            for row in found.rows:
                self._compare(row, found.policy)
            self.found.accounts += len(numbers)
            self.progress(len(numbers))

    def _compare(self, row: Row, policy: Policy) -> None:
        """Now, and after each of its turns, when nobody may be there to tell the store."""
        stored = self.store.record(self.view, row.number)
        moments = [row.as_of, *(stage.until for stage in stages(row) if stage.until is not None)]
        try:
            record = records.unpack(row.number, stored) if stored is not None else None
        except Damaged:
            self._differ("a damaged record", row)
            return
        for moment in moments:
            expected = cards.render(row._replace(as_of=moment), policy)
            now = records.microseconds(moment)
            if record is not None:
                drawn = record.card(self.policy, now)
            else:
                drawn = cards.draw(self.policy, cards.Shape.UNLISTED, row.number, b"", b"", 0)
            if drawn != expected:
                self._differ("another card" if record is not None else "no card", row)
                return

    def _differ(self, what: str, row: Row) -> None:
        assert row.account is not None
        self.found.differ(what, ids.to_text("acc", row.account), row.number)

    def records(self, sample: int | None) -> None:
        """Those of open accounts were compared already; others have to say by themselves that nothing is listed."""
        entries = self.store.records(self.view)
        if sample:
            entries = islice(entries, sample)
        while portion := list(islice(entries, AT_A_TIME)):
            numbers = [records.number_of(key) for key, _ in portion]
            as_of, is_open = _open_ones(numbers)
            for number, (key, raw) in zip(numbers, portion, strict=True):
                try:
                    is_listed = records.unpack(number, raw).is_listed(as_of)
                except Damaged:
                    self.found.differ("a damaged record", _NOBODY, number)
                    continue
                if is_listed and number not in is_open:
                    self.found.differ("a card of nobody", _NOBODY, number)
                if not self._is_on_the_roll(key):
                    self.found.differ("a card that the roll does not list", _NOBODY, number)
            self.found.records += len(portion)

    def roll(self, sample: int | None) -> None:
        """The roll moves on with the follower: what does not agree is looked at again, as of then."""
        cells = range(self.store.roll.cells)
        for cell in cells[:sample] if sample else cells:
            try:
                numbers = self.store.roll.at(cell)
            except Damaged:
                self.found.differ("a damaged cell of the roll")
                continue
            if len(set(numbers)) != len(numbers):
                self.found.differ("a number twice in a cell of the roll")
            for number in numbers:
                self.found.on_the_roll += 1
                key = number.to_bytes(8, "big")
                if self.store.record(self.view, f"+{number}") is None and not self._agrees_later(key):
                    self.found.differ("a number of the roll without a card", _NOBODY, f"+{number}")

    def _is_on_the_roll(self, key: bytes) -> bool:
        try:
            return int.from_bytes(key, "big") in self.store.roll or self._agrees_later(key)
        except Damaged:
            return True  # told of with its cell

    def _agrees_later(self, key: bytes) -> bool:
        for _ in range(20):
            with self.store.reading() as later:
                has_card = self.store.record(later, records.number_of(key)) is not None
            if has_card == (int.from_bytes(key, "big") in self.store.roll):
                return True
            time.sleep(0.05)
        return False


def _all() -> Iterator[list[str]]:
    last = ""
    while numbers := _numbers(_NEXT, [last, AT_A_TIME]):
        yield numbers
        last = numbers[-1]


def _some(count: int) -> Iterator[list[str]]:
    numbers = iter(_numbers(_SOME, [count]))
    while portion := list(islice(numbers, AT_A_TIME)):
        yield portion


def _numbers(sql: str, parameters: list[Any]) -> list[str]:
    with connection.cursor() as database:
        database.execute(sql, parameters)
        return [number for (number,) in database.fetchall()]


def _open_ones(numbers: Sequence[str]) -> tuple[int, set[str]]:
    """(now, in microseconds; those that an open account has)."""
    with connection.cursor() as database:
        database.execute("SELECT statement_timestamp()")
        (now,) = database.fetchone()
    return records.microseconds(now), set(_numbers(_OPEN, [list(numbers)]))
