"""What a day's rounds come to: bars, shares, minutes, and the time that nobody measured."""

from datetime import UTC, date, datetime, timedelta

import pytest

from registry.status.drawing.days import (
    HEIGHT,
    LOWEST,
    Bar,
    bars,
    duration,
    lines,
    seconds_missing,
    share,
    uptime_of,
)
from registry.status.ledger import Day

EVERY = 30.0
YESTERDAY, TODAY = date(2026, 11, 21), date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)  # 17.00 in Jakarta: 2,040 rounds


def bar(day: Day) -> Bar:
    return bars([day], NOW, every=EVERY)[0]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (1.0, "100%"),
        (0.9999, "99.99%"),
        (0.99999, "99.99%"),
        (1 - 1e-6, "99.99%"),
        (0.5, "50%"),
        (0.501, "50.10%"),
        (0.0, "0%"),
        (0.00005, "0%"),
    ],
)
def test_a_share_is_never_rounded_up(part: float, said: str) -> None:
    assert share(part).en == said
    assert share(part).id == said.replace(".", ",")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "–"),
        (1, "1 min"),
        (60, "1 min"),
        (61, "2 min"),
        (3600, "1 h"),
        (3599, "1 h"),
        (3660, "1 h 1 min"),
        (86_400, "24 h"),
    ],
)
def test_a_duration_counts_the_minute_that_has_begun(seconds: float, said: str) -> None:
    assert duration(seconds).en == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([Day(YESTERDAY)] * 90, "No data"),
        ([Day(YESTERDAY)] * 89 + [Day(TODAY, 40)], "100% uptime (20 min)"),
        ([Day(YESTERDAY)] * 89 + [Day(TODAY, 2880, failed=288)], "90% uptime (24 h)"),
        ([Day(YESTERDAY)] * 60 + [Day(YESTERDAY, 2880)] * 30, "100% uptime (30 days)"),
        ([Day(YESTERDAY)] * 8 + [Day(YESTERDAY, 2880)] * 82, "100% uptime"),
        ([Day(YESTERDAY, 1440, planned=1440, failed=1)] * 90, "99.93% uptime"),  # maintenance is no hole
    ],
)
def test_a_share_of_little_says_of_how_much(days: list[Day], said: str) -> None:
    assert uptime_of(days, every=EVERY).en == said


@pytest.mark.parametrize(
    ("day", "missing"),
    [
        (Day(YESTERDAY), 86_400),
        (Day(YESTERDAY, 2880), 0),
        (Day(YESTERDAY, 2000, planned=880), 0),
        (Day(YESTERDAY, 2879), 30),
        (Day(YESTERDAY, 3000), 0),  # rounds came faster once
        (Day(TODAY), 17 * 3600),
        (Day(TODAY, 2040), 0),
        (Day(TODAY, 2000), 1200),
        (Day(TODAY + timedelta(days=1)), 0),  # a clock that was put back
    ],
)
def test_what_was_not_measured_is_counted(day: Day, missing: float) -> None:
    assert seconds_missing(day, NOW, every=EVERY) == missing


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (Day(YESTERDAY), "missing"),
        (Day(YESTERDAY, planned=2880), "planned"),
        (Day(YESTERDAY, 2880), "up"),
        (Day(YESTERDAY, 2880, degraded=100), "up"),
        (Day(YESTERDAY, 2880, degraded=200), "slow"),
        (Day(YESTERDAY, 2880, failed=1), "slow"),
        (Day(YESTERDAY, 2880, failed=29), "some"),
        (Day(YESTERDAY, 2880, failed=288), "much"),
        (Day(YESTERDAY, 2880, failed=2880), "much"),
    ],
)
def test_a_bar_is_coloured_by_what_failed_and_marked_beside(day: Day, level: str) -> None:
    found = bar(day)
    assert (found.level, found.marked) == (level, day.failed > 0)


def test_a_bar_is_as_high_as_its_day_was_measured() -> None:
    assert bar(Day(YESTERDAY, 2880)).height == HEIGHT
    assert bar(Day(YESTERDAY, 1440)).height == HEIGHT // 2
    assert bar(Day(YESTERDAY, 1)).height == bar(Day(YESTERDAY)).height == LOWEST
    assert bar(Day(TODAY, 2040)).height == HEIGHT  # as far as it has gone
    assert bar(Day(TODAY, 2039)).height == HEIGHT  # the round of right now
    assert bar(Day(TODAY, 2039)).missing.en == "–"


def test_just_after_midnight_nothing_is_missing_yet() -> None:
    midnight = datetime(2026, 11, 21, 17, 0, 5, tzinfo=UTC)
    (found,) = bars([Day(TODAY)], midnight, every=EVERY)
    assert found.level == "missing" and found.height == LOWEST


def test_all_bars_of_a_level_are_one_line() -> None:
    drawn = bars([Day(YESTERDAY, 2880), Day(TODAY, 2040, failed=1), Day(TODAY, 2040)], NOW, every=EVERY)
    assert lines(drawn) == [("up", "M2 38v-30M12 38v-30"), ("slow", "M7 38v-30M7 0v4")]
