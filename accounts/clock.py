"""The registry's only clock: the database's. Processes on many machines then agree on every term and lease."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection


def now() -> datetime:
    """The time at this very statement (not at the start of the transaction), in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)
    return moment


def here(moment: datetime) -> datetime:
    """The moment on the clock of the registry's staff (settings.TIME_ZONE)."""
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE))
