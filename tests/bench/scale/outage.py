"""PostgreSQL is really stopped: look-ups go on, as fast, without an error until the bound of staleness."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench import wrk
from tests.bench.report import Measure, held, shown
from tests.bench.scale import numbers, rounds
from tests.bench.scale.comparisons import served
from tests.bench.scale.rounds import Pace
from tests.bench.scale.single import CONTACTS
from tests.bench.scale.site import Registry, Site

BOUND_SECONDS = 30  # a deployment's own is longer (CARDS_GIVE_UP_AFTER)
MARGIN_SECONDS = 3
LEAST_PERCENT = 95


def measure(site: Site, of: Registry, pace: Pace, folder: Path) -> Iterator[Measure]:
    file = wrk.write(
        folder / "outage", [wrk.get(CONTACTS + one, of.key) for one in numbers.mixed(of.accounts)]
    )
    with served(of, CARDS_GIVE_UP_AFTER=str(BOUND_SECONDS)) as ours:
        wrk.send(ours.port, file, pace.seconds)
        shares, up, errors = [], [], 0
        for turn in range(pace.rounds):
            before = wrk.send(ours.port, file, pace.seconds)
            site.stop_postgres()
            try:
                without = wrk.send(ours.port, file, pace.seconds)
            finally:
                site.start_postgres()
            shares.append(100 * without.a_second / before.a_second)
            up.append(before.a_second)
            errors += without.refused + without.broken
            print(f"  round {turn + 1} of {pace.rounds}", flush=True)
        yield held(
            "PostgreSQL stopped : running, look-ups a second", median(shares), "%", ">=", LEAST_PERCENT
        )
        yield shown("PostgreSQL running, look-ups a second", median(up), "1/s")
        yield held("PostgreSQL stopped, errors in these rounds", errors, "errors", "<=", 0)
        yield from _until_the_bound(site, of, ours.port, file)


def _until_the_bound(site: Site, of: Registry, port: int, file: Path) -> Iterator[Measure]:
    request = wrk.get(CONTACTS + numbers.listed(of.accounts, 1)[0], of.key)
    time.sleep(2)  # the follower finds PostgreSQL again, and beats
    site.stop_postgres()
    stopped = time.monotonic()
    try:
        sent = wrk.send(port, file, BOUND_SECONDS - MARGIN_SECONDS)
        said = rounds.ask(port, request).headers["Registry-Stale"]
        while rounds.ask(port, request).status == 200 and time.monotonic() - stopped < 2 * BOUND_SECONDS:
            time.sleep(0.1)
        refused_after = time.monotonic() - stopped
    finally:
        site.start_postgres()
    back = time.monotonic()
    while rounds.ask(port, request).headers["Registry-Stale"] != "false":
        if time.monotonic() - back > 2 * BOUND_SECONDS:
            raise SystemExit("PostgreSQL is back, and look-ups are still stale")
        time.sleep(0.05)
    caught_up = time.monotonic() - back
    what = f"PostgreSQL stopped for the {BOUND_SECONDS} s until the bound"
    yield held(f"{what}, errors", sent.refused + sent.broken, "errors", "<=", 0)
    yield shown(f"{what}, look-ups answered", sent.answered, "look-ups")
    yield shown(f"{what}, says Registry-Stale: true at its end", float(said == "true"), "yes = 1")
    yield shown(f"{what}, refused after", refused_after, "s")
    yield shown("PostgreSQL back → look-ups are fresh again", caught_up, "s")
