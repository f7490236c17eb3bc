"""The periods that the figures can be of: whole days on the clock of the registry's staff."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.errors import Invalid, Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LAST_DAYS: dict[str, tuple[int, "StrOrPromise"]] = {
    "7": (7, _("the last 7 days")),
    "30": (30, _("the last 30 days")),
    "90": (90, _("the last 90 days")),
}
USUAL = "30"
MONTHS = 24  # that can be chosen, this one included


@dataclass(frozen=True)
class Period:
    """From the start of `first` to the end of `last`."""

    code: str
    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), ZoneInfo(settings.TIME_ZONE))

    @property
    def end(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time(), ZoneInfo(settings.TIME_ZONE))

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=place) for place in range((self.last - self.first).days + 1)]


def today() -> date:
    return clock.here(clock.now()).date()


def choices(now: date) -> list[tuple[str, "StrOrPromise"]]:
    return [
        *((code, label) for code, (_days, label) in LAST_DAYS.items()),
        *((f"{first:%Y-%m}", date_format(first, "F Y")) for first in _months(now)),
    ]


def period_of(code: str, now: date) -> Period:
    """Raises Invalid period_unknown: neither a number of days that is offered, nor one of the last months."""
    if code in LAST_DAYS:
        days, _label = LAST_DAYS[code]
        return Period(code, now - timedelta(days=days - 1), now)
    for first in _months(now):
        if code == f"{first:%Y-%m}":
            return Period(code, first, _next_month(first) - timedelta(days=1))
    raise Invalid("period_unknown", problems=[Problem("period_unknown", "/period")])


def _months(now: date) -> list[date]:
    """The first days of the last months, the newest first."""
    months = [now.replace(day=1)]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
