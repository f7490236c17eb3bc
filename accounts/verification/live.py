"""What a page that is open asks again and again: who has the case, where it stands, what happened to it since."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts import clock
from accounts.audit.models import Event
from accounts.people.models import User
from accounts.verification.models import Application, Claim, Decision, Status
from accounts.verification.timeline import KINDS, names_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MOST_SINCE = 10  # steps that are told to somebody whose page was stale


@dataclass(frozen=True)
class Live:
    """`until` is the end of the lease, `effective_at` of the undo window; both None where there is none."""

    revision: int
    status: str
    holder: str
    mine: bool
    until: datetime | None
    effective_at: datetime | None
    now: datetime
    said: str

    def as_json(self) -> dict[str, Any]:
        return {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in vars(self).items()
        }


def live(application: Application, *, by: User, now: datetime | None = None) -> Live:
    now = now or clock.now()
    claim = application.lease(now)
    undoable: list[Decision] = []
    if application.status == Status.DECIDED:
        undoable = [decision for decision in application.decisions.all() if decision.is_undoable(now)]
    return Live(
        revision=application.revision,
        status=application.status,
        holder=str(claim.reviewer) if claim else "",
        mine=claim is not None and claim.reviewer_id == by.pk,
        until=claim.until if claim else None,
        effective_at=undoable[0].effective_at if undoable else None,
        now=now,
        said=_said(application, claim, by),
    )


def _said(application: Application, claim: Claim | None, by: User) -> str:
    """Who has it, in one line."""
    if claim is not None:
        until = f"{clock.here(claim.until):%H:%M}"
        if claim.reviewer_id == by.pk:
            return _("Claimed by you until %(time)s.") % {"time": until}
        return _("Claimed by %(name)s until %(time)s.") % {"name": claim.reviewer, "time": until}
    return _("Nobody has claimed it.") if application.status == Status.SUBMITTED else ""


@dataclass(frozen=True)
class Step:
    at: datetime
    what: "StrOrPromise"
    by: "StrOrPromise"


def last_seq(application: Application) -> int:
    """Of the journal about this case: what a page carries to say how much of it was seen."""
    return Event.objects.filter(on=application.pk).aggregate(last=Max("seq"))["last"] or 0


def since(application: Application, seen: str) -> list[Step]:
    """What was done to the case after `seen` (a `last_seq` as a form sent it), the oldest first."""
    if not (seen.isascii() and seen.isdigit() and len(seen) < 19):
        return []
    events = list(Event.objects.filter(on=application.pk, seq__gt=int(seen)).order_by("seq")[:MOST_SINCE])
    names = names_of(event.by for event in events)
    return [
        Step(event.at, KINDS.get(event.kind, event.kind), names.get(event.by, event.by)) for event in events
    ]
