"""A store from nothing: how long, with how much memory, and how large it is."""

import shutil
from collections.abc import Iterator

from tests.bench.report import Measure, held, shown
from tests.bench.scale import stores
from tests.bench.scale.site import Registry
from tests.bench.scale.stores import Built

LIMIT_SECONDS, LIMIT_MEGABYTES, LIMIT_GIGABYTES = 90, 500, 2.5


def measure(of: Registry) -> Iterator[Measure]:
    """The registry's own where it has none yet; else another one, which is removed again."""
    if not stores.exists(of):
        yield from _judged(stores.build(of, of.var_dir), of)
        return
    aside = of.var_dir / "build"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        yield from _judged(stores.build(of, aside), of)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _judged(built: Built, of: Registry) -> Iterator[Measure]:
    what = f"store of {of.accounts:,}, built from nothing"
    yield held(what, built.seconds, "s", "<=", LIMIT_SECONDS)
    yield held(f"{what}, memory (RSS) at most", built.most["VmRSS"], "MB", "<=", LIMIT_MEGABYTES)
    yield shown(f"{what}, anonymous memory at most", built.most["RssAnon"], "MB")
    yield shown(f"{what}, mapped files in memory at most", built.most["RssFile"], "MB")
    yield held(f"{what}, on the disk", built.bytes_on_disk / 1e9, "GB", "<=", LIMIT_GIGABYTES)
    yield shown(f"{what}, cards a second", of.accounts / built.seconds, "1/s")
    yield shown(f"{what}, on the disk a card", built.bytes_on_disk / of.accounts, "bytes")
