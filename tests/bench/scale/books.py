"""Address books: a thousand numbers in one call."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.bench import wrk
from tests.bench.report import Measure, held, shown
from tests.bench.scale import numbers, rounds
from tests.bench.scale.comparisons import Servers
from tests.bench.scale.rounds import Kind, Pace
from tests.bench.scale.site import Registry, Site

LOOKUP = "/v1/contacts/lookup"
SIZE, LISTED = 1_000, 30
BOOKS = 20  # different ones
AT_A_TIME = 8
FEW, FEW_GZIP = "address book, 30 of 1,000 listed", "address book, 30 of 1,000 listed, gzip"
ALL, ALL_GZIP = "address book, all 1,000 listed", "address book, all 1,000 listed, gzip"
ROW = "view set of one row, one by one"
LEAST, LEAST_TIMES = 500_000, 10  # numbers a second; as many as the view set


def measure(site: Site, of: Registry, servers: Servers, pace: Pace, folder: Path) -> Iterator[Measure]:
    ours = servers.ours(of)
    kinds = {
        name: Kind(ours, written(folder / name, of, listed, gzip=gzip), times=SIZE, connections=AT_A_TIME)
        for name, listed, gzip in (
            (FEW, LISTED, False), (FEW_GZIP, LISTED, True), (ALL, SIZE, False), (ALL_GZIP, SIZE, True),
        )
    }  # fmt: skip
    asked = numbers.listed(of.accounts, numbers.ASKED)
    kinds[ROW] = Kind(
        servers.plain(of), wrk.write(folder / "rows", [wrk.get(f"/row/{one}", of.key) for one in asked])
    )
    measured = rounds.measure(site, kinds, pace)
    yield held(f"{FEW}, numbers a second", measured.a_second(FEW), "1/s", ">=", LEAST)
    for name in (FEW, ALL):
        speed = measured.faster(name, ROW)
        yield held(f"{name} : {ROW}, numbers a second", speed, "times", ">=", LEAST_TIMES)
    for name, kind in kinds.items():
        if name != ROW:
            request = kind.file.read_bytes().split(b"\0")[0]
            yield shown(f"{name}, bytes of an answer", len(rounds.ask(ours.port, request).body), "bytes")
    yield from measured.explained(leaving_out=(f"{FEW}, numbers a second",))


def _books(accounts: int, listed: int) -> list[list[str]]:
    """Each with so many listed numbers, in an order without order."""
    random = Random(numbers.SEED)
    known, strangers = numbers.listed(accounts, listed * BOOKS), numbers.unlisted(SIZE * BOOKS)
    books = []
    for at in range(BOOKS):
        book = random.sample(known, min(listed, len(known)))
        book += strangers[at * SIZE : at * SIZE + SIZE - len(book)]
        books.append(random.sample(book, SIZE))
    return books


def written(file: Path, of: Registry, listed: int, *, gzip: bool = False) -> Path:
    bodies = [json.dumps({"numbers": book}).encode() for book in _books(of.accounts, listed)]
    return wrk.write(file, [wrk.post(LOOKUP, body, of.key, gzip=gzip) for body in bodies])
