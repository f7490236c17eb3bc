"""Scans trip the alert, however they are walked; what people have in their address books never does."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.audit import later
from accounts.audit.models import LogEntry
from accounts.clients import scanning
from accounts.clients.models import ApiKey, ClientApp
from accounts.clients.scanning import BLOCKS, HOUR, MARKED, RUN, SIGNIFICANT, Watch
from tests.staff import browser_of

NOW = 1_800_000_000.0
SCAN = 3_000  # numbers: a third of one exchange's range, the least that has to trip


def number(line: int, start: str = "+62812") -> str:
    return f"{start}{line:08}"


def ordinary(random: random.Random, count: int) -> list[str]:
    """Mobile numbers of four operators, as they stand scattered in address books."""
    starts = ("+62812", "+62857", "+62878", "+62896")
    return [number(random.randrange(10**8), random.choice(starts)) for _ in range(count)]


def trips(watch: Watch, batches: Iterator[list[str]] | list[list[str]], now: float = NOW) -> int:
    """The count that the first alert tells, or 0."""
    for batch in batches:
        found = watch.look(batch, now)
        if found:
            return found
    return 0


def one_by_one(lines: Any) -> list[list[str]]:
    return [[number(line)] for line in lines]


def in_batches(lines: Any, size: int = 1000) -> list[list[str]]:
    asked = [number(line) for line in lines]
    return [asked[start : start + size] for start in range(0, len(asked), size)]


def diluted(lines: Any, other: int) -> list[list[str]]:
    """Each of them between so many other questions."""
    rng = random.Random(7)
    return [[one] for line in lines for one in (number(line), *ordinary(rng, other))]


def in_batches_diluted(lines: Any) -> list[list[str]]:
    """Forty in order, in each address book of a thousand."""
    rng = random.Random(8)
    books = []
    for batch in in_batches(lines, 40):
        book = [*batch, *ordinary(rng, 960)]
        rng.shuffle(book)
        books.append(book)
    return books


def shuffled(lines: Any) -> list[int]:
    found = list(lines)
    random.Random(9).shuffle(found)
    return found


SCANS: dict[str, Callable[[], list[list[str]]]] = {
    "in order": lambda: one_by_one(range(1000)),
    "backwards": lambda: one_by_one(range(SCAN, 0, -1)),
    "every second one": lambda: one_by_one(range(0, 2 * SCAN, 2)),
    "every tenth one": lambda: one_by_one(range(0, 10 * SCAN, 10)),
    "across the ranges": lambda: one_by_one(range(9_500, 9_500 + SCAN)),
    "among fifteen others each": lambda: diluted(range(SCAN), 15),
    "in batches": lambda: in_batches(range(1000)),
    "in batches, shuffled": lambda: in_batches(shuffled(range(SCAN))),
    "in small batches": lambda: in_batches(range(SCAN), 20),
    "hidden in address books": lambda: in_batches_diluted(range(SCAN)),
}


@pytest.mark.parametrize("name", SCANS)
def test_a_scan_trips(name: str) -> None:
    assert trips(Watch(), SCANS[name]()) >= RUN * SIGNIFICANT


@pytest.mark.parametrize("workers", [2, 4, 8, 12])
def test_a_scan_that_is_spread_over_workers_trips(workers: int) -> None:
    """Each request goes to any of them; each sees its share only."""
    rng = random.Random(workers)
    shares: list[list[list[str]]] = [[] for _ in range(workers)]
    for question in one_by_one(range(2 * SCAN)):
        rng.choice(shares).append(question)
    assert all(trips(Watch(), share) for share in shares)


ADDRESS_BOOKS: dict[str, Callable[[random.Random], list[str]]] = {
    "scattered": lambda rng: ordinary(rng, 800),
    "a family whose numbers follow each other": lambda rng: [
        *ordinary(rng, 300),
        *(number(55_555_550 + line) for line in range(8)),
    ],
    "colleagues of one company": lambda rng: [
        *ordinary(rng, 400),
        *(f"+62215790{line:04}" for line in rng.sample(range(400), 90)),
    ],
    "all of one small town": lambda rng: [f"+62274{rng.randrange(100_000):06}" for _ in range(300)],
    "of an island of ten thousand numbers": lambda rng: [
        f"+674555{rng.randrange(10_000):04}" for _ in range(40)
    ],
}


@pytest.mark.parametrize("name", ADDRESS_BOOKS)
@pytest.mark.parametrize("singly", [False, True])
def test_address_books_never_trip(name: str, singly: bool) -> None:
    """Five hundred people's, one after the other, within one hour; as batches and as single questions."""
    rng = random.Random(5)
    watch = Watch()
    for _ in range(500):
        book = list(dict.fromkeys(ADDRESS_BOOKS[name](rng)))
        rng.shuffle(book)
        assert not trips(watch, [[one] for one in book] if singly else [book])


