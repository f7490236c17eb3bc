"""Everything that a reviewer reads before a decision. Reading it changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts import clock, names
from accounts.badges.models import Badge, DisplayPolicy
from accounts.businesses import lookalikes
from accounts.businesses.lookalikes import LookAlike
from accounts.businesses.models import Account, Bar, Membership, NumberDispute
from accounts.people.models import User
from accounts.proofs.models import NumberProof, ProofMethod
from accounts.spoken import spoken
from accounts.verification import risk
from accounts.verification.claims import is_outsider
from accounts.verification.comparison import Row, compare
from accounts.verification.deciding import CALL_BACK_WHILE, four_eyes_due
from accounts.verification.fetching import fetch
from accounts.verification.forms import ACTIONS, Action, ActionForm
from accounts.verification.live import Live, Step, last_seq, live, since
from accounts.verification.models import OPEN, Application, Decision, Note, Question, Reason
from accounts.verification.offers import ON_A_CLAIM, allowed_actions, why_none
from accounts.verification.preview import Preview, previews
from accounts.verification.reading_forms import ReadingForm
from accounts.verification.reasons import FIELDS, asked, choosable, text_of
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


@dataclass(frozen=True)
class Asked:
    """A question as it was sent; `field` is empty where it was asked before questions named one."""

    question: Question
    field: str
    text: str


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
    questions: list[Asked]
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
    why_none: str


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
    fetch(application)
    account = application.account
    members = list(account.business.memberships.all())
    proofs = [proof for proof in account.number_proofs.all() if proof.number == application.number]
    look_alikes = lookalikes.of(application.display_name, besides=account)
    history = timeline(application)
    now = clock.now()
    policy = DisplayPolicy.objects.order_by("-published_at").first()
    offers = _offers(application, now, by=by, proofs=proofs, refused=refused)
    return Case(
        application=application,
        account=account,
        comparison=compare(application, proofs=proofs, by=by, refused=reading),
        members=members,
        evidence=entries(application.evidence.all(), names=history.names, by=by),
        findings=[
            (finding, spoken(finding.sentence)) for finding in names.findings(application.display_name)
        ],
        look_alikes=[(alike, spoken(alike.why)) for alike in look_alikes],
        missing=[(needed.blocks, spoken(needed.text)) for needed in requirements(application)],
        proofs=proofs,
        live=live(application, by=by, now=now),
        seen=last,
        since=since(application, seen),
        risk=risk.of(application),
        overdue=application.due_at is not None and application.due_at < now,
        notes=list(application.notes.all()),
        questions=[_asked(question) for question in application.questions.all()],
        decisions=_decisions(application, now),
        badge=next(iter(account.badges.all()), None),
        bars=list(account.business.bars.order_by("barred_at")),
        disputes=[dispute for dispute in account.disputes.all() if dispute.settled_at is None],
        related=others(application, members=members),
        four_eyes=application.status in OPEN
        and four_eyes_due(application, wished=application.second_wished, look_alikes=look_alikes),
        previews=previews(application, policy),
        policy=policy,
        timeline=history,
        offers=offers,
        why_none=_why_none(application, offers, by=by),
    )


def _asked(question: Question) -> Asked:
    field = FIELDS.get(question.field)
    return Asked(question, spoken(field.label) if field else "", asked(question))


def _decisions(application: Application, now: datetime) -> list[Decided]:
    return [
        Decided(
            decision,
            spoken(text_of(decision)),
            decision.effective_at if decision.is_undoable(now) else None,
        )
        for decision in application.decisions.all()
    ]


def _why_none(application: Application, offers: list[Offer], *, by: User) -> str:
    """What keeps a reviewer from taking a case that waits: silence would look like a fault."""
    taken_up = {"claim", "resume", *ON_A_CLAIM}
    if any(offer.allowed and offer.action.name in taken_up for offer in offers):
        return ""
    refusal = why_none(application, by=by)
    return spoken(refusal.text) if refusal is not None else ""


def _offers(
    application: Application,
    now: datetime,
    *,
    by: User,
    proofs: list[NumberProof],
    refused: tuple[Action, ActionForm] | None,
) -> list[Offer]:
    offered = [ACTIONS[name] for name in allowed_actions(application, by=by, now=now)]
    if is_outsider(application, by=by):
        if _may_call_back(application, proofs, by=by):
            offered.append(ACTIONS["call_back"])
        if by.has_perm(ACTIONS["note"].permission):
            offered.append(ACTIONS["note"])
    reasons = choosable()  # one list for all forms
    offers = []
    for action in offered:
        is_refused = refused is not None and refused[0] is action
        form = (
            refused[1]
            if refused is not None and is_refused
            else fresh_form(action, application, reasons=reasons)
        )
        offers.append(Offer(action, form, allowed=True, open=is_refused))
    if refused is not None and refused[0] not in offered:
        after_claim = refused[0].name in ON_A_CLAIM and ACTIONS["claim"] in offered
        offers.insert(0, Offer(*refused, allowed=False, open=True, after_claim=after_claim))
    return offers


def fresh_form(
    action: Action, application: Application, data: Any = None, *, reasons: Iterable[Reason] | None = None
) -> ActionForm:
    """Ids of fields start with the action's name: several forms stand on one page."""
    initial = {"revision": application.revision}
    return action.form(data, auto_id=f"{action.name}-%s", initial=initial, reasons=reasons)


def _may_call_back(application: Application, proofs: list[NumberProof], *, by: User) -> bool:
    """The number is to be proven, and nobody has called back yet."""
    if application.status not in CALL_BACK_WHILE or not by.has_perm("proofs.record_call_back"):
        return False
    return all(proof.method != ProofMethod.CALL_BACK or proof.failed_at for proof in proofs)
