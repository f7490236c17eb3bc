"""Look-ups through the real server, side by side: card and view set, batch and one by one, few and many accounts."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import NamedTuple

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.display.serializers import LOOKUP_LIMIT
from tests.bench import dataset, load, server
from tests.bench.report import Measure, held, shown

LISTED_IN_A_BATCH = 30  # of an address book of a thousand
ASKED = 20_000  # different numbers of the large registry: they do not all stay in a processor's cache
WORKER_MEMORY_LIMIT = 150  # MB


@dataclass(frozen=True)
class Size:
    small: int
    large: int
    rounds: int
    seconds: float  # of one kind of request in one round


class Round(NamedTuple):
    a_second: float
    web_cpu: float  # milliseconds a request
    database_cpu: float


def measure(small: str, large: str, key: str, size: Size) -> list[Measure]:
    random = Random(dataset.SEED)
    few, many = dataset.numbers(size.small), dataset.numbers(size.large)
    asked = random.sample(many, min(ASKED, size.large))
    book = asked[: min(LOOKUP_LIMIT, size.large)]
    strangers = dataset.unlisted(LOOKUP_LIMIT)
    with (
        server.running(dataset.url_of(small, "web")) as of_few,
        server.running(dataset.url_of(large, "web")) as of_many,
    ):
        kinds = {
            "card": _gets(of_many, "/v1/contacts/", asked, key),
            "card, few accounts": _gets(of_few, "/v1/contacts/", random.sample(few, len(few)), key),
            "view set": _gets(of_many, "/plain/", asked),
            "view set of one table": _gets(of_many, "/bare/", asked),
            "batch, 30 listed": _batch(
                of_many, book[:LISTED_IN_A_BATCH] + strangers[LISTED_IN_A_BATCH:], key
            ),
            "batch, all listed": _batch(of_many, book, key),
        }
        rounds = _interleaved(kinds, size, random)
        for page in ("/v1/openapi.json", "/admin/sign-in/", "/v1/docs"):
            _fetch(of_many, page)
        memory = of_many.memory()
    return [*_judged(rounds, size), *_queries(asked[0], book, key), _memory(memory)]


class _Kind(NamedTuple):
    server: server.Server
    requests: list[bytes]


def _gets(of: server.Server, path: str, numbers: list[str], key: str | None = None) -> _Kind:
    return _Kind(of, [load.get(path + number, key) for number in numbers])


def _batch(of: server.Server, numbers: list[str], key: str) -> _Kind:
    return _Kind(of, [load.post("/v1/contacts/lookup", json.dumps({"numbers": numbers}).encode(), key)])


def _interleaved(kinds: Mapping[str, _Kind], size: Size, random: Random) -> dict[str, list[Round]]:
    """Every kind once a round, in an order that changes: what else the machine does meets all of them alike."""
    rounds = defaultdict(list)
    for kind in kinds.values():  # what is read for the first time is not what is measured
        load.send(kind.server.port, kind.requests, size.seconds)
    for _ in range(size.rounds):
        for name in random.sample(list(kinds), len(kinds)):
            rounds[name].append(_one_round(kinds[name], size.seconds))
    return rounds


def _one_round(kind: _Kind, seconds: float) -> Round:
    web, database = kind.server.cpu_seconds(), server.cluster_cpu_seconds()
    answered, took = load.send(kind.server.port, kind.requests, seconds)
    web, database = kind.server.cpu_seconds() - web, server.cluster_cpu_seconds() - database
    return Round(answered / took, 1_000 * web / answered, 1_000 * database / answered)


def _judged(rounds: Mapping[str, list[Round]], size: Size) -> Iterator[Measure]:
    many = f"{size.large:,} accounts"

    def ratio(name: str, other: str, times: int = 1) -> float:
        """The median of the rounds' own ratios: both sides of each were measured within seconds."""
        pairs = zip(rounds[name], rounds[other], strict=True)
        return median(one.a_second * times / two.a_second for one, two in pairs)

    for other in ("view set", "view set of one table"):
        yield held(
            f"look-up with key : {other} without, requests a second", ratio("card", other), "times", ">=", 1
        )
    for batch in ("batch, 30 listed", "batch, all listed"):
        for other in ("view set", "view set of one table"):
            speed = ratio(batch, other, LOOKUP_LIMIT)
            yield held(f"{batch} : {other}, numbers a second", speed, "times", ">=", 10)
    slower = 100 * (1 - ratio("card", "card, few accounts"))
    yield held(f"look-ups a second, {many} : {size.small:,}", slower, "% slower", "<=", 15)
    for name, measured in rounds.items():
        factor = LOOKUP_LIMIT if name.startswith("batch") else 1
        what = "numbers" if factor > 1 else "requests"
        yield shown(f"{name}, {what} a second", factor * median(one.a_second for one in measured), "1/s")
        yield shown(f"{name}, CPU of the web worker", median(one.web_cpu for one in measured), "ms/request")
        yield shown(f"{name}, CPU of PostgreSQL", median(one.database_cpu for one in measured), "ms/request")


def _queries(number: str, book: list[str], key: str) -> Iterator[Measure]:
    """In this process, through every middleware; the first call warms what a process keeps."""
    client = Client(HTTP_AUTHORIZATION=f"Bearer {key}", HTTP_HOST="127.0.0.1")
    calls: dict[str, Callable[[], object]] = {
        "look-up, queries": lambda: client.get(f"/v1/contacts/{number}"),
        "batch of 1,000, queries": lambda: client.post(
            "/v1/contacts/lookup", {"numbers": book}, content_type="application/json"
        ),
    }
    for name, call in calls.items():
        call()
        with CaptureQueriesContext(connection) as asked:
            call()
        yield held(name, len(asked), "queries", "<=", 2)


def _memory(of_worker: int) -> Measure:
    return held(
        "memory of a web worker after all this (RSS)", of_worker / 1e6, "MB", "<", WORKER_MEMORY_LIMIT
    )


def _fetch(of: server.Server, page: str) -> None:
    load.send(of.port, [load.get(page)], 0, connections=1)
