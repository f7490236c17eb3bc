"""The reviewers' side: ask, defer, resume, approve, decline, bar, second, overrule, take back."""

from datetime import date
from typing import Any

from django.conf import settings

from accounts import clock
from accounts.audit import journal as audit
from accounts.badges.models import Tier
from accounts.businesses import checks, lookalikes
from accounts.businesses.lists import PROTECTED_CATEGORIES
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.pilot.models import Cohort
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberProof
from accounts.verification import notices, reasons
from accounts.verification.claims import renew_claim, require_claim, require_outsider, require_reviewer
from accounts.verification.effects import lock_whole_business, require_approvable, take_effect
from accounts.verification.models import Application, Decision, Outcome, Question, Status
from accounts.verification.transitions import lock, move, require_action

CALL_BACK_WHILE = (Status.SUBMITTED, Status.NEEDS_INFORMATION, Status.DEFERRED)


@audit.transaction
def record_call_back(application: Application, *, note: str, by: User) -> NumberProof:
    """Note that the business answered at the number, while the case waits for a decision; it renews one's claim."""
    application = lock(application)
    if application.status not in CALL_BACK_WHILE:
        raise NotAllowed("wrong_status", action="call_back", status=application.status)
    proof = proofs.record_call_back(application.account, application.number, note=note, by=by)
    renew_claim(application, by=by)
    return proof


@audit.transaction
def ask(application: Application, *, text: str, by: User) -> Application:
    """Put a question to the owner, who has the ball until they answer."""
    application = _lock_claimed(application, "ask", by=by)
    text = _required(text, "/text", 2000)
    Question.objects.create(application=application, asked_by=by, text=text)
    application = move(application, "ask", Status.NEEDS_INFORMATION, by=by)
    notices.to_owners(application, "question_asked", question=text)
    return application


@audit.transaction
def defer(application: Application, *, until: date, by: User) -> Application:
    """Put aside until a date. Raises Invalid date_in_the_past."""
    application = _lock_claimed(application, "defer", by=by)
    if until <= clock.here(clock.now()).date():
        raise Invalid("date_in_the_past", problems=[Problem("date_in_the_past", "/until")])
    return move(
        application, "defer", Status.DEFERRED, by=by, data={"until": until.isoformat()}, resume_on=until
    )


@audit.transaction
def resume(application: Application, *, by: audit.Actor) -> Application:
    application = lock(application)
    if isinstance(by, User):
        require_reviewer(application, by=by)
    return move(application, "resume", Status.SUBMITTED, by=by, resume_on=None)


@audit.transaction
def approve(
    application: Application, *, tier: str, by: User, note: str = "", second_wished: bool = False
) -> Application:
    """Decide for the business, or hold the decision for a second reviewer where four eyes are due.

    Raises NotAllowed: wrong_status, decided_by_another, claim_missing, claim_held, number_not_proven, or a guard of
    `effects.require_approvable`; Forbidden: permission_missing, own_business.
    """
    application = _lock_claimed(application, "approve", by=by)
    if tier not in Tier.values:
        raise Invalid("tier_unknown", problems=[Problem("tier_unknown", "/tier")])
    require_approvable(application)
    return _decide(
        application, "approve", Outcome.APPROVE, by=by, note=note, second_wished=second_wished, tier=tier
    )


@audit.transaction
def decline(
    application: Application,
    *,
    reason: str,
    by: User,
    message: str = "",
    note: str = "",
    second_wished: bool = False,
) -> Application:
    """Decide against the application. `reason` is a code of `reasons.DECLINE_REASONS`."""
    application = _lock_claimed(application, "decline", by=by)
    reasons.check(reason, reasons.DECLINE_REASONS)
    return _decide(
        application,
        "decline",
        Outcome.DECLINE,
        by=by,
        note=note,
        second_wished=second_wished,
        reason=reason,
        message=message,
    )


