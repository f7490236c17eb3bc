"""Races about one case between its reviewers. Each was run once without the lock that it names, and failed then."""

from datetime import timedelta
from functools import partial
from threading import Event as Signal
from typing import Any

import pytest

from accounts import clock
from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.badges.models import Badge
from accounts.errors import NotAllowed
from accounts.people import services as people
from accounts.people.models import User
from accounts.verification import news
from accounts.verification import services as verification
from accounts.verification.claims import CLAIM_LEASE
from accounts.verification.models import Application, Claim, Decision, Note, Status
from tests.factories import (
    age,
    let_undo_window_pass,
    make_claimed,
    make_cohort,
    make_submitted,
    owner_of,
    prove,
)
from tests.racing import hesitate, outcomes, race
from tests.verification.deeds import approve

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def whole_journal(committed: None) -> Any:
    """Whatever raced, the journal is gap-free and chained afterwards."""
    yield
    assert list(breaks()) == []


def events(kind: str, application: Application) -> int:
    return Event.objects.filter(kind=kind, on=application.pk).count()


def decided(rita: User, **facts: Any) -> Application:
    return approve(make_claimed(rita, **facts), rita)


def test_two_reviewers_approving_at_once(rita: User, rudi: User) -> None:
    """Rita's lease is over, and both go for it. One decides, the other reads why not.

    Fails without the locks of `transitions.lock` (a broken constraint, or both claim).
    """
    for _ in range(4):
        application = make_submitted()
        prove(application)
        verification.claim(application, by=rita)
        age(Claim.objects.get(application=application), CLAIM_LEASE, "taken_at", "until")

        def take(reviewer: User, application: Application = application) -> None:
            verification.claim(application, by=reviewer)
            approve(application, reviewer)

        results = race(lambda: take(rita), lambda: take(rudi))
        assert results.count("done") == 1
        assert set(results) <= {"done", "claim_held", "wrong_status", "decided_by_another"}
        assert Decision.objects.filter(application=application).count() == 1
        assert events("application.approval_decided", application) == 1


def test_one_reviewer_in_two_windows_decides_once(rita: User) -> None:
    """Approve here, decline there. Fails without the locks of `transitions.lock`."""
    for _ in range(4):
        application = make_claimed(rita)
        results = race(
            partial(approve, application, rita),
            partial(verification.decline, application, reason="not_a_business", by=rita),
        )
        assert outcomes(results) == {"decided_by_another": 1, "done": 1}
        assert Decision.objects.filter(application=application).count() == 1


def test_two_seconders(rita: User, rudi: User, sinta: User) -> None:
    """Fails without the locks of `transitions.lock`: both second, and two events say so."""
    for _ in range(4):
        application = make_claimed(rita, cohort=make_cohort(four_eyes=True))
        approve(application, rita)
        results = race(
            partial(verification.second, application, by=rudi),
            partial(verification.second, application, by=sinta),
        )
        assert outcomes(results) == {"done": 1, "wrong_status": 1}
        assert events("application.seconded", application) == 1
        winner = (rudi, sinta)[results.index("done")]
        assert Decision.objects.get(application=application).seconded_by == winner


def test_a_seconder_against_an_overruler(rita: User, rudi: User, sinta: User) -> None:
    """Fails without the locks of `transitions.lock`."""
    for _ in range(4):
        application = make_claimed(rita, cohort=make_cohort(four_eyes=True))
        approve(application, rita)
        results = race(
            partial(verification.second, application, by=rudi),
            partial(verification.overrule, application, reason="No.", by=sinta),
        )
        assert outcomes(results) == {"done": 1, "wrong_status": 1}
        application.refresh_from_db()
        decision = Decision.objects.get(application=application)
        assert (application.status == Status.DECIDED) == (decision.seconded_by == rudi)
        assert (application.status == Status.SUBMITTED) == decision.overruled


