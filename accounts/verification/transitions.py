"""The application's state machine: one table, and the one function that writes a `status`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.errors import NotAllowed
from accounts.verification import priority
from accounts.verification.models import OPEN, Application, Claim, Status


@dataclass(frozen=True)
class Transition:
    action: str
    sources: tuple[Status, ...]
    targets: tuple[Status, ...]
    event: str
    who: str


S = Status
_UNDECIDED = (S.DECIDED, S.AWAITING_SECOND)
_OF_THE_FIRST_REVIEWER = ("approve", "decline", "bar", "ask", "defer", "escalate")

TRANSITIONS: dict[str, Transition] = {
    transition.action: transition
    for transition in [
        Transition("submit", (S.DRAFT,), (S.SUBMITTED,), "application.submitted", "owner"),
        Transition("ask", (S.SUBMITTED,), (S.NEEDS_INFORMATION,), "application.asked", "claim holder"),
        Transition("answer", (S.NEEDS_INFORMATION,), (S.SUBMITTED,), "application.answered", "owner"),
        Transition(
            "defer", (S.SUBMITTED,), (S.DEFERRED,), "application.deferred", "claim holder, until a date"
        ),
        Transition(
            "resume",
            (S.DEFERRED,),
            (S.SUBMITTED,),
            "application.resumed",
            "the clock on that date, or a reviewer",
        ),
        Transition(
            "approve",
            (S.SUBMITTED,),
            _UNDECIDED,
            "application.approval_decided",
            "claim holder; number proven",
        ),
        Transition("decline", (S.SUBMITTED,), _UNDECIDED, "application.decline_decided", "claim holder"),
        Transition("bar", (S.SUBMITTED,), _UNDECIDED, "application.bar_decided", "claim holder"),
        Transition(
            "escalate",
            (S.SUBMITTED,),
            (S.SUBMITTED,),
            "application.escalated",
            "claim holder, once; a senior reviewer decides",
        ),
        Transition(
            "second",
            (S.AWAITING_SECOND,),
            (S.DECIDED,),
            "application.seconded",
            "another person, with its permission",
        ),
        Transition(
            "overrule",
            (S.AWAITING_SECOND,),
            (S.SUBMITTED,),
            "application.overruled",
            "that other person, with a reason",
        ),
        Transition(
            "take_back",
            (S.DECIDED,),
            (S.SUBMITTED,),
            "application.taken_back",
            "its author, until it takes effect",
        ),
        Transition(
            "take_effect",
            (S.DECIDED,),
            (S.APPROVED, S.DECLINED, S.BARRED),
            "application.took_effect",
            "the clock, when the undo window is over and the guards still hold",
        ),
        Transition(
            "fall_back",
            (S.DECIDED,),
            (S.SUBMITTED,),
            "application.fell_back",
            "the clock, when a guard no longer holds",
        ),
        Transition(
            "contest",
            (S.DECLINED,),
            (S.SUBMITTED,),
            "application.contested",
            "owner, once; another reviewer decides",
        ),
        Transition(
            "withdraw",
            (S.DRAFT, S.SUBMITTED, S.NEEDS_INFORMATION, S.DEFERRED, S.AWAITING_SECOND),
            (S.WITHDRAWN,),
            "application.withdrawn",
            "owner",
        ),
        Transition(
            "lapse",
            (S.DRAFT, S.NEEDS_INFORMATION),
            (S.LAPSED,),
            "application.lapsed",
            "the clock, after 30 days",
        ),
    ]
}


def lock(application: Application) -> Application:
    """The application as it is now, locked; its account first, whose row is the lock of all that is about it."""
    businesses.locked(application.account)
    return (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("account__business", "cohort", "offered_to")
        .get(pk=application.pk)
    )


def require_action(application: Application, action: str) -> Transition:
    """The table's line. Raises NotAllowed: decided_by_another where somebody was faster, else wrong_status."""
    transition = TRANSITIONS[action]
    if application.status in transition.sources:
        return transition
    if application.status in _UNDECIDED:
        decision = application.decisions.pending().select_related("author").first()
        if decision is not None and action in _OF_THE_FIRST_REVIEWER:
            raise NotAllowed("decided_by_another", name=str(decision.author), status=application.status)
    raise NotAllowed("wrong_status", action=action, status=application.status)


def move(
    application: Application,
    action: str,
    to: Status,
    *,
    by: audit.Actor,
    data: dict[str, Any] | None = None,
    **facts: Any,
) -> Application:
    """Take a locked application over one line of the table, and release its claim.

    Raises NotAllowed wrong_status, ValueError for a target that is not on that line.
    """
    transition = require_action(application, action)
    if to not in transition.targets:
        raise ValueError(f"{action} does not lead to {to}")
    application.status = to
    application.changed_at = clock.now()
    application.ended_at = None if to in OPEN else application.changed_at
    for name, value in facts.items():
        setattr(application, name, value)
    queued = priority.settle(application, action)
    application.revision += 1
    application.save(update_fields=["status", "changed_at", "ended_at", "revision", *facts, *queued])
    Claim.objects.filter(application=application).delete()
    audit.record(
        transition.event, on=application, by=by, data={"status": to, "kind": application.kind, **(data or {})}
    )
    return application


def move_all(
    applications: Sequence[Application], action: str, to: Status, *, by: audit.Actor, **facts: Any
) -> None:
    """Take many applications of this transaction's own making over one line of the table, in one statement."""
    transition = TRANSITIONS[action]
    now = clock.now()
    if action in priority.NEW_CLOCK:
        facts["due_at"] = priority.due_from(now)
    moved = Application.objects.filter(
        pk__in=[application.pk for application in applications], status__in=transition.sources
    ).update(status=to, changed_at=now, revision=F("revision") + 1, **facts)
    if moved != len(applications) or to not in transition.targets:
        raise ValueError(f"{action} to {to} is not on the table for all of them")
    for application in applications:
        audit.record(transition.event, on=application, by=by, data={"status": to, "kind": application.kind})
