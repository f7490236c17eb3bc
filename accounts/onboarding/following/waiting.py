"""How long an application still waits: how many are before it, and what the last weeks' decisions took.

Said of every application in review alike, whatever goes on inside (`OWNER_STATUS`): by the moment it was sent, never by
how risky it seems, which is the reviewers' own order.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts import clock
from accounts.verification import priority, workhours
from accounts.verification.figures_wait import usual_wait
from accounts.verification.models import UNDER_REVIEW, Application, Status

MOST_COUNTED = 200  # who has more before them is told so
EXACT = 10  # so few are named as they are
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Wait:
    ahead: int | None  # None where there is no row of others to stand in: an objection
    more: bool  # than `ahead`
    hours: int  # of working time, as it usually takes
    from_figures: bool  # else it is what the registry promises
    expected: datetime | None  # None where that moment is over, or no clock was started
    is_late: bool


def wait_of(application: Application) -> Wait | None:
    """None where nobody waits for the registry."""
    if application.status not in UNDER_REVIEW:
        return None
    now = clock.now()
    usual = usual_wait(now)
    working = usual or settings.REVIEW_WITHIN
    waited = priority.age(application, now)
    left = None if waited is None else working - waited
    ahead = None if application.contested else _ahead(application)
    return Wait(
        ahead=None if ahead is None else _about(ahead),
        more=ahead is not None and ahead > MOST_COUNTED,
        hours=max(1, -(-working // HOUR)),
        from_figures=usual is not None,
        expected=workhours.office().add(now, left) if left is not None and left > timedelta(0) else None,
        is_late=left is not None and left <= timedelta(0),
    )


def _ahead(application: Application) -> int:
    """Who waits for a reviewer and was sent earlier, counted no further than one past MOST_COUNTED."""
    if application.submitted_at is None:
        return 0
    earlier = Application.objects.filter(
        status__in=(Status.SUBMITTED, Status.AWAITING_SECOND), submitted_at__lt=application.submitted_at
    )
    return earlier.order_by()[: MOST_COUNTED + 1].count()


def _about(ahead: int) -> int:
    ahead = min(ahead, MOST_COUNTED)
    return ahead if ahead <= EXACT else round(ahead, -1)
