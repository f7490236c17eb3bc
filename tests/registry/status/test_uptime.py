"""The percentages and durations of the page, counted a second time from the raw rounds."""

import random
import re
import sqlite3
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

from registry.status.components import COMPONENTS, KEYS, Status
from registry.status.drawing import files
from registry.status.incidents import Published
from registry.status.judging import Result
from registry.status.ledger import Ledger, State
from registry.status.picture import DAYS, Picture
from tests.registry.status.pictures import NOW

EVERY = 1800.0  # seconds: 48 rounds a day, so that 90 days are quickly made
NOTHING = State({}, [])


def test_the_page_says_what_the_raw_rounds_come_to(tmp_path: Path) -> None:
    """Days begin at midnight in Jakarta, planned rounds count neither way, what is rounded is rounded down."""
    dice = random.Random(2017)
    path = tmp_path / "probes.sqlite3"
    ledger = Ledger(path, every=EVERY)
    kinds = [Status.OPERATIONAL] * 40 + [Status.DEGRADED] * 3 + [Status.PARTIAL] * 2 + [Status.MAJOR]
    for ago in reversed(range(DAYS * 48)):
        at = (NOW - ago * timedelta(seconds=EVERY)).timestamp()
        results = [
            Result(key, at, dice.choice(kinds), planned=dice.random() < 0.02)
            for key in KEYS
            if dice.random() < 0.97
        ]
        ledger.add(results, NOTHING)
    picture = Picture(NOW, EVERY, ledger.latest(NOW), {}, ledger.days(NOW, DAYS), Published(NOW))
    page = files(picture)["en/index.html"].decode()
    ledger.close()

    raw = sqlite3.connect(path).execute(
        "SELECT component, date(at, 'unixepoch', '+7 hours'), outcome FROM probe WHERE NOT planned"
    )
    outcomes: dict[str, list[str]] = defaultdict(list)
    of_days: dict[tuple[str, str], list[str]] = defaultdict(list)
    first = (NOW + timedelta(hours=7) - timedelta(days=DAYS - 1)).date().isoformat()
    for component, day, outcome in raw:
        if day >= first:
            outcomes[component].append(outcome)
            of_days[component, day].append(outcome)

    def share(found: list[str]) -> str:
        failed = found.count("partial_outage") + found.count("major_outage")
        hundredths = (len(found) - failed) * 10_000 // len(found)
        return f"{hundredths / 100:.2f}".removesuffix(".00") + "%"

    shown = re.findall(r"<strong>([0-9.]+%) uptime</strong>", page)
    assert shown == [share(outcomes[one.key]) for one in COMPONENTS]
    rows = re.findall(r"<tr><th>(.*?)<td>(.*?)<td>", page)
    expected = [
        share(of_days[one.key, (NOW + timedelta(hours=7) - timedelta(days=ago)).date().isoformat()])
        for one in COMPONENTS
        for ago in range(DAYS)
    ]
    assert [uptime for _, uptime in rows] == expected
