"""What was measured is kept: over restarts, clocks that jump, a full disk, a file that is damaged."""

import sqlite3
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry.status.components import Status
from registry.status.judging import Health, Result
from registry.status.ledger import LATEST, Ledger, State
from registry.status.outages import Outage, followed
from registry.status.times import moment

EVERY = 30.0
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NOTHING = State({}, [])
OK, DOWN = Status.OPERATIONAL, Status.MAJOR


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "status" / "probes.sqlite3"


def result(at: datetime, outcome: Status = OK, **more: object) -> Result:
    return Result("forms", at.timestamp(), outcome, 12, **more)


def test_rounds_and_state_are_there_after_a_restart(path: Path) -> None:
    health = Health(DOWN, 5.0, ((5.0, DOWN), (35.0, DOWN)))
    outage = followed(None, {"forms": health}, 95.0)
    assert isinstance(outage, Outage)
    first = Ledger(path, every=EVERY)
    assert first.add([result(NOW, DOWN, reason="timeout")], State({"forms": health}, [outage]))
    first.close()
    again = Ledger(path, every=EVERY)
    assert again.state() == State({"forms": health}, [outage])
    assert again.latest(NOW)["forms"] == result(NOW, DOWN, reason="timeout")


def test_a_round_is_counted_once_however_often_it_is_measured(path: Path) -> None:
    """The clock was put back, or another prober was at it."""
    ledger = Ledger(path, every=EVERY)
    for outcome in (OK, DOWN, DOWN):
        ledger.add([result(NOW, outcome)], NOTHING)
    today = ledger.days(NOW, 1)["forms"][-1]
    assert (today.rounds, today.failed) == (1, 0)


def test_days_are_what_the_rounds_come_to(path: Path) -> None:
    ledger = Ledger(path, every=EVERY)
    midnight = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)  # in Jakarta
    for number in range(-40, 60):
        outcome = DOWN if number % 7 == 0 else Status.DEGRADED if number % 5 == 0 else OK
        ledger.add(
            [result(midnight + number * timedelta(seconds=EVERY), outcome, planned=number % 11 == 0)], NOTHING
        )
    raw = sqlite3.connect(path).execute("SELECT at, outcome, planned FROM probe").fetchall()
    yesterday, today = ledger.days(NOW, 2)["forms"]
    for day, mine in (
        (yesterday, [row for row in raw if row[0] < midnight.timestamp()]),
        (today, [row for row in raw if row[0] >= midnight.timestamp()]),
    ):
        counted = [outcome for _, outcome, planned in mine if not planned]
        assert day.rounds == len(counted)
        assert day.failed == counted.count("major_outage")
        assert day.degraded == counted.count("degraded_performance")
        assert day.planned == sum(planned for *_, planned in mine)
        assert day.uptime == 1 - counted.count("major_outage") / len(counted)


@pytest.mark.parametrize(
    ("every", "expected"), [(10.0, (300, 3, 6)), (60.0, (50, 1, 1)), (30.0, (100, 1, 2))]
)
def test_with_rounds_of_another_length_a_day_that_is_over_stays_as_long(
    path: Path, every: float, expected: tuple[int, int, int]
) -> None:
    """PROBE_EVERY was changed. Fifty minutes stay fifty minutes, and no failure is lost."""
    first, noon = Ledger(path, every=30.0), datetime(2026, 11, 20, 5, tzinfo=UTC)
    for number in range(100):
        outcome = DOWN if number == 7 else Status.DEGRADED if number in (8, 9) else OK
        first.add([result(noon + number * timedelta(seconds=30), outcome)], NOTHING)
    first.close()
    for _ in range(2):  # once, however often it starts
        again = Ledger(path, every=every)
        day = next(day for day in again.days(NOW, 5)["forms"] if day.rounds)
        assert (day.rounds, day.failed, day.degraded) == expected
        assert again.latest(NOW)["forms"].at == noon.timestamp() + 99 * 30
        again.close()
    again = Ledger(path, every=every)
    again.add([result(NOW)], NOTHING)
    assert again.latest(NOW)["forms"] == result(NOW)
    assert again.days(NOW, 1)["forms"][-1].rounds == 1
    again.close()


def test_days_without_a_round_have_no_uptime(path: Path) -> None:
    ledger = Ledger(path, every=EVERY)
    ledger.add([result(NOW)], NOTHING)
    days = ledger.days(NOW, 90)["forms"]
    assert len(days) == 90
    assert [day.uptime for day in days] == [None] * 89 + [1.0]


def test_what_is_from_the_future_is_not_told_before_it_is_past(path: Path) -> None:
    ledger = Ledger(path, every=EVERY)
    ledger.add([result(NOW + timedelta(days=3), DOWN)], NOTHING)
    ledger.add([result(NOW)], NOTHING)
    assert ledger.latest(NOW)["forms"].outcome == OK
    assert sum(day.failed for day in ledger.days(NOW, 90)["forms"]) == 0


