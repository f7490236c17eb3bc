"""The same look-up on registries of different sizes, side by side; and what it costs, as a plot."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench import wrk
from tests.bench.report import Measure, held
from tests.bench.scale import numbers, plot, rounds
from tests.bench.scale.comparisons import Servers
from tests.bench.scale.rounds import Kind, Pace, Rounds
from tests.bench.scale.single import CONTACTS
from tests.bench.scale.site import Registry, Site

MOST_PERCENT_SLOWER = 10
OURS, PLAIN = "look-up", "view set"


def measure(
    site: Site, registries: Sequence[Registry], servers: Servers, pace: Pace, folder: Path, drawing: Path
) -> Iterator[Measure]:
    """`registries`: from the smallest to the largest, each followed."""
    kinds = {}
    for of in registries:
        asked = numbers.mixed(of.accounts)
        look_ups = wrk.write(folder / f"of-{of.accounts}", [wrk.get(CONTACTS + one, of.key) for one in asked])
        rows = wrk.write(folder / f"plain-{of.accounts}", [wrk.get(f"/plain/{one}", of.key) for one in asked])
        kinds[_named(OURS, of)] = Kind(servers.ours(of), look_ups)
        kinds[_named(PLAIN, of)] = Kind(servers.plain(of), rows, refused=True)
    measured = rounds.measure(site, kinds, pace)
    yield from _judged(measured, registries)
    drawing.parent.mkdir(parents=True, exist_ok=True)
    drawing.write_text(plot.drawn(_costs(measured, registries)))
    print(f"drawn: {drawing}")


def _named(what: str, of: Registry) -> str:
    return f"{what}, {of.accounts:,} accounts"


def _judged(measured: Rounds, registries: Sequence[Registry]) -> Iterator[Measure]:
    smallest, *larger = registries
    for of in larger:
        slower = 100 * (1 - measured.faster(_named(OURS, of), _named(OURS, smallest)))
        what = f"look-ups a second, {of.accounts:,} accounts : {smallest.accounts:,}"
        yield held(what, slower, "% slower", "<=", MOST_PERCENT_SLOWER)
    yield from measured.explained()


def _costs(measured: Rounds, registries: Sequence[Registry]) -> dict[str, list[tuple[int, float]]]:
    return {
        what: [(of.accounts, measured.cost(_named(what, of))) for of in registries] for what in (OURS, PLAIN)
    }
