"""Everything that a reviewer reads before a decision. Reading it changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from accounts import clock, names
from accounts.badges.models import Badge, DisplayPolicy
from accounts.businesses import lookalikes
from accounts.businesses.lookalikes import LookAlike
from accounts.businesses.models import Account, Bar, Membership, NumberDispute
from accounts.people.models import User
from accounts.proofs.models import NumberProof, ProofMethod
from accounts.verification import risk
from accounts.verification.comparison import Row, compare
from accounts.verification.deciding import CALL_BACK_WHILE, four_eyes_due
from accounts.verification.forms import ACTIONS, Action, ActionForm, spoken
from accounts.verification.live import Live, Step, last_seq, live, since
from accounts.verification.models import OPEN, Application, Decision, Note, Question
from accounts.verification.offers import ON_A_CLAIM, allowed_actions
from accounts.verification.preview import Preview, previews
from accounts.verification.reading_forms import ReadingForm
from accounts.verification.reasons import text_of
from accounts.verification.related import Others, others
from accounts.verification.requirements import requirements
from accounts.verification.risk import Risk
from accounts.verification.timeline import Timeline, timeline
from accounts.verification.viewing import Entry, entries


@dataclass(frozen=True)
class Decided:
    decision: Decision
    reason: str
    can_be_taken_back_until: datetime | None

    @property
    def pending(self) -> bool:
        return self.decision.undone_at is None and self.decision.took_effect_at is None


# After these, a reviewer may go on with the next case at once.
GO_ON = {"approve", "decline", "bar", "ask", "defer", "escalate", "second", "overrule"}


@dataclass(frozen=True)
class Offer:
    """An action with the form to take it; `open` when it is the one that was just refused.

    `after_claim`: it only lacks the claim, which may be had.
    """

    action: Action
    form: ActionForm
    allowed: bool
    open: bool
    after_claim: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether it can be sent with "and open the next"."""
        return self.action.name in GO_ON


@dataclass(frozen=True)
class Case:
    application: Application
    account: Account
    comparison: list[Row]
    members: list[Membership]
    evidence: list[Entry]
    findings: list[tuple[names.Finding, str]]
    look_alikes: list[tuple[LookAlike, str]]
    missing: list[tuple[str, str]]
    proofs: list[NumberProof]
    live: Live
    seen: int
    since: list[Step]
    overdue: bool
    risk: Risk
    notes: list[Note]
    questions: list[Question]
    decisions: list[Decided]
    badge: Badge | None
    bars: list[Bar]
    disputes: list[NumberDispute]
    related: Others
    four_eyes: bool
    previews: list[Preview]
    policy: DisplayPolicy | None
    timeline: Timeline
    offers: list[Offer]


def read(
    application: Application,
    *,
    by: User,
    refused: tuple[Action, ActionForm] | None = None,
    reading: ReadingForm | None = None,
    seen: str = "",
) -> Case:
    """The case as it is now. `refused` and `reading` are what was tried in vain, with what was typed.

    `seen` is how much of the journal stood on the page from which that was sent.
    """
    last = last_seq(application)  # before anything else is read: what comes in between counts as not seen
    _fetch(application)
    account = application.account
    files = list(application.evidence.order_by("uploaded_at"))
    members = list(account.business.memberships.select_related("person").order_by("pk"))
    proofs = list(
        NumberProof.objects.of(account, application.number)
        .select_related("recorded_by")
        .order_by("proven_at")
    )
    now = clock.now()
    policy = DisplayPolicy.objects.order_by("-published_at").first()
    return Case(
        application=application,
        account=account,
        comparison=compare(application, files=files, members=members, proofs=proofs, by=by, refused=reading),
        members=members,
        evidence=entries(files, by=by),
        findings=[
            (finding, spoken(finding.sentence)) for finding in names.findings(application.display_name)
        ],
        look_alikes=[
            (alike, spoken(alike.why)) for alike in lookalikes.of(application.display_name, besides=account)
        ],
        missing=[(needed.blocks, spoken(needed.text)) for needed in requirements(application)],
        proofs=proofs,
        live=live(application, by=by, now=now),
        seen=last,
        since=since(application, seen),
        risk=risk.of(application),
        overdue=application.due_at is not None and application.due_at < now,
        notes=list(application.notes.all()),
        questions=list(application.questions.all()),
        decisions=_decisions(application, now),
        badge=Badge.objects.of(account).order_by("-issued_at").first(),
        bars=list(account.business.bars.order_by("barred_at")),
        disputes=list(account.disputes.filter(settled_at=None).select_related("client")),
        related=others(application, members=members),
        four_eyes=application.status in OPEN and four_eyes_due(application, wished=application.second_wished),
        previews=previews(application, policy),
        policy=policy,
        timeline=timeline(application, [file.pk for file in files]),
        offers=_offers(application, by=by, members=members, refused=refused),
    )


def _fetch(application: Application) -> None:
    """What several parts of the page read, once for all of them, in the order in which it is shown."""
    decisions = Decision.objects.select_related("author", "seconded_by", "undone_by").order_by("decided_at")
    prefetch_related_objects(
        [application],
        Prefetch("decisions", decisions),
        Prefetch("questions", Question.objects.select_related("asked_by").order_by("asked_at")),
        Prefetch("notes", Note.objects.select_related("author").order_by("written_at")),
    )


def _decisions(application: Application, now: datetime) -> list[Decided]:
    return [
        Decided(
            decision,
            spoken(text_of(decision)),
            decision.effective_at if _is_open(decision, now) else None,
        )
        for decision in application.decisions.all()
    ]


def _is_open(decision: Decision, now: datetime) -> bool:
    return bool(
        decision.undone_at is None
        and decision.took_effect_at is None
        and decision.effective_at
        and decision.effective_at > now
    )


def _offers(
    application: Application,
    *,
    by: User,
    members: list[Membership],
    refused: tuple[Action, ActionForm] | None,
) -> list[Offer]:
    offered = [ACTIONS[name] for name in allowed_actions(application, by=by)]
    if all(member.person_id != by.pk for member in members):
        if _may_call_back(application, by=by):
            offered.append(ACTIONS["call_back"])
        if by.has_perm(ACTIONS["note"].permission):
            offered.append(ACTIONS["note"])
    offers = []
    for action in offered:
        is_refused = refused is not None and refused[0] is action
        form = refused[1] if refused is not None and is_refused else fresh_form(action, application)
        offers.append(Offer(action, form, allowed=True, open=is_refused))
    if refused is not None and refused[0] not in offered:
        after_claim = refused[0].name in ON_A_CLAIM and ACTIONS["claim"] in offered
        offers.insert(0, Offer(*refused, allowed=False, open=True, after_claim=after_claim))
    return offers


def fresh_form(action: Action, application: Application, data: Any = None) -> ActionForm:
    """Ids of fields start with the action's name: several forms stand on one page."""
    return action.form(data, auto_id=f"{action.name}-%s", initial={"revision": application.revision})


def _may_call_back(application: Application, *, by: User) -> bool:
    """The number is to be proven, and nobody has called back yet."""
    if application.status not in CALL_BACK_WHILE or not by.has_perm("proofs.record_call_back"):
        return False
    proofs = NumberProof.objects.standing().of(application.account, application.number)
    return not proofs.filter(method=ProofMethod.CALL_BACK).exists()
