"""Which actions a reviewer is offered on a case right now. The services check again; this only draws the buttons."""

from accounts import clock
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.verification.claims import require_reviewer
from accounts.verification.models import Application, Claim, Status

ON_A_CLAIM = ["approve", "ask", "defer", "decline", "bar", "escalate", "release"]


def allowed_actions(application: Application, *, by: User) -> list[str]:
    """Names of services, in the order in which they are drawn."""
    if application.status in (Status.AWAITING_SECOND, Status.DECIDED):
        return _on_a_decision(application, by=by)
    try:
        require_reviewer(application, by=by)
    except DomainError:
        return []
    if application.status == Status.DEFERRED:
        return ["resume"]
    if application.status != Status.SUBMITTED:
        return []
    claim = Claim.objects.filter(application=application, until__gt=clock.now()).first()
    if claim is None:
        return ["claim"]
    if claim.reviewer_id != by.pk:
        return []
    escalated = application.escalated_by_id is not None  # once is enough
    return [action for action in ON_A_CLAIM if not (escalated and action == "escalate")]


def _on_a_decision(application: Application, *, by: User) -> list[str]:
    decision = application.decisions.pending().first()
    if decision is None or application.account.business.memberships.filter(person=by).exists():
        return []
    authors = (decision.author_id, decision.seconded_by_id)
    if application.status == Status.DECIDED:
        still = decision.effective_at is not None and decision.effective_at > clock.now()
        return ["take_back"] if still and by.pk in authors else []
    may = by.pk not in authors and by.has_perm("verification.second_application")
    return ["second", "overrule"] if may else []
