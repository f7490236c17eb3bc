"""Races of the domain. Each was run once with the lock or constraint that it names taken out, and failed then."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Barrier
from threading import Event as Signal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts import clock
from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus, Tier
from accounts.badges.policies import PILOT_TIERS
from accounts.badges.standing import Standing, standing
from accounts.businesses import bars, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, NumberDispute, NumberUse
from accounts.clients.models import ClientApp
from accounts.display import queries
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.pilot.models import Place
from accounts.proofs import services as proofs
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Status
from tests.factories import (
    age,
    badge_of,
    let_undo_window_pass,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_cohort,
    make_draft,
    make_reviewer,
    make_submitted,
    next_number,
    owner_of,
)
from tests.racing import hesitate, outcomes, race

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def whole_journal(committed: None) -> Any:
    """Whatever raced, the journal is gap-free and chained afterwards."""
    yield
    assert list(breaks()) == []


def approve(application: Application, by: User) -> Application:
    return verification.approve(application, tier=Tier.VERIFIED, by=by)


def decided(rita: User, **facts: Any) -> Application:
    return approve(make_claimed(rita, **facts), rita)


TAKES_NUMBER = 'INSERT INTO "businesses_numberuse"'


def events(kind: str, application: Application) -> int:
    return Event.objects.filter(kind=kind, on=application.pk).count()


# Badges.


def test_revoke_against_look_up(rudi: User) -> None:
    """Each look-up sees the badge or its revocation, nothing between, and none sees the badge again afterwards.

    Fails when `revoke` commits the badge before the account's confirmation (two transactions).
    """
    for _ in range(4):
        account = make_approved()
        badge, number = badge_of(account), account.number
        assert number is not None
        revoked = Signal()
        seen: list[Standing] = []

        def look(number: str = number, revoked: Signal = revoked, seen: list[Standing] = seen) -> None:
            while True:
                last = revoked.is_set()
                (row,) = queries.find([number]).rows
                seen.append(standing(row))
                if last:
                    return

        def revoke(badge: Badge = badge, revoked: Signal = revoked) -> None:
            try:
                badges.revoke(badge, reason="fraud", by=rudi)
            finally:
                revoked.set()

        assert race(look, look, revoke) == ["done"] * 3
        assert {found.tier for found in seen} <= {Tier.VERIFIED, None}
        assert all(found.listed for found in seen)
        assert all((found.tier is None) == (found.absence is not None) for found in seen)
        (row,) = queries.find([number]).rows
        assert standing(row).absence == seen[-1].absence
        assert seen[-1].tier is None


def test_revoke_against_suspend_and_reinstate(rudi: User, rita: User) -> None:
    """A revocation is final whoever writes last. Fails without the locks of `badges._lock`."""
    for _ in range(5):
        badge = badge_of(make_approved())
        results = race(
            partial(badges.suspend, badge, reason="spam", by=rita),
            partial(badges.revoke, badge, reason="fraud", by=rudi),
        )
        assert results[1] == "done"
        assert results[0] in ("done", "badge_wrong_status")
        badge.refresh_from_db()
        assert (badge.status, badge.reason) == (BadgeStatus.REVOKED, "fraud")


def test_a_renewal_against_the_end_of_the_term() -> None:
    """The badge is kept or has expired, never both.

    The renewal hesitates before it marks the badge, whose term ends meanwhile. Fails (an expired badge that is kept)
    without the account's lock in `_sweep`.
    """
    for _ in range(2):
        account = make_approved()
        badge, owner = badge_of(account), owner_of(account)
        age(badge, settings.BADGE_TERM - timedelta(days=2), "issued_at", "term_ends_at", "expires_at")
        renewal = make_draft(account, kind=Kind.RENEWAL)
        over, swept = Signal(), Signal()
        Badge.objects.filter(pk=badge.pk).update(expires_at=clock.now() + timedelta(milliseconds=400))

        def let_the_term_end(over: Signal = over, swept: Signal = swept) -> None:
            time.sleep(0.4)
            over.set()
            swept.wait(timeout=1)

        def sweep(over: Signal = over, swept: Signal = swept) -> None:
            over.wait(timeout=2)
            badges.expire_due()
            swept.set()

        submit = hesitate(
            partial(verification.submit, renewal, by=owner),
            before='UPDATE "badges_badge" SET "renewal_pending"',
            until=let_the_term_end,
        )
        assert race(submit, sweep) == ["done", "done"]
        badge.refresh_from_db()
        assert not (badge.status == BadgeStatus.EXPIRED and badge.renewal_pending)


# Numbers, places.


def test_a_number_wanted_by_two_applications_at_once() -> None:
    """Fails (a broken key) when `take_number` asks first and writes then, instead of one row a number."""
    for _ in range(4):
        number = next_number()
        both = [make_draft(number=number) for _ in range(2)]
        owners = [owner_of(application.account) for application in both]
        results = race(*(partial(verification.submit, a, by=o) for a, o in zip(both, owners, strict=True)))
        assert outcomes(results) == {"done": 1, "number_taken": 1}
        winner = both[results.index("done")]
        assert NumberUse.objects.get(number=number).account == winner.account


def test_R7_declaring_a_number_personal_against_applying_for_it(kai: ClientApp) -> None:
    """Fails (a broken key) when `_hold` asks first and writes then, instead of one row a number."""
    for _ in range(4):
        number = next_number()
        application = make_draft(number=number)
        owner = owner_of(application.account)
        meet = Barrier(2).wait
        results = race(
            hesitate(partial(ownership.declare_personal, number, by=kai), before=TAKES_NUMBER, until=meet),
            hesitate(partial(verification.submit, application, by=owner), before=TAKES_NUMBER, until=meet),
        )
        use = NumberUse.objects.get(number=number)
        disputed = NumberDispute.objects.filter(number=number).count()
        if use.account is None:
            assert (results, disputed) == (["done", "number_is_personal"], 0)
        else:
            assert (results, use.account, disputed) == (["done", "done"], application.account, 1)


def test_R7_a_number_given_back_at_the_moment_it_is_declared(kai: ClientApp) -> None:
    """Its row is there when the declaration wants to make one, and gone when it wants to read it.

    Fails (no such row) when `_hold` does not look again.
    """
    application = make_submitted()
    number, owner = application.number, owner_of(application.account)
    declaring, gone = Signal(), Signal()

    def give_back() -> None:
        declaring.wait(timeout=10)
        verification.withdraw(application, by=owner)
        gone.set()

    def wait_until_gone() -> None:
        declaring.set()
        gone.wait(timeout=10)

    declare = hesitate(
        lambda: ownership.declare_personal(number, by=kai),
        before='SELECT "businesses_numberuse"',
        until=wait_until_gone,
    )
    assert race(declare, give_back) == ["done", "done"]
    assert NumberUse.objects.get(number=number).declared_by == kai


def test_R6_the_last_places_of_a_cohort() -> None:
    """Fails (more than two let in) when the cohort's row is not locked while its places are counted."""
    for _ in range(3):
        cohort = make_cohort(capacity=2)
        drafts = [make_draft(cohort=cohort) for _ in range(6)]
        owners = [owner_of(draft.account) for draft in drafts]
        results = race(*(partial(verification.submit, d, by=o) for d, o in zip(drafts, owners, strict=True)))
        assert outcomes(results) == {"cohort_full": 4, "done": 2}
        assert Place.objects.filter(cohort=cohort).count() == 2


