"""How the page tells a moment: Jakarta's time first, and UTC beside it."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from accounts.text import Text

WIB = ZoneInfo("Asia/Jakarta")  # the days of the page are days there
_MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
           "November", "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip


def moment(seconds: float) -> datetime:
    """Of Unix seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def day_of(at: datetime) -> date:
    return at.astimezone(WIB).date()


def clock(at: datetime) -> Text:
    """17.04 WIB (10.04 UTC)"""
    wib, utc = at.astimezone(WIB), at.astimezone(UTC)
    return Text(f"{wib:%H.%M} WIB ({utc:%H.%M} UTC)", f"{wib:%H:%M} WIB ({utc:%H:%M} UTC)")


def day(day: date) -> Text:
    month = day.month - 1
    return Text(
        f"{day.day} {_MONTHS['id'][month]} {day.year}", f"{day.day} {_MONTHS['en'][month]} {day.year}"
    )


def full(at: datetime) -> Text:
    """22 November 2026, 17.04 WIB (10.04 UTC): the day is Jakarta's."""
    date_text, clock_text = day(day_of(at)), clock(at)
    return Text(f"{date_text.id}, {clock_text.id}", f"{date_text.en}, {clock_text.en}")


def iso(at: datetime) -> str:
    """2026-11-22T10:04:05.000Z, as Statuspage's documents and <time> have it."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