def test_claim_against_claim(rita: User, rudi: User, sinta: User) -> None:
    """Fails without the locks of `transitions.lock`: the last one has it, and two events say so."""
    for _ in range(4):
        application = make_submitted()
        results = race(*(partial(verification.claim, application, by=r) for r in (rita, rudi, sinta)))
        assert outcomes(results) == {"claim_held": 2, "done": 1}
        winner = (rita, rudi, sinta)[results.index("done")]
        assert Claim.objects.get(application=application).reviewer == winner
        assert events("application.claimed", application) == 1


def test_a_reviewer_who_claims_six_at_once_gets_three(rita: User) -> None:
    """Fails (four and more) when `claim` does not lock the reviewer's row: each application's lock is another."""
    for _ in range(3):
        applications = [make_submitted() for _ in range(6)]
        results = race(*(partial(verification.claim, a, by=rita) for a in applications))
        assert outcomes(results) == {"claims_used_up": 3, "done": 3}
        Claim.objects.all().delete()


# The undo window.


def test_take_effect_against_take_back(rita: User) -> None:
    """At the very end of the window: the decision takes effect or is taken back, never both, never neither.

    Whoever takes it back hesitates after the check that the window is open, before writing. Fails without the
    locks of `transitions.lock` (what took effect is then undone, which a constraint refuses).
    """
    for turn in range(8):
        application = decided(rita)
        decision = application.decisions.get()
        decision.effective_at = clock.now() + timedelta(milliseconds=10 * turn)
        decision.save()

        def take_effect(application: Application = application) -> None:
            while True:
                try:
                    verification.take_effect(application)
                    return
                except NotAllowed as early:
                    if early.code != "undo_window_open":
                        raise

        take_back = hesitate(
            partial(verification.take_back, application, by=rita),
            before='UPDATE "verification_decision"',
        )
        results = race(take_effect, take_back)
        application.refresh_from_db()
        decision.refresh_from_db()
        if application.status == Status.APPROVED:
            assert results == ["done", "undo_window_over"]
            assert decision.undone_at is None
        else:
            assert (results, application.status) == (["wrong_status", "done"], Status.SUBMITTED)
            assert decision.took_effect_at is None
        assert Badge.objects.filter(cause=application.pk).exists() == (results[0] == "done")


def test_two_clocks_at_once_apply_a_decision_once(rita: User) -> None:
    """Two workers' ticks meet. Fails without the locks of `transitions.lock`."""
    for _ in range(4):
        due = [decided(rita) for _ in range(2)]
        for application in due:
            let_undo_window_pass(application)
        assert race(verification.tick, verification.tick, verification.tick) == ["done"] * 3
        for application in due:
            assert events("application.took_effect", application) == 1
            assert Badge.objects.filter(cause=application.pk).count() == 1


def test_escalate_against_decide(rita: User) -> None:
    """One reviewer in two windows: the case is decided or escalated, never both.

    Fails without the locks of `transitions.lock` (both are done).
    """
    for turn in range(6):
        application = make_claimed(rita)
        acts = [
            partial(verification.escalate, application, note="Hard.", by=rita),
            partial(approve, application, rita),
        ]
        slow = hesitate(acts[turn % 2], before='UPDATE "verification_application"')
        acts[turn % 2] = slow  # type: ignore[call-overload]  # the same shape: nothing in, something out
        results = race(*acts)
        application.refresh_from_db()
        decided = Decision.objects.filter(application=application).count()
        assert sum(result == "done" for result in results) == 1
        if results[0] == "done":
            assert results[1] in ("claim_missing", "senior_needed")
            assert (application.status, application.escalated_by, decided) == (Status.SUBMITTED, rita, 0)
        else:
            assert results[0] == "decided_by_another"
            assert (application.status, application.escalated_by, decided) == (Status.DECIDED, None, 1)
            assert not Note.objects.filter(application=application).exists()


