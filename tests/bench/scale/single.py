"""One look-up with everything (key, quota, ETag), beside how others would write it on the same rows."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

from tests.bench import server, wrk
from tests.bench.report import Measure, held, shown
from tests.bench.scale import numbers, rounds
from tests.bench.scale.comparisons import compared, served
from tests.bench.scale.rounds import Kind, Pace, Rounds
from tests.bench.scale.site import Registry, Site

CONTACTS = "/v1/contacts/"
# The look-ups, and what each is compared with of its own kind: only FastAPI's has ETags.
PLAIN, HALF = "look-up", "look-up, half of them conditional"
FAST = {PLAIN: "FastAPI and asyncpg", HALF: "FastAPI and asyncpg, half of them conditional"}
VIEW_SETS = {"view set": "/plain/", "view set of one row": "/row/"}
OK, OK_BEHIND, BARE = 'Django view of b"ok"', 'Django view of b"ok" behind our middleware', 'WSGI of b"ok"'


def measure(site: Site, of: Registry, pace: Pace, folder: Path) -> Iterator[Measure]:
    with ExitStack() as stack:
        ours = stack.enter_context(served(of))
        them = compared(of, stack)
        measured = rounds.measure(site, _kinds(of, ours, them, folder), pace)
        yield from _judged(measured, of)
        held_by = ours.memory()
        yield shown("web worker after the look-ups, RSS", held_by["VmRSS"], "MB")


def _kinds(
    of: Registry, ours: server.Server, them: Mapping[str, server.Server], folder: Path
) -> dict[str, Kind]:
    asked = numbers.mixed(of.accounts)
    plain = [wrk.get(CONTACTS + number, of.key) for number in asked]
    tags = rounds.etags(ours.port, plain)
    half = [
        wrk.get(CONTACTS + number, of.key, tag if at % 2 else None)
        for at, (number, tag) in enumerate(zip(asked, tags, strict=True))
    ]
    every = wrk.write(folder / "look-ups", plain)
    mixed = wrk.write(folder / "half-conditional", half)
    nothing = wrk.write(folder / "ok", [wrk.get("/ok")])
    kinds = {
        PLAIN: Kind(ours, every),
        HALF: Kind(ours, mixed),
        FAST[PLAIN]: Kind(them["fast"], every),
        FAST[HALF]: Kind(them["fast"], mixed),
        OK: Kind(them["ok"], nothing),
        OK_BEHIND: Kind(them["ok behind"], nothing),
        BARE: Kind(them["bare"], nothing),
    }
    for name, path in VIEW_SETS.items():
        file = wrk.write(folder / name, [wrk.get(path + number, of.key) for number in asked])
        kinds[name] = Kind(them["plain"], file, refused=True)
    return kinds


def _judged(measured: Rounds, of: Registry) -> Iterator[Measure]:
    for look_up in (PLAIN, HALF):
        for other, least in (*((name, 8) for name in VIEW_SETS), (FAST[look_up], 3)):
            versus = f"{look_up} : {other}"
            yield held(f"{versus}, requests a second", measured.faster(look_up, other), "times", ">=", least)
            yield held(
                f"{versus}, CPU of the worker", measured.cheaper(look_up, other), "times less", ">=", least
            )
            yield shown(
                f"{versus}, CPU with PostgreSQL's", measured.cheaper_in_all(look_up, other), "times less"
            )
        share = 100 * measured.faster(look_up, OK)
        yield held(f"{look_up} : {OK}, requests a second", share, "%", ">=", 80)
        yield shown(
            f"{look_up} : {OK_BEHIND}, requests a second", 100 * measured.faster(look_up, OK_BEHIND), "%"
        )
        yield shown(f"{look_up} : {BARE}, requests a second", 100 * measured.faster(look_up, BARE), "%")
    yield from measured.explained()
