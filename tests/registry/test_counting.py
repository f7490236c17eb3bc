"""How a worker counts, and how it shares what it has counted."""

import json
import multiprocessing
import os
import random
import string
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.urls import resolve

from accounts.display import answers
from accounts.display.answers import Answer
from registry import wsgi
from registry.metrics import counting, routes
from registry.metrics.counting import ANSWERED, BUCKETS, NOBODY, Kind, Totals
from registry.metrics.sharing import Shared

SERIES = ("/here", "GET", "2xx", "store")
KIND: Kind = ("/here", "GET", 200, "store")


@pytest.fixture(autouse=True)
def nothing_noted() -> Iterator[None]:
    counting.add_up({})
    yield
    counting.add_up({})


def answering(kind: Kind | None = KIND) -> Callable[[], list[bytes]]:
    """A request, as often as it is called."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if kind is not None:
            environ[ANSWERED] = kind
        return [b"here"]

    counted = counting.counted(application)
    return lambda: counted({}, lambda *told: lambda data: None)


def added_up() -> Totals:
    totals: Totals = {}
    counting.add_up(totals)
    return totals


# --- noting ---


def test_while_nobody_adds_up_the_newest_are_kept_and_no_more(monkeypatch: Any) -> None:
    monkeypatch.setattr(counting, "MOST_NOTED", 10)
    ask = answering(("/nowhere-else", "GET", 200, "store"))
    for _ in range(25):
        ask()
    (total,) = added_up().values()
    assert sum(total[1:]) == 10


def test_threads_that_note_at_once_lose_nothing() -> None:
    """While another adds up all the time."""
    totals: Totals = {}
    done = threading.Event()

    def note() -> None:
        ask = answering()
        for _ in range(20_000):
            ask()

    def add() -> None:
        while not done.is_set():
            counting.add_up(totals)

    adding = threading.Thread(target=add)
    adding.start()
    noting = [threading.Thread(target=note) for _ in range(6)]
    for thread in noting:
        thread.start()
    for thread in noting:
        thread.join()
    done.set()
    adding.join()
    counting.add_up(totals)
    assert {series: sum(counts) for series, (_, *counts) in totals.items()} == {SERIES: 120_000}


@pytest.mark.parametrize(("seconds", "bucket"), [(0, 0), (0.0001, 0), (0.000101, 1), (10, 15), (10.1, 16)])
def test_a_request_falls_into_its_bucket(seconds: float, bucket: int, monkeypatch: Any) -> None:
    """As Prometheus has it: up to the edge, the edge included."""
    clock = iter([0, round(seconds * 1e9)])
    monkeypatch.setattr(time, "perf_counter_ns", lambda: next(clock))
    answering()()
    took, *counts = added_up()[SERIES]
    assert took == round(seconds * 1e9)
    assert [at for at, count in enumerate(counts) if count] == [bucket]
    assert len(counts) == len(BUCKETS) + 1


def test_what_breaks_is_counted_as_a_failure() -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise ValueError

    with pytest.raises(ValueError):
        counting.counted(broken)({}, lambda *told: lambda data: None)
    answering(None)()
    assert {series: sum(counts) for series, (_, *counts) in added_up().items()} == {
        (NOBODY[0], NOBODY[1], "5xx", NOBODY[3]): 2
    }


# --- labels ---


def test_ten_thousand_addresses_are_few_series(db: None) -> None:
    """Paths, methods and queries that nobody foresaw, through all of Django."""
    dice = random.Random(6)  # for variety
    letters = string.ascii_letters + string.digits + "/+-._~%@ \u00e9\u0660"
    begins = [
        "/",
        "/v1/",
        "/v1/contacts/",
        "/b/",
        "/admin/",
        "/static/",
        "/status/",
        "/problems/",
        "/metrics",
    ]
    known = list(routes.METHODS)
    counted = counting.counted(wsgi.application)
    totals: Totals = {}
    for at in range(10_000):
        environ: dict[str, Any] = {}
        setup_testing_defaults(environ)
        rest = "".join(dice.choices(letters, k=dice.randrange(1, 20)))
        path = (dice.choice(begins) + rest).encode().decode("latin-1")
        method = dice.choice(known) if at % 2 else "".join(dice.choices(string.ascii_uppercase, k=9))
        environ |= {"PATH_INFO": path, "REQUEST_METHOD": method, "HTTP_HOST": "127.0.0.1"}
        counted(environ, lambda *told: lambda data: None)
        counting.add_up(totals)
    assert sum(sum(counts) for _, *counts in totals.values()) == 10_000
    named = {route for route, *_ in totals}
    # Not one of them is an address as it was asked for.
    assert named <= {"(none)", "/static/", "/status/", *(f"/{route}" for route in all_routes())}, named
    assert {method for _, method, *_ in totals} <= {*routes.METHODS, "other"}
    assert len(totals) < 200


def all_routes() -> Iterator[str]:
    from django.urls import get_resolver

    def below(patterns: Any, before: str) -> Iterator[str]:
        for pattern in patterns:
            route = before + str(pattern.pattern)
            yield route
            yield from below(getattr(pattern, "url_patterns", []), route)

    return below(get_resolver().url_patterns, "")


@pytest.mark.parametrize("path", ["/v1/contacts/+13035550101", "/v1/contacts/lookup", "/v1/contacts/changes"])
def test_store_and_views_name_an_address_alike(path: str) -> None:
    answer = Answer(200, [], b"", is_stale=True)
    route, *rest = routes.of_the_store({"PATH_INFO": path, "REQUEST_METHOD": "GET"}, answer)
    assert route == f"/{resolve(path).route}"
    assert rest == ["GET", 200, "stale_store"]


def test_an_answer_from_a_copy_that_is_behind_says_so_to_whoever_counts() -> None:
    for is_stale in (True, False):
        freshness = answers.Freshness("2026-01-01T00:00:00Z", is_stale)
        told = [
            answers.contact(b"{}", freshness),
            answers.contact(b"{}", freshness, "*"),
            answers.lookup([], [], [], freshness),
            answers.changes({}, freshness),
            answers.changes({}, freshness, "*"),
        ]
        assert [answer.status for answer in told] == [200, 304, 200, 200, 304]
        assert {answer.is_stale for answer in told} == {is_stale}


# --- sharing ---


def shared(folder: Path) -> Shared:
    return Shared(folder, lambda: {"pool_size": 2.0})


def count(store: Shared) -> int:
    return sum(sum(counts) for _, *counts in store.read()[0].values())


def test_workers_add_up_and_one_goes_on_from_another(tmp_path: Path) -> None:
    """Each as a process of its own, the second killed."""
    folder = tmp_path / "metrics"
    for expected in (5, 10, 15):
        in_a_process(folder, 5, kill=expected == 10)
        reader = shared(folder)
        assert count(reader) == expected
        assert sorted(path.name for path in folder.iterdir()) == ["0.json", "0.lock"]


def in_a_process(folder: Path, times: int, *, kill: bool) -> None:
    def work() -> None:
        mine = shared(folder)
        ask = answering()
        for _ in range(times):
            ask()
        mine.flush()
        os.kill(os.getpid(), 9 if kill else 15)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(20)
    assert process.exitcode in (-9, -15)


def test_two_at_once_have_places_of_their_own(tmp_path: Path) -> None:
    one, other = shared(tmp_path), shared(tmp_path)
    for mine in (one, other):
        answering()()
        mine.flush()
    assert sorted(path.name for path in tmp_path.glob("*.json")) == ["0.json", "1.json"]
    totals, in_use, alive = other.read()
    assert (sum(totals[SERIES][1:]), in_use, alive) == (2, {"pool_size": 4.0}, 2)


def test_who_has_gone_leaves_its_counts_and_nothing_in_use(tmp_path: Path) -> None:
    one, other = shared(tmp_path), shared(tmp_path)
    for mine in (one, other):
        answering()()
        mine.flush()
    os.utime(tmp_path / "0.json", (0, 0))
    totals, in_use, alive = other.read()
    assert (sum(totals[SERIES][1:]), in_use, alive) == (2, {"pool_size": 2.0}, 1)


def test_a_folder_that_was_cleared_away_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    mine = shared(folder)
    answering()()
    mine.flush()
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    answering()()
    assert count(mine) == 2
    assert json.loads((folder / "0.json").read_text())["totals"]
    (folder / "0.lock").unlink()
    answering()()
    assert count(mine) == 3, "what it wrote itself counts once"


@pytest.mark.parametrize(
    "written", ["", "{", "[]", '{"totals": [[]]}', '{"totals": 1, "gauges": {}, "writer": ""}', "{}"]
)
def test_a_file_that_is_none_of_ours_is_passed_over(tmp_path: Path, written: str) -> None:
    (tmp_path / "0.json").write_text(written)
    (tmp_path / "7.json").write_text(written)
    mine = shared(tmp_path)
    answering()()
    assert count(mine) == 1


def test_where_nothing_can_be_written_it_counts_on(tmp_path: Path, caplog: Any) -> None:
    (tmp_path / "metrics").write_text("no folder")
    mine = shared(tmp_path / "metrics")
    for expected in (1, 2, 3):
        answering()()
        assert count(mine) == expected
    assert Counter(record.levelname for record in caplog.records) == {"WARNING": 1}
