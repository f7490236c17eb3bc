"""How long owners usually wait, for whoever waits now."""

from datetime import date, datetime, timedelta

from django.core.cache import cache

from accounts import clock
from accounts.verification import figures_queries as queries
from accounts.verification.figures import ENOUGH
from accounts.verification.figures_period import Period

WEEKS = 4  # whose decisions count
KEPT_FOR = 900  # seconds, in each process

USUAL = f"""
WITH {queries.WAITED}
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FROM waited
"""  # noqa: S608  # of constants


def usual_wait(now: datetime) -> timedelta | None:
    """The median working time from a submission to its decision, of the last weeks; None from too few to tell."""
    day = clock.here(now).date()
    hours: float | None = cache.get_or_set(f"usual_wait_{day}", lambda: _hours(day), KEPT_FOR)
    return None if hours is None else timedelta(hours=hours)


def _hours(day: date) -> float | None:
    period = Period("weeks", day - timedelta(weeks=WEEKS), day)
    ((cases, hours),) = queries.ask(USUAL, queries.parameters(period.start, period.end))
    return hours if cases >= ENOUGH else None
