"""Races about one case between its reviewers. Each was run once without the lock that it names, and failed then."""

from functools import partial
from threading import Event as Signal
from typing import Any

import pytest

from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.people import services as people
from accounts.people.models import User
from accounts.verification import news
from accounts.verification import services as verification
from accounts.verification.models import Application, Claim, Decision, Note, Status
from tests.factories import make_claimed, owner_of
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
