"""The first reviewer's side: ask, defer, resume, approve, decline, bar, escalate."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings

from accounts import clock
from accounts.audit import journal as audit
from accounts.badges.models import Tier
from accounts.businesses import checks, lookalikes
from accounts.businesses.lists import PROTECTED_CATEGORIES
from accounts.businesses.lookalikes import LookAlike
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.pilot.models import Cohort
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberProof
from accounts.text import Text
from accounts.verification import notices, reasons
from accounts.verification.claims import renew_claim, require_claim, require_reviewer
from accounts.verification.effects import at_once, lock_whole_business, require_approvable
from accounts.verification.impartiality import this_round
from accounts.verification.models import Application, Decision, Outcome, Question, ReasonFor, Status
from accounts.verification.notes import write_note
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
def ask(
    application: Application,
    *,
    by: User,
    field: str = "",
    reason: str = "",
    fill: Mapping[str, str] | None = None,
    text: str = "",
) -> Application:
    """Put a question about one field to the owner, who has the ball until they answer.

    A coded reason, or the reviewer's own words, or both; a reason brings its field where no other is named.
    Raises Invalid: question_missing, question_field_missing, choice_unknown, or what is wrong with the reason.
    """
    application = _lock_claimed(application, "ask", by=by)
    wording: dict[str, str] = {}
    if reason:
        chosen = reasons.choose(reason, ReasonFor.ASK)
        wording, field = reasons.worded(chosen, fill), field or chosen.field
    if text.strip() or not reason:
        text = checks.required(text, "/text", code="question_missing")
    if field not in reasons.FIELDS:
        code = "choice_unknown" if field else "question_field_missing"
        raise Invalid(code, problems=[Problem(code, "/field")])
    question = Question.objects.create(
        application=application, asked_by=by, field=field, reason=reason, wording=wording, text=text
    )
    data = {"field": field, **({"reason": reason} if reason else {})}
    application = move(application, "ask", Status.NEEDS_INFORMATION, by=by, data=data)
    indonesian, english = (f"{sentence}\n\n{text}".strip() for sentence in reasons.text_of(question))
    said = Text(indonesian, english)
    notices.to_owners(application, "question_asked", question=said, field=reasons.FIELDS[field].label)
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
    fill: Mapping[str, str] | None = None,
    message: str = "",
    note: str = "",
    second_wished: bool = False,
) -> Application:
    """Decide against the application. `reason` is the code of a Reason, `fill` what goes into its placeholders."""
    application = _lock_claimed(application, "decline", by=by)
    wording = reasons.worded(reasons.choose(reason, ReasonFor.DECLINE), fill)
    return _decide(
        application,
        "decline",
        Outcome.DECLINE,
        by=by,
        note=note,
        second_wished=second_wished,
        reason=reason,
        wording=wording,
        message=message,
    )


@audit.transaction
def bar(
    application: Application,
    *,
    reason: str,
    by: User,
    fill: Mapping[str, str] | None = None,
    message: str = "",
    note: str = "",
    second_wished: bool = False,
) -> Application:
    """Decide against the business itself: it can't apply again, and its live badges are revoked."""
    lock_whole_business(application)  # without an undo window, the bar takes effect here
    application = _lock_claimed(application, "bar", by=by)
    wording = reasons.worded(reasons.choose(reason, ReasonFor.BAR), fill)
    return _decide(
        application,
        "bar",
        Outcome.BAR,
        by=by,
        note=note,
        second_wished=second_wished,
        reason=reason,
        wording=wording,
        message=message,
    )


@audit.transaction
def escalate(application: Application, *, note: str, by: User) -> Application:
    """Leave the case to a senior reviewer, and say in a note why. From then on only one who is not `by` decides it.

    Raises NotAllowed escalated_already; Invalid note_empty.
    """
    application = _lock_claimed(application, "escalate", by=by)
    if application.escalated_by_id:
        raise NotAllowed("escalated_already")
    checks.required(note, "/note", code="note_empty")
    write_note(application, text=note, by=by)
    return move(application, "escalate", Status.SUBMITTED, by=by, escalated_by=by, offered_to=None)


def four_eyes_due(
    application: Application, *, wished: bool, look_alikes: Sequence[LookAlike] | None = None
) -> bool:
    """Whether a second reviewer has to agree. Never after an overruling: then a senior reviewer decides alone.

    `look_alikes` are those of the name applied for, where they were read already.
    """
    if any(decision.overruled for decision in this_round(application)):
        return False
    if wished or application.category in PROTECTED_CATEGORIES or _cohort_asks_for_two(application):
        return True
    if look_alikes is None:
        look_alikes = lookalikes.of(application.display_name, besides=application.account)
    return any(name.protected for name in look_alikes)


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
    return application if hold else at_once(application)


def _lock_claimed(application: Application, action: str, *, by: User) -> Application:
    """The locked application, in a status that allows `action`, claimed by this reviewer."""
    application = lock(application)
    require_action(application, action)
    require_reviewer(application, by=by)
    require_claim(application, by=by)
    return application