def test_a_damaged_file_is_set_aside_and_measuring_goes_on(path: Path) -> None:
    first = Ledger(path, every=EVERY)
    first.add([result(NOW)], NOTHING)
    first.close()
    path.write_bytes(b"no database at all, " * 500)
    again = Ledger(path, every=EVERY)
    assert again.add([result(NOW)], NOTHING)
    assert path.with_suffix(".damaged").exists()


def test_a_page_that_is_damaged_in_the_middle_is_noticed_at_the_start(path: Path) -> None:
    """Not months later, by the first question that needs it."""
    first = Ledger(path, every=EVERY)
    for number in range(600):
        first.waiting.append([result(NOW + number * timedelta(seconds=EVERY))])
    first.add([], NOTHING)
    first.close()
    whole = path.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    path.write_bytes(whole[:middle] + b"\xff" * 4096 + whole[middle + 4096 :])
    assert Ledger(path, every=EVERY).add([result(NOW)], NOTHING)
    assert path.with_suffix(".damaged").exists()


def test_a_file_that_was_removed_under_the_prober_is_begun_anew(path: Path) -> None:
    """What is written to a removed file is gone with the process."""
    ledger = Ledger(path, every=EVERY)
    ledger.add([result(NOW)], NOTHING)
    path.unlink()
    assert ledger.add([result(NOW + timedelta(seconds=EVERY))], NOTHING)
    assert Ledger(path, every=EVERY).latest(NOW + timedelta(days=1))["forms"].at > NOW.timestamp()


def test_a_file_that_is_damaged_under_the_prober_is_set_aside_as_well(path: Path) -> None:
    ledger = Ledger(path, every=EVERY)
    ledger.add([result(NOW)], NOTHING)
    sqlite3.connect(path).execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    path.write_bytes(b"no database at all, " * 500)
    assert ledger.add([result(NOW + timedelta(seconds=EVERY))], NOTHING)
    assert path.with_suffix(".damaged").exists()
    assert not ledger.waiting


FULL = """
import resource, sys
import django_stubs_ext
django_stubs_ext.monkeypatch()
from datetime import UTC, datetime, timedelta
from pathlib import Path
from registry.status.components import Status
from registry.status.judging import Result
from registry.status.ledger import Ledger, State

ledger = Ledger(Path(sys.argv[1]), every=30.0)
now = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
def add(number):
    at = (now + timedelta(seconds=30 * number)).timestamp()
    return ledger.add([Result("forms", at, Status.OPERATIONAL)], State({}, []))
assert add(0)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
assert [add(number) for number in range(1, 400)].count(False) == 399
assert ledger.latest(now + timedelta(days=1))["forms"].at > now.timestamp() + 30 * 300
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
assert add(400)
assert not ledger.waiting
print(ledger.days(now + timedelta(days=0), 1)["forms"][-1].rounds)
"""


def test_on_a_full_disk_rounds_wait_in_memory_and_are_written_when_there_is_room(path: Path) -> None:
    """The kernel refuses every write past a limit, as a full disk does (EFBIG instead of ENOSPC)."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "401"


def test_what_is_older_than_ninety_days_goes(path: Path) -> None:
    ledger = Ledger(path, every=EVERY)
    for ago in reversed(range(121)):
        ledger.add([result(NOW - timedelta(days=ago))], NOTHING)
    ledger.prune(NOW)
    kept = [at for (at,) in sqlite3.connect(path).execute("SELECT at FROM probe ORDER BY at")]
    assert [(NOW - moment(at)).days for at in kept] == list(reversed(range(92)))


def test_a_clock_that_jumps_a_year_ahead_costs_no_history(path: Path) -> None:
    ledger, ahead = Ledger(path, every=EVERY), NOW + timedelta(days=400)
    for at in (*(NOW - timedelta(days=ago) for ago in reversed(range(121))), ahead):
        ledger.add([result(at)], NOTHING)
    ledger.prune(ahead)
    assert all(day.rounds == 1 for day in ledger.days(NOW, 90)["forms"])


def test_the_newest_round_is_found_by_an_index_however_long_the_history_is(path: Path) -> None:
    """Seen before: 40 ms for each component and round after ninety days, all of which were sorted."""
    Ledger(path, every=EVERY).close()
    plan = sqlite3.connect(path).execute(f"EXPLAIN QUERY PLAN {LATEST}", ("lookups", 0.0)).fetchall()
    (step,) = (row[-1] for row in plan)
    assert step == "SEARCH probe USING INDEX probe_of_component_by_time (component=? AND at<?)"
