"""Races for cases. Each was run once with what it names taken out, and failed then."""

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection

from accounts.audit import journal as audit
from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.people import services as people
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.claims import CLAIM_LEASE
from accounts.verification.models import Claim
from tests.factories import age, make_claimed, make_reviewer, make_submitted
from tests.racing import outcomes, race

pytestmark = pytest.mark.usefixtures("committed")

A_MOMENT = timedelta(milliseconds=400)


@pytest.fixture(autouse=True)
def whole_journal(committed: None) -> Any:
    yield
    assert list(breaks()) == []


@pytest.mark.parametrize("many", [2, 8])
def test_reviewers_who_take_the_next_case_at_once_get_different_ones(many: int) -> None:
    """Fails without `select_for_update` in `_first`: all choose the same case, and after five attempts, some none."""
    reviewers = [make_reviewer() for _ in range(many)]
    for _ in range(2):
        for _ in range(many):
            make_submitted()
        results = race(*[partial(verification.take_next, by=reviewer) for reviewer in reviewers])
        assert outcomes(results) == {"done": many}
    taken = list(Claim.objects.values_list("application", "reviewer"))
    assert len(taken) == len({application for application, _ in taken}) == 2 * many


def test_who_takes_the_next_case_does_not_wait_for_another_who_does() -> None:
    """The first has chosen, and stands still before it writes; the second gets its case meanwhile.

    Fails without SKIP LOCKED: the second waits for the first, who waits for the second.
    """
    first, second = make_reviewer(), make_reviewer()
    cases = [make_submitted(), make_submitted()]
    chosen, other_is_done = Signal(), Signal()
    waited: list[bool] = []

    def stand_still(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "verification_claim"'):
            chosen.set()
            waited.append(other_is_done.wait(timeout=5))
        return execute(sql, params, many, context)

    def slow() -> None:
        with connection.execute_wrapper(stand_still):
            verification.take_next(by=first)

    def quick() -> None:
        chosen.wait(timeout=5)
        verification.take_next(by=second)
        other_is_done.set()

    assert outcomes(race(slow, quick)) == {"done": 2}
    assert waited == [True]
    assert {claim.application_id for claim in Claim.objects.all()} == {case.pk for case in cases}


def test_the_last_case_goes_to_one_of_two() -> None:
    reviewers = [make_reviewer() for _ in range(2)]
    for _ in range(4):
        make_submitted()
        results = race(*[partial(verification.take_next, by=reviewer) for reviewer in reviewers])
        assert outcomes(results) == {"done": 1, "nothing_to_take": 1}
        for claim in Claim.objects.all():
            verification.withdraw(claim.application, by=audit.SYSTEM)


def test_claiming_again_against_a_take_over(rita: User, rudi: User) -> None:
    """Rita's lease is over, and she wants it back while Rudi takes it over. Fails without `transitions.lock`."""
    for _ in range(6):
        application = make_claimed(rita)
        age(Claim.objects.get(application=application), CLAIM_LEASE, "taken_at", "until")
        events = Event.objects.filter(kind="application.claimed", on=application.pk)
        results = race(
            partial(verification.claim, application, by=rita),
            partial(verification.claim, application, by=rudi),
        )
        assert outcomes(results) == {"claim_held": 1, "done": 1}
        winner = (rita, rudi)[results.index("done")]
        assert Claim.objects.get(application=application).reviewer == winner
        told = [event.data for event in events.filter(by=rudi.pk)]
        assert told == ([{"from": rita.pk}] if winner == rudi else [])
        verification.release(application, by=winner)


def test_the_heartbeat_of_a_page_against_a_take_over(rita: User, rudi: User) -> None:
    """The lease was good when Rita's page asked to renew it, and over when Rudi read it: one of them has it.

    Fails where `claim` reads the lease without locking it: both are told that it is theirs.
    """
    application = make_claimed(rita)
    age(Claim.objects.get(application=application), CLAIM_LEASE - A_MOMENT, "taken_at", "until")
    is_asking, was_read, is_renewed = Signal(), Signal(), Signal()

    def ask(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "verification_claim"'):
            is_asking.set()
            was_read.wait(timeout=5)
        return execute(sql, params, many, context)

    def read(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('SELECT "people_user"') and "FOR NO KEY UPDATE" in sql:
            was_read.set()
            is_renewed.wait(timeout=1)
        return execute(sql, params, many, context)

    def renew() -> None:
        with connection.execute_wrapper(ask):
            verification.renew(application, by=rita)
        is_renewed.set()

    def take_over() -> None:
        is_asking.wait(timeout=5)
        time.sleep(A_MOMENT.total_seconds())
        with connection.execute_wrapper(read):
            verification.claim(application, by=rudi)

    assert race(renew, take_over) == ["claim_held", "done"]
    assert Claim.objects.get(application=application).reviewer == rudi


def test_whoever_is_disabled_at_this_moment_keeps_no_case(rita: User) -> None:
    """Fails where `claim` does not read the person again under its lock: a disabled reviewer holds a case."""
    for _ in range(6):
        application = make_submitted()

        def disable() -> None:
            with audit.together():
                people.disable_staff(rita, by=audit.SYSTEM)
                verification.release_all(rita, by=audit.SYSTEM)

        results = race(partial(verification.claim, application, by=rita), disable)
        assert results[1] == "done" and results[0] in ("done", "permission_missing")
        assert not Claim.objects.filter(reviewer=rita).exists()
        people.enable_staff(rita, by=audit.SYSTEM)
