"""Which actions a reviewer is offered on a case right now. The services check again; this only draws the buttons."""

from datetime import datetime

from accounts import clock
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.verification.claims import require_outsider, require_reviewer
from accounts.verification.models import Application, Status

ON_A_CLAIM = ["approve", "ask", "defer", "decline", "bar", "escalate", "release"]


def allowed_actions(application: Application, *, by: User, now: datetime | None = None) -> list[str]:
    """Names of services, in the order in which they are drawn."""
    now = now or clock.now()
    on_a_decision = application.status in (Status.AWAITING_SECOND, Status.DECIDED)
    try:
        (require_outsider if on_a_decision else require_reviewer)(application, by=by)
    except DomainError:
        return []
    if on_a_decision:
        return _on_a_decision(application, now, by=by)
    if application.status == Status.DEFERRED:
        return ["resume"]
    if application.status != Status.SUBMITTED:
        return []
    claim = application.lease(now)
    if claim is None:
        return ["claim"]
    if claim.reviewer_id != by.pk:
        return []
    escalated = application.escalated_by_id is not None  # once is enough
    return [action for action in ON_A_CLAIM if not (escalated and action == "escalate")]


def why_none(application: Application, *, by: User) -> DomainError | None:
    """What keeps this person of the reviewers from a case that waits for somebody; None where nothing does."""
    if application.status not in (Status.SUBMITTED, Status.DEFERRED) or not by.has_perm(
        "verification.review_application"
    ):
        return None
    try:
        require_reviewer(application, by=by)
    except DomainError as refusal:
        return refusal
    return None


def _on_a_decision(application: Application, now: datetime, *, by: User) -> list[str]:
    decision = next((one for one in application.decisions.all() if one.is_pending), None)
    if decision is None:
        return []
    authors = (decision.author_id, decision.seconded_by_id)
    if application.status == Status.DECIDED:
        return ["take_back"] if decision.is_undoable(now) and by.pk in authors else []
    may = by.pk not in authors and by.has_perm("verification.second_application")
    return ["second", "overrule"] if may else []
