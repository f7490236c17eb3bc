"""Where a case stands in the queue: until when it is due, and how carefully it is to be read.

The due date is a moment while the registry has the ball, and a remainder of working time while the owner has it.
"""

from datetime import datetime, timedelta

from django.conf import settings

from accounts import clock
from accounts.verification import risk, workhours
from accounts.verification.models import Application, Status

NEW_CLOCK = ("submit", "contest")  # the actions that start the time for a review anew
JUDGED_ANEW = (
    "submit",
    "answer",
    "contest",
    "escalate",
)  # those after which a case may be riskier than before


def settle(application: Application, action: str) -> tuple[str, ...]:
    """Set the facts of the queue on an application that `action` has taken to its present status.

    Returns the names of the fields that were set.
    """
    changed: tuple[str, ...] = ()
    if action in NEW_CLOCK:
        application.due_at, application.time_left = due_from(clock.now()), None
        changed = ("due_at", "time_left")
    elif application.status == Status.NEEDS_INFORMATION and application.due_at is not None:
        application.time_left = workhours.office().between(clock.now(), application.due_at)
        application.due_at = None
        changed = ("due_at", "time_left")
    elif action == "answer":
        left = settings.REVIEW_WITHIN if application.time_left is None else application.time_left
        application.due_at, application.time_left = workhours.office().add(clock.now(), left), None
        changed = ("due_at", "time_left")
    if action in JUDGED_ANEW:
        application.risk = risk.of(application).level
        changed = (*changed, "risk")
    return changed


def due_from(submitted_at: datetime) -> datetime:
    return workhours.office().add(submitted_at, settings.REVIEW_WITHIN)


def time_left(application: Application, now: datetime) -> timedelta | None:
    """Working time until the review is due, negative when that is over; None where no clock was started."""
    if application.due_at is None:
        return application.time_left
    return workhours.office().between(now, application.due_at)


def age(application: Application, now: datetime) -> timedelta | None:
    """For how long the registry has had the ball: without nights and weekends, and without the owner's own time."""
    left = time_left(application, now)
    return None if left is None else settings.REVIEW_WITHIN - left
