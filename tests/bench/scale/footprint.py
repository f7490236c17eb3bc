"""The memory of a web worker that has done everything once."""

from collections.abc import Iterator
from pathlib import Path

from tests.bench import wrk
from tests.bench.report import Measure, held, shown
from tests.bench.scale import books, numbers, rounds
from tests.bench.scale.single import CONTACTS
from tests.bench.scale.site import Registry
from tests.bench.server import Server

LIMIT_MEGABYTES = 150
PAGES = ("/v1/openapi.json", "/admin/sign-in/", "/v1/docs", "/v1/policy")


def measure(of: Registry, ours: Server, seconds: int, folder: Path) -> Iterator[Measure]:
    """Of a server that may have answered millions of requests before."""
    single = [wrk.get(CONTACTS + one, of.key) for one in numbers.mixed(of.accounts)]
    wrk.send(ours.port, wrk.write(folder / "single", single), seconds)
    wrk.send(ours.port, books.written(folder / "books", of, books.SIZE), seconds, books.AT_A_TIME)
    for page in PAGES:
        rounds.ask(ours.port, wrk.get(page, of.key))
    memory = ours.memory()
    what = "memory of a web worker after all this"
    yield held(f"{what}, store aside (RssAnon)", memory["RssAnon"], "MB", "<=", LIMIT_MEGABYTES)
    yield shown(f"{what}, files that it maps (RssFile: store and libraries)", memory["RssFile"], "MB")
    yield shown(f"{what}, RSS", memory["VmRSS"], "MB")
