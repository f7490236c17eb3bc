"""The whole domain driven at random, by Hypothesis: whatever people do in whatever order, the invariants hold.

Three accounts of two businesses, four reviewers, a messenger and the clock. What is refused changes nothing. A model of
its own reads the journal only, and has to draw the same cards as the registry.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import models, transaction
from django.db.models import F, Q
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.chain import breaks
from accounts.audit.models import Event, EventNumber
from accounts.badges import services as badges
from accounts.badges.cards import card
from accounts.badges.models import LIVE, Badge, BadgeStatus, Tier
from accounts.businesses import bars, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Bar, NumberDispute, NumberUse
from accounts.clients import services as clients
from accounts.display import queries
from accounts.errors import DomainError
from accounts.people import services as people
from accounts.people.roles import Role
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberProof
from accounts.verification import news
from accounts.verification import services as verification
from accounts.verification.models import Application, Claim, Decision, Kind, Outcome, Status
from accounts.verification.transitions import TRANSITIONS
from tests.factories import (
    make_account,
    make_approved,
    make_business,
    make_cohort,
    make_draft,
    make_owner,
    make_reviewer,
    owner_of,
)

NUMBERS = [f"+1202555019{last}" for last in range(6)]
NAMES = ["Warung Bu Siti", "Warung Bu Sitl", "Kopi Senja", "Roti Ada", "Bank Sentosa", "Bank Sent0sa"]
SHOWN_FOR = timedelta(days=90)  # how long a card says that a badge was taken away
HELD = (Status.SUBMITTED, Status.NEEDS_INFORMATION, Status.DEFERRED, Status.AWAITING_SECOND, Status.DECIDED)

WILD = 11  # picks from everything, not only from where the action is allowed
index = st.integers(0, WILD)
often = st.sampled_from([True, True, True, False])


@dataclass
class Told:
    """What the journal tells of one account."""

    number: str | None = None
    name: str | None = None
    vouched: bool = False  # approved, and not withdrawn since
    badge: str | None = None  # the latest one's status
    badge_id: str = ""
    was_suspended: bool = False
    approved_since: bool = False  # since the latest badge ended


class Domain(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()  # each run starts from the same empty registry
        self.undone.__enter__()
        # Rows made in one transaction could share a timestamp otherwise; the clock is the statement's.
        ada, mallory = make_owner("Ada", "ada@owner.example"), make_owner("Mallory", "mallory@owner.example")
        first, second = make_business(ada, registration_number="NIB-1"), make_business(mallory)
        self.accounts = [make_account(first), make_account(first), make_account(second)]
        self.reviewers = [make_reviewer(role=Role.REVIEWER), *(make_reviewer() for _ in range(3))]
        self.messenger = clients.create_app("Kai's messenger", "kai@app.example", by=audit.SYSTEM)
        self.cohort = make_cohort()
        businesses.protect("Bank Sentosa", category="finance", country="ID", by=audit.SYSTEM)
        self.told = {account.pk: Told() for account in self.accounts}
        self.justified: list[str] = []  # badges whose approval was looked up
        self.read = 0  # the last event that the model has read
        for account, tier, number in zip(self.accounts, Tier, NUMBERS, strict=False):
            make_approved(tier, account=account, cohort=self.cohort, number=number, display_name="Toko Jaya")
        self.cards = self.draw()

    def teardown(self) -> None:
        assert list(breaks()) == []
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    # How the steps are taken.

    def attempt(self, act: Callable[[], object]) -> None:
        """Do it. What is refused leaves no event, and no row of an application changed."""
        before = self._rows()
        last = Event.objects.count()
        try:
            act()
        except DomainError as refusal:
            note(f"refused: {refusal.code}")
            assert Event.objects.count() == last
            assert self._rows() == before

    def _rows(self) -> list[Any]:
        of_all = (Application, Decision, Account, Badge, NumberUse)
        return [list(model._default_manager.order_by("pk").values()) for model in of_all]

    def application(self, chosen: int, statuses: Iterable[Status] = ()) -> Application | None:
        """One in these statuses where there is one; now and then any other."""
        everything = Application.objects.order_by("created_at", "pk")
        fitting = list(everything.filter(status__in=list(statuses))) if chosen < WILD else list(everything)
        return fitting[chosen % len(fitting)] if fitting else None

    def badge(self, chosen: int) -> Badge | None:
        fitting = list(Badge.objects.filter(status__in=LIVE) if chosen < WILD else Badge.objects.all())
        return fitting[chosen % len(fitting)] if fitting else None

    # Owners.

    @rule(
        whose=index,
        kind=st.sampled_from(Kind),
        name=st.sampled_from(NAMES),
        number=st.sampled_from(NUMBERS),
        sent=often,
    )
    def apply(self, whose: int, kind: Kind, name: str, number: str, sent: bool) -> None:
        account = self._account(whose)
        if account.number is None:
            kind = Kind.NEW
        elif kind == Kind.NEW:
            kind = Kind.NAME_CHANGE
        changes = {
            Kind.NEW: {"display_name": name, "number": number},
            Kind.NAME_CHANGE: {"display_name": name},
            Kind.NUMBER_CHANGE: {"number": number},
            Kind.PROFILE_CHANGE: {"website": f"https://{number[1:]}.example"},
        }

        def start() -> None:
            with audit.together():
                make_draft(account, kind=kind, cohort=self.cohort, **changes.get(kind, {}))

        self.attempt(start)
        if sent:
            self.go_on(0, "submit")

    @rule(
        which=index,
        verb=st.sampled_from(["submit", "answer", "answer", "withdraw", "contest", "contest", "change"]),
    )
    def go_on(self, which: int, verb: str) -> None:
        sources = TRANSITIONS[verb].sources if verb != "change" else [Status.DRAFT, Status.NEEDS_INFORMATION]
        application = self.application(which, sources)
        if application is None:
            return
        owner = owner_of(application.account)
        wishes = {
            Kind.NEW: {"number": NUMBERS[which % 6], "display_name": NAMES[which % 6]},
            Kind.NUMBER_CHANGE: {"number": NUMBERS[which % 6]},
            Kind.NAME_CHANGE: {"display_name": NAMES[which % 6]},
        }
        acts: dict[str, Callable[[], object]] = {
            "submit": lambda: verification.submit(application, by=owner),
            "answer": lambda: verification.answer(application, text="In Bandung.", by=owner),
            "withdraw": lambda: verification.withdraw(application, by=owner),
            "contest": lambda: verification.contest(application, text="We are.", by=owner),
            "change": lambda: verification.change(
                application, revision=application.revision, by=owner, **wishes.get(Kind(application.kind), {})
            ),
        }
        self.attempt(acts[verb])

    @rule(whose=index)
    @precondition(lambda self: Account.objects.exclude(confirmed_at=None).count() > 1)
    def close(self, whose: int) -> None:
        account = self._account(whose)
        self.attempt(lambda: businesses.close_account(account, by=owner_of(account)))
        if self._account(whose).closed_at:
            another = make_account(account.business)
            self.accounts = [another if known.pk == account.pk else known for known in self.accounts]
            self.told[another.pk] = Told()

    def _account(self, whose: int) -> Account:
        return Account.objects.get(pk=self.accounts[whose % len(self.accounts)].pk)

    # Reviewers.

    @rule(
        which=index,
        who=index,
        verb=st.sampled_from(["approve"] * 5 + ["decline", "decline", "bar", "ask", "defer", "escalate"]),
        tier=st.sampled_from([Tier.VERIFIED, Tier.VERIFIED, Tier.CONFIRMED]),
        wished=st.sampled_from([False, False, False, True]),
        proven=often,
        waits=st.booleans(),
    )
    def decide(
        self, which: int, who: int, verb: str, tier: Tier, wished: bool, proven: bool, waits: bool
    ) -> None:
        application = self.application(which, [Status.SUBMITTED])
        if application is None:
            return
        reviewer = self.reviewers[who % 4]
        if proven:
            account, number = application.account, application.number
            self.attempt(lambda: proofs.record_call_back(account, number, note="", by=reviewer))
        self.attempt(lambda: verification.claim(application, by=reviewer))
        later = clock.now().date() + timedelta(days=2)
        acts: dict[str, Callable[[], object]] = {
            "approve": lambda: verification.approve(
                application, tier=tier, second_wished=wished, by=reviewer
            ),
            "decline": lambda: verification.decline(application, reason="not_a_business", by=reviewer),
            "bar": lambda: verification.bar(application, reason="fraud", by=reviewer),
            "ask": lambda: verification.ask(
                application,
                reason="document_missing",
                fill={"document": "NIB"} if proven else {},
                by=reviewer,
            ),
            "escalate": lambda: verification.escalate(application, note="Hard.", by=reviewer),
            "defer": lambda: verification.defer(application, until=later, by=reviewer),
        }
        self.attempt(acts[verb])
        if waits:
            self.time_passes(timedelta(minutes=6))

    @rule(
        which=index, who=index, verb=st.sampled_from(["second", "second", "overrule", "take_back", "resume"])
    )
    def look_again(self, which: int, who: int, verb: str) -> None:
        application = self.application(which, TRANSITIONS[verb].sources)
        if application is None:
            return
        reviewer = self.reviewers[who % 4]
        decision = application.decisions.pending().first()
        author = decision.author if decision else reviewer
        acts: dict[str, Callable[[], object]] = {
            "second": lambda: verification.second(application, by=reviewer),
            "overrule": lambda: verification.overrule(application, reason="No.", by=reviewer),
            "take_back": lambda: verification.take_back(application, by=author),
            "resume": lambda: verification.resume(application, by=reviewer),
        }
        self.attempt(acts[verb])

    @rule(who=index)
    def leave_and_come_back(self, who: int) -> None:
        reviewer = self.reviewers[who % 4]
        self.attempt(lambda: people.disable_staff(reviewer, by=audit.SYSTEM))
        assert not Claim.objects.filter(reviewer=reviewer).exists()
        assert not Application.objects.filter(offered_to=reviewer).exists()
        self.attempt(lambda: people.enable_staff(reviewer, by=audit.SYSTEM))

    @rule(who=index)
    def read_the_news(self, who: int) -> None:
        reviewer = self.reviewers[who % 4]
        for decision in news.for_reviewer(reviewer):
            assert decision.undone_by_id != reviewer.pk
            self.attempt(partial(news.acknowledge, decision, by=reviewer))
        assert news.for_reviewer(reviewer) == []

    @rule(which=index, who=index, verb=st.sampled_from(["suspend", "suspend", "reinstate", "revoke"]))
    @precondition(lambda self: Badge.objects.exists())
    def judge_badge(self, which: int, who: int, verb: str) -> None:
        if badge := self.badge(which):
            reviewer = self.reviewers[who % 4]
            acts: dict[str, Callable[[], object]] = {
                "suspend": lambda: badges.suspend(badge, reason="spam", by=reviewer),
                "reinstate": lambda: badges.reinstate(badge, by=reviewer),
                "revoke": lambda: badges.revoke(badge, reason="fraud", by=reviewer),
            }
            self.attempt(acts[verb])

    @rule()
    @precondition(lambda self: Bar.objects.filter(lifted_at=None).exists())
    def lift_bar(self) -> None:
        self.attempt(lambda: bars.lift(Bar.objects.filter(lifted_at=None)[0], by=self.reviewers[1]))

    # Numbers.

    @rule(
        whose=index,
        number=st.sampled_from(NUMBERS),
        verb=st.sampled_from(["fail", "prove", "declare", "release"]),
    )
    def say_of_a_number(self, whose: int, number: str, verb: str) -> None:
        account, reviewer = self._account(whose), self.reviewers[0]
        proven = account.number or number
        acts: dict[str, Callable[[], object]] = {
            "fail": lambda: proofs.fail(account, by=reviewer),
            "prove": lambda: proofs.record_call_back(account, proven, note="", by=reviewer),
            "declare": lambda: ownership.declare_personal(number, by=self.messenger),
            "release": lambda: ownership.release_personal(number, by=self.messenger),
        }
        self.attempt(acts[verb])

    @rule()
    @precondition(lambda self: NumberDispute.objects.filter(settled_at=None).exists())
    def settle(self) -> None:
        dispute = NumberDispute.objects.filter(settled_at=None)[0]
        self.attempt(lambda: ownership.settle_dispute(dispute, note="theirs", by=self.reviewers[1]))

    # The clock.

    @rule(
        span=st.sampled_from(
            [timedelta(minutes=6)] * 6 + [timedelta(days=days) for days in (1, 1, 31, 31, 100, 320, 366)]
        )
    )
    def time_passes(self, span: timedelta) -> None:
        """Every moment moves into the past, and the clock does what is due."""
        for model, names in MOMENTS.items():
            model._default_manager.update(**{name: F(name) - span for name in names})
        if span >= timedelta(days=1):
            Application.objects.exclude(resume_on=None).update(resume_on=F("resume_on") - span)
        self.cards = self.draw()  # what merely grew old needs no event
        while any(verification.tick().values()):
            pass

    # What always holds.

    @invariant()
    def one_live_badge_an_account(self) -> None:
        live = Badge.objects.live().values_list("account", flat=True)
        assert len(live) == len(set(live))
        assert not Badge.objects.live().filter(Q(account__number=None) | ~Q(account__closed_at=None)).exists()

    @invariant()
    def the_journal_has_no_gap(self) -> None:
        assert Event.objects.count() == (Event.objects.aggregate(last=models.Max("seq"))["last"] or 0)

    @invariant()
    def a_badge_only_where_an_effective_approval_precedes_it(self) -> None:
        for badge in Badge.objects.exclude(pk__in=self.justified):
            assert Decision.objects.filter(
                application=badge.cause,
                outcome=Outcome.APPROVE,
                tier=Tier.VERIFIED,
                took_effect_at__isnull=False,
            ).exists()
            issued = Event.objects.get(kind="badge.issued", on=badge.pk)
            effects = Event.objects.filter(kind="application.took_effect", on=badge.cause, seq__lt=issued.seq)
            assert effects.filter(data__outcome="approve", data__status="approved").exists()
            self.justified.append(badge.pk)

    @invariant()
    def numbers_belong_to_whom_the_accounts_say(self) -> None:
        uses = {use.number: use for use in NumberUse.objects.select_related("account")}
        for account in Account.objects.exclude(number=None):
            assert account.closed_at is None
            assert uses[account.number or ""].account_id == account.pk
        for number, use in uses.items():
            if use.account is None:
                assert use.declared_by == self.messenger
            elif use.account.number != number:
                held = Application.objects.filter(account=use.account, number=number, status__in=HELD)
                assert held.filter(kind__in=[Kind.NEW, Kind.NUMBER_CHANGE]).exists(), "held by nobody's wish"
        for application in Application.objects.filter(status__in=HELD, account__closed_at=None):
            assert uses[application.number].account_id == application.account_id

    @invariant()
    def a_status_is_what_its_last_event_says(self) -> None:
        steps = Event.objects.filter(on__startswith="app_", data__has_key="status").order_by("seq")
        last = dict(steps.values_list("on", "data__status"))
        for pk, status in Application.objects.values_list("pk", "status"):
            assert status == last.get(pk, Status.DRAFT)

    @invariant()
    def one_decision_and_one_claim_where_they_belong(self) -> None:
        pending = Decision.objects.pending().values_list("application", flat=True)
        waiting = Application.objects.filter(status__in=[Status.DECIDED, Status.AWAITING_SECOND])
        assert sorted(pending) == sorted(waiting.values_list("pk", flat=True))
        assert not Claim.objects.exclude(application__status=Status.SUBMITTED).exists()
        for decision in Decision.objects.exclude(seconded_by=None):
            assert decision.seconded_by_id != decision.author_id

    @invariant()
    def nobody_decides_what_they_took_part_in(self) -> None:
        pending = Decision.objects.pending().select_related("application")
        for decision in pending:
            two = {decision.author_id, decision.seconded_by_id} - {None}
            assert decision.application.escalated_by_id not in two
            before = decision.application.decisions.exclude(took_effect_at=None)
            for author, second in before.values_list("author", "seconded_by"):
                assert not two & {author, second}

    @invariant()
    def a_barred_business_has_no_badge(self) -> None:
        barred = Bar.objects.filter(lifted_at=None).values("business")
        assert not Badge.objects.live().filter(account__business__in=barred).exists()

    @invariant()
    def the_card_is_what_the_events_say_and_each_change_of_it_is_announced(self) -> None:
        before = self.read
        self.listen()
        drawn = self.draw()
        for number in NUMBERS:
            assert summary(drawn[number]) == self.expected(number)
            if drawn[number] != self.cards[number]:
                announced = EventNumber.objects.filter(number=number, event__gt=before)
                assert announced.exists(), f"followers do not hear of {number}"
        self.cards = drawn

    # The model.

    def draw(self) -> dict[str, dict[str, Any]]:
        """The cards as the registry draws them, but for the moments and versions in them."""
        found = queries.find(NUMBERS)
        assert found.policy is not None
        drawn = {row.number: card(row, found.policy) for row in found.rows}
        for one in drawn.values():
            one.pop("version")
            for part in (one["badge"], one["absence"]):
                for moment in ("issued_at", "expires_at", "since"):
                    (part or {}).pop(moment, None)
        return drawn

    def listen(self) -> None:
        """Read what is new in the journal. Names and numbers, which it does not hold, stand in the applications."""
        for event in Event.objects.filter(seq__gt=self.read).order_by("seq"):
            self.read = event.seq
            account = self.told.get(event.data.get("account", event.on))
            if account is None:
                continue
            if event.kind == "account.approved":
                wish = Application.objects.get(pk=event.data["application"])
                if wish.kind in (Kind.NEW, Kind.NAME_CHANGE):
                    account.name = wish.display_name
                if wish.kind in (Kind.NEW, Kind.NUMBER_CHANGE):
                    account.number = wish.number
                account.vouched = account.approved_since = True
            elif event.kind == "account.closed":
                account.number, account.vouched = None, False
            elif event.kind == "account.unconfirmed":
                account.vouched = False
            elif event.kind == "badge.issued":
                account.badge, account.badge_id, account.was_suspended = "active", event.on, False
            elif event.kind.startswith("badge.") and event.kind not in (
                "badge.expiry_moved",
                "badge.ends_soon",
            ):
                account.was_suspended = event.kind == "badge.expired" and account.badge == "suspended"
                account.badge = {"reinstated": "active"}.get(event.kind[6:], event.kind[6:])
                account.approved_since = False
                account.vouched &= event.kind != "badge.revoked"

    def expected(self, number: str) -> tuple[bool, str | None, str | None, str | None]:
        """(listed, tier, name, why there is no badge) of the number's card."""
        nothing = (False, None, None, None)
        pk, account = next(
            ((pk, told) for pk, told in self.told.items() if told.number == number), ("", None)
        )
        if account is None:
            return nothing
        if account.badge == "active":
            return (True, "verified", account.name, None)
        if account.badge == "suspended":
            return (True, None, None, "suspended")
        taken_away = account.badge == "revoked" or (account.badge == "expired" and account.was_suspended)
        if taken_away and not account.approved_since:
            ended_at = Badge.objects.get(pk=account.badge_id).ended_at
            assert ended_at is not None
            word = "revoked" if account.badge == "revoked" else "suspended"
            return (True, None, None, word) if clock.now() < ended_at + SHOWN_FOR else nothing
        if (
            not account.vouched
            or not NumberProof.objects.standing().filter(account=pk, number=number).exists()
        ):
            return nothing
        ran_out = account.badge == BadgeStatus.EXPIRED and not account.approved_since
        return (True, "confirmed", account.name, "expired" if ran_out else None)


