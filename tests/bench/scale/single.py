"""One look-up with everything (key, quota, ETag), beside how others would write it on the same rows."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.bench import wrk
from tests.bench.report import Measure, held, shown
from tests.bench.scale import numbers, rounds
from tests.bench.scale.comparisons import Servers, others
from tests.bench.scale.rounds import Kind, Pace, Rounds
from tests.bench.scale.site import Registry, Site
from tests.bench.server import Server

CONTACTS = "/v1/contacts/"
PLAIN, HALF = "look-up", "look-up, half of them conditional"
FAST = "FastAPI and asyncpg"
SERVERS = ("uvicorn", "granian")  # the faster of the two counts
VIEW_SETS = {"view set": "/plain/", "view set of one row": "/row/"}
OK, OK_BEHIND, BARE = 'Django view of b"ok"', 'Django view of b"ok" behind our middleware', 'WSGI of b"ok"'


def measure(site: Site, of: Registry, servers: Servers, pace: Pace, folder: Path) -> Iterator[Measure]:
    with others(of) as them:
        kinds = _kinds(of, servers.ours(of), servers.plain(of), them, folder)
        yield from _judged(rounds.measure(site, kinds, pace))


def _kinds(
    of: Registry, ours: Server, plain: Server, them: Mapping[str, Server], folder: Path
) -> dict[str, Kind]:
    asked = numbers.mixed(of.accounts)
    look_ups = [wrk.get(CONTACTS + number, of.key) for number in asked]
    tags = rounds.etags(ours.port, look_ups)
    half = [
        wrk.get(CONTACTS + number, of.key, tag if at % 2 else None)
        for at, (number, tag) in enumerate(zip(asked, tags, strict=True))
    ]
    every = wrk.write(folder / "look-ups", look_ups)
    mixed = wrk.write(folder / "half-conditional", half)
    nothing = wrk.write(folder / "ok", [wrk.get("/ok")])
    kinds = {
        PLAIN: Kind(ours, every),
        HALF: Kind(ours, mixed),
        OK: Kind(them["ok"], nothing),
        OK_BEHIND: Kind(them["ok behind"], nothing),
        BARE: Kind(them["bare"], nothing),
    }
    for name in SERVERS:  # as they have ETags too, they are asked for the same
        kinds |= {_fast(PLAIN, name): Kind(them[name], every), _fast(HALF, name): Kind(them[name], mixed)}
    for name, path in VIEW_SETS.items():
        file = wrk.write(folder / name, [wrk.get(path + number, of.key) for number in asked])
        kinds[name] = Kind(plain, file, refused=True)
    return kinds


def _fast(look_up: str, on: str) -> str:
    return f"{FAST} on {on}{look_up.removeprefix(PLAIN)}"


def _judged(measured: Rounds) -> Iterator[Measure]:
    for look_up in (PLAIN, HALF):
        others = {name: ([name], 8) for name in VIEW_SETS} | {
            FAST: ([_fast(look_up, on) for on in SERVERS], 3)
        }
        for other, (kinds, least) in others.items():
            faster = min(measured.faster(look_up, kind) for kind in kinds)
            cheaper = min(measured.cheaper(look_up, kind) for kind in kinds)
            in_all = min(measured.cheaper_in_all(look_up, kind) for kind in kinds)
            yield held(f"{look_up} : {other}, requests a second", faster, "times", ">=", least)
            yield held(f"{look_up} : {other}, CPU of the worker", cheaper, "times less", ">=", least)
            yield shown(f"{look_up} : {other}, CPU with PostgreSQL's", in_all, "times less")
        share = 100 * measured.faster(look_up, OK)
        yield held(f"{look_up} : {OK}, requests a second", share, "%", ">=", 80)
        for other in (OK_BEHIND, BARE):
            yield shown(f"{look_up} : {other}, requests a second", 100 * measured.faster(look_up, other), "%")
    yield from measured.explained()
