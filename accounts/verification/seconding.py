"""What undoes or upholds a decision before it takes effect: the second reviewer's side, and taking back."""

from django.conf import settings

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification import notices
from accounts.verification.claims import require_outsider, require_reviewer
from accounts.verification.effects import at_once, lock_whole_business, require_approvable
from accounts.verification.models import Application, Decision, Outcome, Status
from accounts.verification.transitions import lock, move, require_action


@audit.transaction
def second(application: Application, *, by: User, note: str = "") -> Application:
    """Agree with the first reviewer. Raises NotAllowed same_person; Forbidden permission_missing, own_business."""
    if application.decisions.pending().filter(outcome=Outcome.BAR).exists():
        lock_whole_business(application)
    application = lock(application)
    decision = _require_second(application, "second", by=by)
    if decision.outcome == Outcome.APPROVE:
        require_approvable(application)
    decision.seconded_by = by
    decision.effective_at = clock.now() + settings.UNDO_WINDOW
    if note:
        checks.visible(note, "/note", lines=True)
        decision.note = checks.length(f"{decision.note}\n\n{by}: {note}".strip(), 2000, "/note")
    decision.save(update_fields=["seconded_by", "effective_at", "note"])
    application = move(application, "second", Status.DECIDED, by=by, data={"outcome": decision.outcome})
    return at_once(application)


@audit.transaction
def overrule(application: Application, *, reason: str, by: User) -> Application:
    """Refuse the first reviewer's decision; a senior reviewer who is neither then decides alone."""
    application = lock(application)
    decision = _require_second(application, "overrule", by=by)
    decision.undone_at, decision.undone_by, decision.overruled = clock.now(), by, True
    decision.undone_reason = checks.required(reason, "/reason", 500)
    decision.save(update_fields=["undone_at", "undone_by", "overruled", "undone_reason"])
    application = move(application, "overrule", Status.SUBMITTED, by=by, offered_to=None)
    notices.to_reviewer(decision.author, application, "overruled", reason=reason)
    return application


@audit.transaction
def take_back(application: Application, *, by: User) -> Application:
    """Undo one's own decision before it takes effect. Raises NotAllowed: undo_window_over, not_the_author."""
    require_permission(by, "verification.review_application")
    application = lock(application)
    if application.status in (Status.APPROVED, Status.DECLINED, Status.BARRED):
        raise NotAllowed("undo_window_over")
    require_action(application, "take_back")
    decision = application.decisions.pending().get()
    if by.pk not in (decision.author_id, decision.seconded_by_id):
        raise NotAllowed("not_the_author")
    now = clock.now()
    if decision.effective_at is not None and decision.effective_at <= now:
        raise NotAllowed("undo_window_over")
    decision.undone_at, decision.undone_by, decision.undone_reason = now, by, "taken_back"
    if by.pk == decision.author_id:
        decision.told_at = now  # it is no news to them
    decision.save(update_fields=["undone_at", "undone_by", "undone_reason", "told_at"])
    return move(application, "take_back", Status.SUBMITTED, by=by)


def _require_second(application: Application, action: str, *, by: User) -> Decision:
    require_action(application, action)
    require_permission(by, "verification.second_application")
    require_outsider(application, by=by)
    decision = application.decisions.pending().select_related("author").get()
    if decision.author_id == by.pk:
        raise NotAllowed("same_person")
    require_reviewer(application, by=by)
    return decision