# Locks in one order.


def test_closing_an_account_against_deciding_on_it(rita: User) -> None:
    """Fails (deadlock) when `transitions.lock` takes the application before its account."""
    for _ in range(4):
        application = make_claimed(rita)
        account, owner = application.account, owner_of(application.account)
        results = race(
            partial(businesses.close_account, account, by=owner),
            partial(approve, application, rita),
        )
        assert results[0] == "done"
        assert results[1] in ("done", "account_closed", "wrong_status")
        application.refresh_from_db()
        assert application.status == Status.WITHDRAWN
        assert not Badge.objects.filter(account=account).exists()
        assert not NumberUse.objects.filter(account=account).exists()


def test_closing_an_account_against_the_effect_on_it(rita: User) -> None:
    """Fails without the locks of `transitions.lock`: a closed account would get a badge."""
    for _ in range(4):
        application = decided(rita)
        let_undo_window_pass(application)
        account, owner = application.account, owner_of(application.account)
        results = race(
            partial(businesses.close_account, account, by=owner),
            partial(verification.take_effect, application),
        )
        assert results[0] == "done"
        assert results[1] in ("done", "wrong_status")  # closing first ends what was decided
        account.refresh_from_db()
        assert (account.number, account.live_name, account.confirmed_at) == (None, None, None)
        assert not Badge.objects.live().filter(account=account).exists()


@pytest.mark.parametrize("leaves", ["closes", "moves"])
def test_R7_declaring_a_number_that_an_account_is_leaving(leaves: str, kai: ClientApp, rita: User) -> None:
    """Fails (deadlock) when the number's row is deleted after the account's was written: a dispute refers to it."""
    for _ in range(3):
        account = make_approved()
        number, owner = account.number, owner_of(account)
        assert number is not None
        if leaves == "closes":
            leave: Callable[[], object] = partial(businesses.close_account, account, by=owner)
        else:
            moving = make_claimed(rita, account, kind=Kind.NUMBER_CHANGE, number=next_number())
            approve(moving, rita)
            let_undo_window_pass(moving)
            leave = partial(verification.take_effect, moving)
        declare = hesitate(
            partial(ownership.declare_personal, number, by=kai),
            before='INSERT INTO "businesses_numberdispute"',
        )
        assert race(leave, declare) == ["done", "done"]
        account.refresh_from_db()
        assert account.number != number
        use = NumberUse.objects.filter(number=number).first()
        assert use is None or use.declared_by == kai


