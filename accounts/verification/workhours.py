"""Time as the reviewers' office counts it: only the hours in which it is open. Pure arithmetic, no loop over days.

A moment's *position* is the working time from a fixed day until it; `add` and `between` are sums and differences of
positions. Nights, weekends and holidays have no length, so that all of their moments share one position.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

_MONDAY = date(2001, 1, 1).toordinal()  # position 0; earlier moments count backwards from it
_YEARS = range(2001, 2101)  # in which the holidays of every year are known


@dataclass(frozen=True)
class Office:
    """Monday to Friday from `opens` to `closes` on the clock of `zone`, which knows no summer time.

    `closed` holds the weekdays that are holidays, as their index among all weekdays, in order.
    """

    zone: ZoneInfo
    opens: time
    closes: time
    closed: tuple[int, ...]

    @property
    def day(self) -> timedelta:
        """The working time of one day."""
        return _since_midnight(self.closes) - _since_midnight(self.opens)

    def add(self, moment: datetime, working: timedelta) -> datetime:
        """The moment that is `working` time later, or earlier where that is negative.

        It is never outside of working hours: a term that ends with a day ends as the office closes.
        """
        days, rest = divmod(self._position(moment) + working, self.day)
        if not rest and working > timedelta(0):
            days, rest = days - 1, self.day
        opened = datetime.combine(self._date(days), self.opens, self.zone)
        return (opened + rest).astimezone(moment.tzinfo)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` until `end`; negative where `end` is earlier."""
        return self._position(end) - self._position(start)

    def _position(self, moment: datetime) -> timedelta:
        here = moment.astimezone(self.zone)
        weeks, weekday = divmod(here.toordinal() - _MONDAY, 7)
        index = weeks * 5 + min(weekday, 5)
        holidays = bisect_right(self.closed, index - 1)
        worked = timedelta(0)
        if weekday < 5 and not (holidays < len(self.closed) and self.closed[holidays] == index):
            worked = _since_midnight(here.time()) - _since_midnight(self.opens)
            worked = min(max(worked, timedelta(0)), self.day)
        return (index - holidays) * self.day + worked

    def _date(self, working_days: int) -> date:
        """The day that has so many working days before it, and is one."""
        index = working_days
        while (later := working_days + bisect_right(self.closed, index)) != index:
            index = later
        weeks, weekday = divmod(index, 5)
        return date.fromordinal(_MONDAY + weeks * 7 + weekday)


def office() -> Office:
    """As the settings have it."""
    return _office(
        settings.TIME_ZONE, *settings.WORKING_HOURS, tuple(settings.FIXED_HOLIDAYS), tuple(settings.HOLIDAYS)
    )


@lru_cache(maxsize=8)
def _office(
    zone: str, opens: time, closes: time, every_year: Sequence[tuple[int, int]], once: Iterable[date]
) -> Office:
    days = {date(year, month, day) for year in _YEARS for month, day in every_year} | set(once)
    indexes = {_weekday_index(day) for day in days if day.weekday() < 5}
    return Office(ZoneInfo(zone), opens, closes, tuple(sorted(indexes)))


def _weekday_index(day: date) -> int:
    weeks, weekday = divmod(day.toordinal() - _MONDAY, 7)
    return weeks * 5 + weekday


def _since_midnight(clock: time) -> timedelta:
    return timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )
