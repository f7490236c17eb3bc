"""Side by side: every kind of request once a round, in an order that changes; ratios are those of the rounds."""

import http.client
import random
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.bench import wrk
from tests.bench.report import Measure, shown
from tests.bench.scale.site import Site
from tests.bench.server import Server, cluster_cpu_seconds

LOOKED_AT = 40  # answers of each kind, before it counts
CPU_FLOOR = 1e-9  # of a ratio, where a server took less than the clock can tell


@dataclass(frozen=True)
class Pace:
    """How long each kind is measured, and how often."""

    rounds: int
    seconds: int
    warm_up: int = 1  # seconds


@dataclass(frozen=True)
class Kind:
    server: Server
    file: Path  # of requests
    refused: bool = (
        False  # whether some of its answers are a 404, as a view set has it of what it has not got
    )
    times: int = 1  # what is counted of each request: the numbers in it
    connections: int = wrk.CONNECTIONS


class Round(NamedTuple):
    a_second: float
    web: float  # microseconds of CPU
    database: float
    p50: float  # microseconds from request to answer, with all connections busy
    p99: float


class Rounds:
    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = dict(kinds)
        self.of: defaultdict[str, list[Round]] = defaultdict(list)

    def faster(self, one: str, other: str) -> float:
        """How many times as many a second."""
        return self._ratio(one, other, lambda first, second: first.a_second / second.a_second)

    def cheaper(self, one: str, other: str) -> float:
        """How many times less CPU time of the worker."""
        return self._ratio(one, other, lambda first, second: second.web / max(first.web, CPU_FLOOR))

    def cheaper_in_all(self, one: str, other: str) -> float:
        """The same with PostgreSQL's."""
        return self._ratio(
            one,
            other,
            lambda first, second: (second.web + second.database) / max(first.web + first.database, CPU_FLOOR),
        )

    def _ratio(self, one: str, other: str, of: "Callable[[Round, Round], float]") -> float:
        return median(of(first, second) for first, second in zip(self.of[one], self.of[other], strict=True))

    def a_second(self, name: str) -> float:
        return median(one.a_second for one in self.of[name])

    def cost(self, name: str) -> float:
        """Microseconds of CPU in all."""
        return median(one.web + one.database for one in self.of[name])

    def explained(self, leaving_out: Collection[str] = ()) -> Iterator[Measure]:
        """What the ratios are made of, but for measures that were judged already."""
        return (one for one in self._all() if one.measure not in leaving_out)

    def _all(self) -> Iterator[Measure]:
        for name, measured in self.of.items():
            what = "numbers" if self.kinds[name].times > 1 else "requests"
            each = "number" if self.kinds[name].times > 1 else "request"
            yield shown(f"{name}, {what} a second", self.a_second(name), "1/s")
            yield shown(f"{name}, CPU of the web worker", median(one.web for one in measured), f"µs/{each}")
            yield shown(f"{name}, CPU of PostgreSQL", median(one.database for one in measured), f"µs/{each}")
            yield shown(
                f"{name}, {self.kinds[name].connections} at a time, median",
                median(one.p50 for one in measured),
                "µs",
            )
            yield shown(
                f"{name}, {self.kinds[name].connections} at a time, p99",
                median(one.p99 for one in measured),
                "µs",
            )


def measure(site: Site, kinds: Mapping[str, Kind], pace: Pace) -> Rounds:
    measured = Rounds(kinds)
    for kind in kinds.values():  # what is read for the first time is not what is measured
        _checked(kind)
        if pace.warm_up:
            wrk.send(kind.server.port, kind.file, pace.warm_up, kind.connections)
    for turn in range(pace.rounds):
        for name in random.sample(list(kinds), len(kinds)):
            measured.of[name].append(_one(site, name, kinds[name], pace.seconds))
        print(f"  round {turn + 1} of {pace.rounds}", flush=True)
    return measured


def _one(site: Site, name: str, kind: Kind, seconds: int) -> Round:
    postmaster = site.postmaster
    web, database = kind.server.cpu_seconds(), cluster_cpu_seconds(postmaster)
    sent = wrk.send(kind.server.port, kind.file, seconds, kind.connections)
    web, database = kind.server.cpu_seconds() - web, cluster_cpu_seconds(postmaster) - database
    if not sent.answered or sent.broken or (sent.refused and not kind.refused):
        raise SystemExit(f"{name}: {sent.refused} of {sent.answered} refused, {sent.broken} broken")
    each = 1e6 / (sent.answered * kind.times)
    return Round(sent.a_second * kind.times, web * each, database * each, sent.p50, sent.p99)


def _checked(kind: Kind) -> None:
    """What is answered is what was asked for: a server that refuses everything is fast."""
    statuses = {200, 304, 404} if kind.refused else {200, 304}
    requests = kind.file.read_bytes().split(b"\0")
    for request in random.sample(requests, min(LOOKED_AT, len(requests))):
        answer = ask(kind.server.port, request)
        if answer.status not in statuses or (answer.status == 200 and not answer.body):
            raise SystemExit(f"{request[:200]!r} was answered by {answer}")


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Line:
    """A connection that stays open; requests as wrk sends them."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, request: bytes) -> Answer:
        if self.connection.sock is None:
            self.connection.connect()
        self.connection.sock.sendall(request)
        response = http.client.HTTPResponse(self.connection.sock)
        response.begin()
        return Answer(response.status, response.headers, response.read())

    def close(self) -> None:
        self.connection.close()


def ask(port: int, request: bytes) -> Answer:
    line = Line(port)
    try:
        return line.ask(request)
    finally:
        line.close()


def etags(port: int, requests: Collection[bytes]) -> list[str]:
    line = Line(port)
    try:
        return [line.ask(request).headers["ETag"] for request in requests]
    finally:
        line.close()