def test_the_same_contacts_again_and_again_never_trip() -> None:
    watch = Watch()
    same = [*(number(line) for line in range(5)), *ordinary(random.Random(1), 300)]
    assert not trips(watch, [same] * 200 + [[one] for one in same] * 200)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 1000), st.integers(0, 60))
def test_whatever_address_book_with_some_neighbours(seed: int, size: int, neighbours: int) -> None:
    """However many people ask, and however many of one company each of them knows."""
    rng, watch = random.Random(seed), Watch()
    for _ in range(20):
        company = rng.randrange(10**6) * 100
        book = [*ordinary(rng, size), *(number(company + line, "+62878") for line in range(neighbours))]
        assert not trips(watch, [list(dict.fromkeys(book))])


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**8 - 10_000), st.integers(1, 8), st.integers(1, 300), st.booleans())
def test_whatever_scan(start: int, step: int, size: int, backwards: bool) -> None:
    lines = list(range(start, min(10**8, start + SCAN * step), step))
    if backwards:
        lines.reverse()
    if len(lines) == SCAN:
        assert trips(Watch(), in_batches(lines, size))


def test_it_tells_once_an_hour() -> None:
    watch = Watch()
    assert trips(watch, one_by_one(range(1000)))
    assert not trips(watch, one_by_one(range(1000, 20_000)), NOW + HOUR - 1)
    assert trips(watch, one_by_one(range(20_000, 21_000)), NOW + HOUR)
    assert trips(watch, one_by_one(range(30_000, 31_000)), NOW - 10 * HOUR)  # the clock was set back


def test_what_was_asked_hours_apart_is_no_scan() -> None:
    watch = Watch()
    for hours, start in enumerate(range(0, 10_000, 300)):
        assert not trips(watch, one_by_one(range(start, start + 300)), NOW + hours * HOUR)


def test_memory_is_bounded() -> None:
    watch, rng = Watch(), random.Random(3)
    for _ in range(100):
        trips(watch, [ordinary(rng, 1000), *([one] for one in ordinary(rng, 100))])
        start = rng.randrange(10**8)
        trips(watch, in_batches(range(start, start + 1000)))
    assert len(watch._blocks) <= BLOCKS
    assert len(watch._marked) <= MARKED


@dataclass(frozen=True)
class Key:
    pk: str
    app_id: str = "cli_1"


def test_keys_are_watched_apart_and_not_without_end() -> None:
    scanning.forget()
    halves = [Key("key_a"), Key("key_b")]
    lines = [number(line) for line in range(700)]
    assert not any(scanning.note(halves[line // 350], [lines[line]], now=NOW) for line in range(700))
    for other in range(1000):
        scanning.note(Key(f"key_{other}"), lines[:1], now=NOW)
    assert len(scanning._watches) == scanning.MOST_KEYS
    scanning.forget()


def test_operators_read_of_it_in_the_log(committed: None, kai: ClientApp, kais_key: str, olga: Any) -> None:
    key = ApiKey.objects.get()
    scanning.forget()
    asked = [number(line) for line in range(1000)]
    assert scanning.note(key, asked, now=NOW)
    assert not scanning.note(key, asked, now=NOW + 1)
    assert later.written()
    entry = LogEntry.objects.get()
    assert (entry.kind, entry.by, entry.on, entry.data["code"]) == (
        "alert",
        kai.pk,
        key.pk,
        "numbers_in_sequence",
    )
    assert "62812" not in str(entry.data)
    for language, words in [("id", "nomor yang berurutan"), ("en", "numbers in sequence")]:
        page = browser_of(olga, language=language).get("/admin/audit/logentry/?kind=alert").content.decode()
        assert words in page
