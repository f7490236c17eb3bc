"""Working time: Monday to Friday from 9 to 17 in Jakarta, without holidays."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.verification.workhours import office

JAKARTA = ZoneInfo("Asia/Jakarta")
HOUR = timedelta(hours=1)

moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(JAKARTA))  # noqa: DTZ001  # it gets the zone
spans = st.timedeltas(timedelta(days=-40), timedelta(days=40))


def at(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=JAKARTA)


def is_working_time(moment: datetime) -> bool:
    """Told the slow way, from the calendar."""
    here = moment.astimezone(JAKARTA)
    holiday = (here.month, here.day) in [(1, 1), (5, 1), (6, 1), (8, 17), (12, 25)]
    return here.weekday() < 5 and not holiday and time(9) <= here.time() <= time(17)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-11-16 10:00", 2, "2026-11-16 12:00"),
        ("2026-11-16 10:00", 16, "2026-11-18 10:00"),
        ("2026-11-16 09:00", 8, "2026-11-16 17:00"),  # a day's term ends with the day
        ("2026-11-16 09:00", 16, "2026-11-17 17:00"),
        ("2026-11-20 16:00", 2, "2026-11-23 10:00"),  # over a weekend
        ("2026-11-21 12:00", 1, "2026-11-23 10:00"),  # from a Saturday
        ("2026-11-16 03:00", 1, "2026-11-16 10:00"),  # before the office opens
        ("2026-11-16 23:00", 1, "2026-11-17 10:00"),  # after it has closed
        ("2026-12-24 16:00", 2, "2026-12-28 10:00"),  # Christmas is a Friday
        ("2026-08-14 16:00", 2, "2026-08-18 10:00"),  # so is the weekend before Independence Day, a Monday
        ("2026-11-16 10:00", -2, "2026-11-13 16:00"),  # overdue before the owner was asked
        ("2026-11-22 12:00", 0, "2026-11-23 09:00"),
    ],
)
def test_it_counts_working_hours_only(start: str, hours: int, due: str) -> None:
    assert office().add(at(start), hours * HOUR) == at(due)
    assert office().between(at(start), at(due)) == hours * HOUR


def test_a_holiday_that_moves_comes_from_the_settings(settings: Any) -> None:
    settings.HOLIDAYS = [
        at("2026-11-17 00:00").date(),
        at("2026-11-21 00:00").date(),
    ]  # the second is a Saturday
    assert office().add(at("2026-11-16 16:00"), 2 * HOUR) == at("2026-11-18 10:00")
    assert office().add(at("2026-11-20 16:00"), 2 * HOUR) == at("2026-11-23 10:00")


def test_the_answer_is_in_the_zone_of_the_question() -> None:
    due = office().add(datetime(2026, 11, 16, 3, tzinfo=UTC), 2 * HOUR)
    assert (due, due.tzinfo) == (datetime(2026, 11, 16, 5, tzinfo=UTC), UTC)


@given(moments, spans)
def test_what_is_added_lies_between(start: datetime, working: timedelta) -> None:
    assert office().between(start, office().add(start, working)) == working


@given(moments, spans)
def test_a_due_date_is_never_outside_of_working_time(start: datetime, working: timedelta) -> None:
    assert is_working_time(office().add(start, working))


@given(moments, moments, moments)
def test_stretches_of_time_add_up(one: datetime, two: datetime, three: datetime) -> None:
    here = office()
    assert here.between(one, two) + here.between(two, three) == here.between(one, three)
    assert here.between(one, two) == -here.between(two, one)
    assert (here.between(one, two) >= timedelta(0)) or two < one


@given(moments, st.integers(0, 14 * 24))
def test_it_agrees_with_counting_the_hours_one_by_one(start: datetime, hours: int) -> None:
    start = start.replace(minute=0, second=0, microsecond=0)
    counted = sum(
        is_working_time(start + hour * HOUR) and is_working_time(start + hour * HOUR + HOUR)
        for hour in range(hours)
    )
    assert office().between(start, start + hours * HOUR) == counted * HOUR