def test_a_second_against_the_undoing_of_the_same_decision(rita: User, rudi: User, sinta: User) -> None:
    """Seconded, or withdrawn by the owner: a decision that is undone is not in effect later.

    Fails without the locks of `transitions.lock`.
    """
    for _ in range(4):
        application = approve(make_claimed(rita), rita, second_wished=True)
        results = race(
            hesitate(
                partial(verification.second, application, by=rudi), before='UPDATE "verification_decision"'
            ),
            partial(verification.withdraw, application, by=owner_of(application.account)),
        )
        assert sum(result == "done" for result in results) == 1
        decision = application.decisions.get()
        application.refresh_from_db()
        assert (application.status == Status.DECIDED) == (decision.undone_at is None)
        assert (application.status == Status.WITHDRAWN) == (decision.seconded_by is None)


def test_two_who_take_it_back_at_once(rita: User, rudi: User) -> None:
    """Author and second reviewer. Fails without the locks of `transitions.lock`: both do, and two events say so."""
    for _ in range(4):
        application = approve(make_claimed(rita), rita, second_wished=True)
        verification.second(application, by=rudi)
        results = race(
            *(
                hesitate(
                    partial(verification.take_back, application, by=by),
                    before='UPDATE "verification_decision"',
                )
                for by in (rita, rudi)
            )
        )
        assert outcomes(results) == {"done": 1, "wrong_status": 1}
        assert events("application.taken_back", application) == 1


def test_one_news_is_acknowledged_once(rita: User, rudi: User) -> None:
    """In two windows. Fails (two events) when `acknowledge` does not lock the decision."""
    for _ in range(4):
        application = approve(make_claimed(rita), rita, second_wished=True)
        verification.overrule(application, reason="No.", by=rudi)
        decision = application.decisions.get()
        acknowledge = partial(news.acknowledge, decision, by=rita)
        both = [hesitate(acknowledge, before='UPDATE "verification_decision"') for _ in range(2)]
        assert race(*both) == ["done", "done"]
        assert Event.objects.filter(kind="decision.acknowledged", on=decision.pk).count() == 1


def test_a_reviewer_is_disabled_while_claiming_what_is_offered_to_them(rita: User, olga: User) -> None:
    """Fails (deadlock) when the offers of whoever is disabled wait for the case's lock instead of passing it over."""
    for _ in range(6):
        application = make_claimed(rita)
        verification.ask(application, reason="category_unclear", by=rita)
        verification.answer(application, text="Bread.", by=owner_of(application.account))
        results = race(
            partial(verification.claim, application, by=User.objects.get(pk=rita.pk)),
            partial(people.disable_staff, rita, by=olga),
        )
        assert results[1] == "done"
        assert results[0] in ("done", "permission_missing")
        assert not Claim.objects.filter(reviewer=rita).exists()
        people.enable_staff(rita, by=olga)


def test_a_reviewer_is_disabled_while_deciding(rita: User, olga: User) -> None:
    """The decision, made a moment before, stands; neither waits for the other for ever.

    It hesitates at its end, its lease deleted, before its author's row is asked for. Fails (deadlock) when
    `release_all` waits for a lease that is locked.
    """
    for _ in range(2):
        application = make_claimed(rita)
        deciding, left = Signal(), Signal()

        def until_they_left(deciding: Signal = deciding, left: Signal = left) -> None:
            deciding.set()
            left.wait(timeout=0.5)

        def leave(deciding: Signal = deciding, left: Signal = left) -> None:
            deciding.wait(timeout=10)
            people.disable_staff(rita, by=olga)
            left.set()

        decide = partial(approve, application, User.objects.get(pk=rita.pk))
        assert race(hesitate(decide, before="SET CONSTRAINTS", until=until_they_left), leave) == ["done"] * 2
        application.refresh_from_db()
        assert application.status == Status.DECIDED
        assert not Claim.objects.filter(reviewer=rita).exists()
        people.enable_staff(rita, by=olga)
