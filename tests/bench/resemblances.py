"""Look-alikes of one name among very many live ones, in this process, the way a submission asks for them."""

import time
from collections import Counter
from collections.abc import Sequence
from random import Random
from statistics import median, quantiles

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.businesses import lookalikes
from tests.bench import dataset
from tests.bench.report import Measure, held, shown

LIMIT = 20  # milliseconds
ASKED = 400
COMMONEST = 40


def measure(count: int) -> tuple[list[Measure], str]:
    """The measures, and the plans of the two queries. Django is connected to the database that holds the names."""
    live = list(dataset.made_up_names(count))
    random = Random(dataset.SEED)
    commonest = [name for name, _ in Counter(live).most_common(COMMONEST)]
    some = [_mistyped(name, random) if at % 2 else name for at, name in enumerate(random.sample(live, ASKED))]
    _timed(commonest)  # the process's own tables of characters, and pages read for the first time
    ordinary, crowded = _timed(some), _timed(commonest * 5)
    most = max(len(lookalikes.of(name, limit=count)) for name in commonest)
    among = f"look-alikes of a name among {count:,}"
    return [
        held(f"{among}, median", median(ordinary), "ms", "<", LIMIT),
        held(f"{among}, 95 of 100 within", _p95(ordinary), "ms", "<", LIMIT),
        held(f"{among}, the {COMMONEST} commonest, median", median(crowded), "ms", "<", LIMIT),
        held(f"{among}, the {COMMONEST} commonest, 95 of 100 within", _p95(crowded), "ms", "<", LIMIT),
        shown("accounts with the commonest name", live.count(commonest[0]), "accounts"),
        shown("look-alikes found of one name, at most", most, "names"),
    ], _plans(commonest[0])


def _timed(names: Sequence[str]) -> list[float]:
    took = []
    for name in names:
        started = time.perf_counter()
        lookalikes.of(name)
        took.append(1_000 * (time.perf_counter() - started))
    return took


def _p95(took: Sequence[float]) -> float:
    return quantiles(took, n=20)[-1]


def _mistyped(name: str, random: Random) -> str:
    at = random.randrange(len(name) - 1)
    return name[:at] + random.choice("aeiou") + name[at + 1 :]


def _plans(name: str) -> str:
    """What PostgreSQL did for the protected names, then for the ordinary ones."""
    with CaptureQueriesContext(connection) as asked:
        lookalikes.of(name)
    lines = [f"Plans for the look-alikes of {name!r}:"]
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) {query['sql']}")
            lines += ["", *(_shortened(line) for (line,) in cursor.fetchall())]
    return "\n".join(lines)


def _shortened(line: str) -> str:
    """A condition lists some dozen keys."""
    return line if len(line) <= 100 else f"{line[:97]}..."
