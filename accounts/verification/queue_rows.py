"""What one line of the queue says of a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext, ngettext

from accounts import clock
from accounts.people.models import User
from accounts.verification import priority, risk, workhours
from accounts.verification.models import Application, Claim, Decision, Status
from accounts.verification.risk import Risk

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Row:
    application: Application
    risk: Risk
    due: str
    overdue: bool
    age: str
    claim: Claim | None  # one that has not run out
    offered_to: User | None
    undo_until: datetime | None  # of a decision that the reader can take back


def rows(found: Sequence[Application], *, by: User) -> list[Row]:
    """For a page, by three queries whatever its length. What a line shows beside the case is read for these alone."""
    now = clock.now()
    details = risk.remembering(Application.objects.filter(pk__in=[case.pk for case in found]))
    read = {case.pk: case for case in details.select_related("cohort", "offered_to", "claim__reviewer")}
    applications = [read[case.pk] for case in found if case.pk in read]
    undo = _undo(applications, now, by=by)
    return [
        Row(
            application=row,
            risk=risk.of_read(row),
            due=_due(row, now),
            overdue=_is_open(row) and (priority.time_left(row, now) or timedelta(0)) < timedelta(0),
            age=_age(row, now),
            claim=row.lease(now),
            offered_to=row.offered_to if row.offered_until and row.offered_until > now else None,
            undo_until=undo.get(row.pk),
        )
        for row in applications
    ]


def in_words(working: timedelta, day: timedelta) -> str:
    """One unit is enough: minutes, hours, or days of the office. Rounded down."""
    working = abs(working)
    if working < HOUR:
        return gettext("%(minutes)d min") % {"minutes": working // timedelta(minutes=1)}
    if working < day:
        return gettext("%(hours)d h") % {"hours": working // HOUR}
    days = working // day
    return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}


def _due(application: Application, now: datetime) -> str:
    left = priority.time_left(application, now)
    if left is None or not _is_open(application):
        return ""
    time = {"time": in_words(left, workhours.office().day)}
    if left < timedelta(0):
        return gettext("overdue by %(time)s") % time
    if application.status == Status.NEEDS_INFORMATION:
        return gettext("%(time)s left, paused") % time
    return gettext("due in %(time)s") % time


def _age(application: Application, now: datetime) -> str:
    age = priority.age(application, now)
    if age is None or not _is_open(application):
        return ""
    return gettext("with us for %(time)s") % {"time": in_words(age, workhours.office().day)}


def _is_open(application: Application) -> bool:
    """Somebody is still to decide it."""
    return application.status in (
        Status.SUBMITTED,
        Status.NEEDS_INFORMATION,
        Status.DEFERRED,
        Status.AWAITING_SECOND,
    )


def _undo(applications: Sequence[Application], now: datetime, *, by: User) -> dict[str, datetime | None]:
    decided = [row.pk for row in applications if row.status == Status.DECIDED]
    if not decided:
        return {}
    own = Decision.objects.undoable(by, now).filter(application__in=decided)
    return dict(own.values_list("application", "effective_at"))
