"""The sections on millions of accounts: each measured for itself, on registries that are loaded once."""

import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from registry.run import ROOT
from tests.bench import wrk
from tests.bench.report import Measure, failed, held
from tests.bench.scale import (
    books,
    building,
    footprint,
    freshness,
    outage,
    quota,
    single,
    site,
    sizes,
    snapshot,
    stores,
)
from tests.bench.scale.comparisons import Servers
from tests.bench.scale.rounds import Pace
from tests.bench.scale.site import Registry, Site

# In this order: the build makes the store that the others need; what revokes badges comes last.
SECTIONS = ("build", "lookups", "books", "sizes", "memory", "quota", "snapshot", "outage", "freshness")
LOAD_LIMIT_SECONDS = 600
BOUND_SECONDS = 30  # of staleness, in the section about an outage
DRAWING = "cost-by-size.svg"


@dataclass(frozen=True)
class Scale:
    accounts: tuple[int, ...]  # of the registries, from the smallest to the largest
    pace: Pace
    outages: Pace
    wait_for_bound: bool  # of staleness, in an outage
    revocations: int
    drawings: Path | None  # None: beside the list of measures


FULL = Scale(
    accounts=(5_000, 500_000, 5_000_000),
    pace=Pace(rounds=5, seconds=3),
    outages=Pace(rounds=5, seconds=3),
    wait_for_bound=True,
    revocations=300,
    drawings=ROOT / "docs" / "benchmarks",
)
QUICK = Scale(
    accounts=(1_000, 10_000),
    pace=Pace(rounds=1, seconds=1, warm_up=0),
    outages=Pace(rounds=1, seconds=1, warm_up=0),
    wait_for_bound=False,
    revocations=10,
    drawings=None,
)


def measure(scale: Scale, sections: Sequence[str], keep: Path | None, beside: Path) -> Iterator[Measure]:
    """`keep`: the folder of the registries, which stays; None: one that goes."""
    wrk.require()
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)  # PostgreSQL's own user passes through
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-requests-")))
        place = stack.enter_context(site.opened(folder))
        largest = place.open(scale.accounts[-1], first=True)
        if largest.loaded_in is not None:
            what = f"load_synthetic of {largest.accounts:,} accounts"
            yield held(what, largest.loaded_in, "s", "<", LOAD_LIMIT_SECONDS)
        if "build" in sections:
            yield from _guarded("build", building.measure(largest))
        if "quota" in sections:
            yield from _guarded("quota", quota.measure())
        stack.enter_context(stores.followed(largest))
        running = stack.enter_context(ExitStack())
        servers = Servers(running)
        for name in SECTIONS:
            if name == "outage":
                running.close()  # while PostgreSQL is away, the others' pools would look for it on our two cores
            if name in sections and name not in ("build", "quota"):
                yield from _guarded(name, _section(name, place, largest, servers, scale, work, beside))


def _guarded(name: str, section: Iterator[Measure]) -> Iterator[Measure]:
    """Where one fails, the others are measured all the same."""
    started = time.monotonic()
    print(f"--- {name}", flush=True)
    try:
        yield from section
        print(f"--- {name}: {time.monotonic() - started:.0f} s", flush=True)
    except (Exception, SystemExit) as wrong:
        print("".join(traceback.format_exception(wrong)), file=sys.stderr, flush=True)
        yield failed(f"{name}: could not be measured")


def _section(
    name: str, place: Site, largest: Registry, servers: Servers, scale: Scale, work: Path, beside: Path
) -> Iterator[Measure]:
    match name:
        case "lookups":
            yield from single.measure(place, largest, servers, scale.pace, work)
        case "books":
            yield from books.measure(place, largest, servers, scale.pace, work)
        case "sizes":
            drawing = (scale.drawings or beside) / DRAWING
            with ExitStack() as stack:
                registries = [place.open(count, first=False) for count in scale.accounts[:-1]]
                for of in registries:
                    stack.enter_context(stores.followed(of))
                yield from sizes.measure(place, [*registries, largest], servers, scale.pace, work, drawing)
        case "memory":
            yield from footprint.measure(largest, servers.ours(largest), scale.pace.seconds, work)
        case "snapshot":
            yield from snapshot.measure(largest, work)
        case "outage":
            yield from outage.measure(
                place, largest, scale.outages, BOUND_SECONDS, work, wait=scale.wait_for_bound
            )
        case "freshness":
            yield from freshness.measure(largest, scale.revocations, work)
