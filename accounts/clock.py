"""The registry's only clock: the database's. Processes on many machines then agree on every term and lease."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The time at this very statement (not at the start of the transaction), in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (moment,) = cursor.fetchone()
    assert isinstance(moment, datetime)
    return moment
