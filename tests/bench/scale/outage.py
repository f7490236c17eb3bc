"""PostgreSQL is really stopped: look-ups go on, as fast, without an error until the bound of staleness."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench import wrk
from tests.bench.report import Measure, held, shown
from tests.bench.scale import numbers, rounds, stores
from tests.bench.scale.comparisons import served
from tests.bench.scale.rounds import Pace
from tests.bench.scale.single import CONTACTS
from tests.bench.scale.site import Registry, Site
from tests.bench.server import Server

MARGIN_SECONDS = 3  # before the bound
SHORT_SECONDS = 2  # of the outage, where the bound is not waited for
BACK_WITHIN_SECONDS = 60
LEAST_PERCENT = 95


def measure(
    site: Site, of: Registry, pace: Pace, bound: int, folder: Path, *, wait: bool
) -> Iterator[Measure]:
    """`bound`: seconds of staleness after which the server refuses; a deployment's own is longer. `wait`: for it."""
    file = wrk.write(
        folder / "outage", [wrk.get(CONTACTS + one, of.key) for one in numbers.mixed(of.accounts)]
    )
    with served(of, CARDS_STALE_AFTER=str(bound // 3), CARDS_GIVE_UP_AFTER=str(bound)) as ours:
        wrk.send(ours.port, file, pace.seconds)
        shares, up, costs, errors = [], [], [], 0
        for turn in range(pace.rounds):
            before, cost = _sent(ours, file, pace.seconds)
            site.stop_postgres()
            try:
                without, cost_without = _sent(ours, file, pace.seconds)
            finally:
                site.start_postgres()
            _until_it_beats(of)
            shares.append(100 * without.a_second / before.a_second)
            costs.append(100 * cost_without / cost)
            up.append(before.a_second)
            errors += without.refused + without.broken
            print(f"  round {turn + 1} of {pace.rounds}", flush=True)
        yield held(
            "PostgreSQL stopped : running, look-ups a second", median(shares), "%", ">=", LEAST_PERCENT
        )
        yield shown("PostgreSQL stopped : running, CPU of the worker a look-up", median(costs), "%")
        yield shown("PostgreSQL running, look-ups a second", median(up), "1/s")
        yield held("PostgreSQL stopped, errors in these rounds", errors, "errors", "<=", 0)
        yield from _until_the_bound(site, of, bound, ours.port, file, wait=wait)


def _sent(ours: Server, file: Path, seconds: int) -> tuple[wrk.Outcome, float]:
    """And the CPU time of one."""
    before = ours.cpu_seconds()
    sent = wrk.send(ours.port, file, seconds)
    return sent, (ours.cpu_seconds() - before) / sent.answered


def _until_the_bound(
    site: Site, of: Registry, bound: int, port: int, file: Path, *, wait: bool
) -> Iterator[Measure]:
    request = wrk.get(CONTACTS + numbers.listed(of.accounts, 1)[0], of.key)
    stopped = time.monotonic()  # the last beat was before
    site.stop_postgres()
    try:
        left = max(1, int(stopped + bound - MARGIN_SECONDS - time.monotonic()))
        sent = wrk.send(port, file, left if wait else SHORT_SECONDS)
        said = rounds.ask(port, request).headers["Registry-Stale"]
        while wait and rounds.ask(port, request).status == 200 and time.monotonic() - stopped < 2 * bound:
            time.sleep(0.1)
        refused_after = time.monotonic() - stopped
    finally:
        site.start_postgres()
    what = f"PostgreSQL stopped for the {bound} s until the bound"
    yield held(f"{what}, errors", sent.refused + sent.broken, "errors", "<=", 0)
    yield shown(f"{what}, look-ups answered", sent.answered, "look-ups")
    if wait:
        yield shown(f"{what}, says Registry-Stale: true at its end", float(said == "true"), "yes = 1")
        yield shown(f"{what}, refused after", refused_after, "s")
    yield shown("PostgreSQL back → look-ups are fresh again", _until_it_beats(of), "s")


def _until_it_beats(of: Registry) -> float:
    """How long it takes the follower to find PostgreSQL again: seconds until the store is of a moment since now."""
    began = time.monotonic()
    while not stores.beats(of, within=time.monotonic() - began):
        if time.monotonic() - began > BACK_WITHIN_SECONDS:
            raise SystemExit("PostgreSQL is back, and the follower does not follow")
        time.sleep(0.02)
    return time.monotonic() - began