@audit.transaction
def bar(
    application: Application,
    *,
    reason: str,
    by: User,
    message: str = "",
    note: str = "",
    second_wished: bool = False,
) -> Application:
    """Decide against the business itself: it can't apply again, and its live badges are revoked."""
    lock_whole_business(application)  # without an undo window, the bar takes effect here
    application = _lock_claimed(application, "bar", by=by)
    reasons.check(reason, reasons.BAR_REASONS)
    return _decide(
        application,
        "bar",
        Outcome.BAR,
        by=by,
        note=note,
        second_wished=second_wished,
        reason=reason,
        message=message,
    )


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
        decision.note = checks.length(f"{decision.note}\n\n{by}: {note}".strip(), 2000, "/note")
    decision.save(update_fields=["seconded_by", "effective_at", "note"])
    application = move(application, "second", Status.DECIDED, by=by, data={"outcome": decision.outcome})
    return _at_once(application)


@audit.transaction
def overrule(application: Application, *, reason: str, by: User) -> Application:
    """Refuse the first reviewer's decision; a senior reviewer who is neither then decides alone."""
    application = lock(application)
    decision = _require_second(application, "overrule", by=by)
    decision.undone_at, decision.undone_by, decision.overruled = clock.now(), by, True
    decision.undone_reason = _required(reason, "/reason", 500)
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
    decision.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    return move(application, "take_back", Status.SUBMITTED, by=by)


def four_eyes_due(application: Application, *, wished: bool) -> bool:
    """Whether a second reviewer has to agree. Never after an overruling: then a senior reviewer decides alone."""
    if application.decisions.overruled().exists():
        return False
    return (
        wished
        or application.category in PROTECTED_CATEGORIES
        or _cohort_asks_for_two(application)
        or any(
            name.protected for name in lookalikes.of(application.display_name, besides=application.account)
        )
    )


def _cohort_asks_for_two(application: Application) -> bool:
    """Its cohort, or, after the first application, the one in which the account has its place."""
    cohort = application.cohort or Cohort.objects.filter(places__account=application.account_id).first()
    return cohort is not None and cohort.four_eyes


def _decide(
    application: Application, action: str, outcome: Outcome, *, by: User, second_wished: bool, **facts: Any
) -> Application:
    for name in ("note", "message"):
        checks.length(checks.visible(facts.get(name, ""), f"/{name}", lines=True), 2000, f"/{name}")
    hold = four_eyes_due(application, wished=second_wished)
    effective_at = None if hold else clock.now() + settings.UNDO_WINDOW
    Decision.objects.create(
        application=application, outcome=outcome, author=by, effective_at=effective_at, **facts
    )
    to = Status.AWAITING_SECOND if hold else Status.DECIDED
    data = {name: facts[name] for name in ("tier", "reason") if facts.get(name)}
    application = move(
        application, action, to, by=by, data=data, second_wished=second_wished, offered_to=None
    )
    return application if hold else _at_once(application)


def _at_once(application: Application) -> Application:
    """Without an undo window, a decision takes effect where it was made."""
    return application if settings.UNDO_WINDOW else take_effect(application)


def _lock_claimed(application: Application, action: str, *, by: User) -> Application:
    """The locked application, in a status that allows `action`, claimed by this reviewer."""
    application = lock(application)
    require_action(application, action)
    require_reviewer(application, by=by)
    require_claim(application, by=by)
    return application


def _require_second(application: Application, action: str, *, by: User) -> Decision:
    require_action(application, action)
    require_permission(by, "verification.second_application")
    require_outsider(application, by=by)
    decision = application.decisions.pending().select_related("author").get()
    if decision.author_id == by.pk:
        raise NotAllowed("same_person")
    require_reviewer(application, by=by)
    return decision


def _required(text: str, pointer: str, limit: int) -> str:
    if not text.strip():
        raise Invalid("reason_required", problems=[Problem("reason_required", pointer)])
    return checks.length(checks.visible(text, pointer, lines=True), limit, pointer)