APPLIED = (
    'INSERT INTO "badges_badge"'  # the account's row was written; its new number locks out references to it
)


def _set_and_wait(signal: Signal) -> None:
    signal.set()
    time.sleep(0.05)


def test_R7_declaring_a_number_whose_approval_takes_effect(kai: ClientApp, rita: User) -> None:
    """Fails (deadlock) when the journal's head is locked before foreign keys are checked: the dispute's check waits
    for the account, and whoever holds the account waits for the head."""
    for _ in range(3):
        application = decided(rita)
        let_undo_window_pass(application)
        applied = Signal()
        effect = hesitate(
            partial(verification.take_effect, application),
            before=APPLIED,
            until=partial(_set_and_wait, applied),
        )
        declare = hesitate(
            partial(ownership.declare_personal, application.number, by=kai),
            before=TAKES_NUMBER,
            until=partial(applied.wait, timeout=10),
        )
        assert race(effect, declare) == ["done", "done"]
        application.refresh_from_db()
        assert application.account.disputes.count() == 1
        assert application.status == Status.APPROVED


def test_proving_a_number_while_its_approval_takes_effect(rita: User) -> None:
    """Fails (deadlock) when the journal's head is locked before foreign keys are checked, as the proof's is."""
    for _ in range(3):
        application = make_submitted()
        account, number, owner = application.account, application.number, owner_of(application.account)
        proofs.send_code(account, number, by=owner)
        code = Message.objects.get(to=number).secret
        proofs.record_call_back(account, number, note="", by=rita)
        verification.claim(application, by=rita)
        approve(application, rita)
        let_undo_window_pass(application)
        results = race(
            hesitate(partial(verification.take_effect, application), before=APPLIED),
            hesitate(
                partial(proofs.check_code, account, number, code, by=owner),
                before='UPDATE "proofs_numbercode" SET "closed_at"',
            ),
        )
        assert results == ["done", "done"]
        assert proofs.methods(account, number) == ["call_back", "phone_code"]


@pytest.mark.parametrize("at_once", [True, False], ids=["decided", "taking effect"])
def test_two_bars_of_one_business(at_once: bool, settings: Any, ada: User) -> None:
    """Fails (deadlock) when `bar` or `take_effect` does not lock all accounts of the business in one order first."""
    if at_once:
        settings.UNDO_WINDOW = timedelta(0)
    for _ in range(3):
        business = make_business(ada)
        reviewers = [make_reviewer() for _ in range(3)]
        applications = [make_claimed(reviewer, make_account(business)) for reviewer in reviewers]

        def bar(application: Application, reviewer: User) -> Application:
            return verification.bar(application, reason="fraud", by=reviewer)

        if at_once:
            acts: list[Callable[[], object]] = [
                partial(bar, a, r) for a, r in zip(applications, reviewers, strict=True)
            ]
        else:
            for application, reviewer in zip(applications, reviewers, strict=True):
                let_undo_window_pass(bar(application, reviewer))
            acts = [partial(verification.take_effect, a) for a in applications]
        assert race(*(hesitate(act, before='INSERT INTO "businesses_bar"') for act in acts)) == ["done"] * 3
        assert business.bars.count() == 1
        bars.lift(business.bars.get(), by=reviewers[0])


def test_a_bar_against_the_approval_of_another_account(rita: User, ada: User) -> None:
    """However they meet, no badge of a barred business is live. Fails without any lock on the other accounts."""
    for _ in range(4):
        business = make_business(ada)
        barring, approving = (make_claimed(rita, make_account(business)) for _ in range(2))
        verification.bar(barring, reason="fraud", by=rita)
        approve(approving, rita)
        for application in (barring, approving):
            let_undo_window_pass(application)
        results = race(
            partial(verification.take_effect, barring),
            hesitate(partial(verification.take_effect, approving), before='UPDATE "businesses_account"'),
        )
        assert results == ["done", "done"]
        assert not Badge.objects.live().filter(account__business=business).exists()
        assert not Account.objects.filter(business=business).exclude(confirmed_at=None).exists()
        bars.lift(business.bars.get(), by=make_reviewer())


def test_a_policy_published_twice_at_once(olga: User) -> None:
    """Fails (a broken key) when `publish_policy` asks first and writes then."""
    for version in ("next.1", "next.2", "next.3"):
        publish = partial(badges.publish_policy, version, PILOT_TIERS, by=olga)
        assert outcomes(race(publish, publish)) == {"done": 1, "policy_in_force": 1}
        assert connection.in_atomic_block is False