def summary(drawn: dict[str, Any]) -> tuple[bool, str | None, str | None, str | None]:
    name = drawn["account"]["display_name"] if drawn["account"] else None
    absence = drawn["absence"]["state"] if drawn["absence"] else None
    assert (drawn["badge"] is not None) == (drawn["tier"] == "verified")
    assert (drawn["mark"] is not None) == (drawn["tier"] is not None)
    return (drawn["listed"], drawn["tier"], name, absence)


MOMENTS: dict[type[models.Model], tuple[str, ...]] = {
    Account: ("confirmed_at", "closed_at"),
    Application: ("created_at", "submitted_at", "changed_at", "ended_at", "offered_until"),
    Badge: ("issued_at", "term_ends_at", "expires_at", "suspended_at", "ended_at", "reminded_at"),
    Claim: ("taken_at", "until"),
    Decision: ("decided_at", "effective_at", "took_effect_at", "undone_at"),
    NumberProof: ("proven_at", "failed_at"),
}

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


@pytest.mark.django_db
def test_the_invariants_hold_whatever_happens() -> None:
    run_state_machine_as_test(
        Domain,
        settings=settings(max_examples=6, stateful_step_count=40, deadline=None, suppress_health_check=QUIET),
    )


@pytest.mark.soak
@pytest.mark.django_db
def test_the_invariants_hold_for_long() -> None:
    run_state_machine_as_test(
        Domain,
        settings=settings(
            max_examples=150, stateful_step_count=100, deadline=None, suppress_health_check=QUIET
        ),
    )
