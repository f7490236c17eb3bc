"""How the page tells a moment: Jakarta's time first, and UTC beside it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from accounts.text import Text

WIB = ZoneInfo("Asia/Jakarta")  # the days of the page are days there
MONTHS = (
    Text("Januari", "January"),
    Text("Februari", "February"),
    Text("Maret", "March"),
    Text("April", "April"),
    Text("Mei", "May"),
    Text("Juni", "June"),
    Text("Juli", "July"),
    Text("Agustus", "August"),
    Text("September", "September"),
    Text("Oktober", "October"),
    Text("November", "November"),
    Text("Desember", "December"),
)
DAY = Text("{day} {month} {year}", "{day} {month} {year}")
CLOCK = Text("{wib} WIB ({utc} UTC)", "{wib} WIB ({utc} UTC)")
FULL = Text("{date}, {clock}", "{date}, {clock}")


def moment(seconds: float) -> datetime:
    """Of Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def day_of(at: datetime) -> date:
    return at.astimezone(WIB).date()


def clock(at: datetime) -> Text:
    """17.04 WIB (10.04 UTC)"""
    return CLOCK.format(wib=_hour(at.astimezone(WIB)), utc=_hour(at.astimezone(UTC)))


def day(day: date) -> Text:
    return DAY.format(day=day.day, month=MONTHS[day.month - 1], year=day.year)


def full(at: datetime) -> Text:
    """22 November 2026, 17.04 WIB (10.04 UTC): the day is Jakarta's."""
    return FULL.format(date=day(day_of(at)), clock=clock(at))


def _hour(at: datetime) -> Text:
    indonesian, english = f"{at:%H.%M}", f"{at:%H:%M}"
    return Text(indonesian, english)


def iso(at: datetime) -> str:
    """2026-11-22T10:04:05.000Z, as Statuspage's documents and <time> have it."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
