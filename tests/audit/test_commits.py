"""The journal with real commits: parallel writers, followers, and the log after a rollback."""

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from accounts.audit import journal as audit
from accounts.audit.chain import breaks
from accounts.audit.models import Event, EventNumber, LogEntry
from accounts.businesses import services as businesses
from accounts.businesses.models import Business
from accounts.errors import Invalid, NotAllowed
from accounts.people.models import User
from accounts.verification import services as verification
from tests.factories import make_business, make_draft, owner_of


class Refused(NotAllowed):
    def __init__(self) -> None:
        super().__init__("wrong_status", action="test", status="draft")


# The log.


def test_a_refused_attempt_stands_in_the_log_after_the_rollback(committed: None, rita: User) -> None:
    application = make_draft()
    last = Event.objects.count()
    with pytest.raises(NotAllowed):
        verification.claim(application, by=rita)
    entry = LogEntry.objects.get()
    assert (entry.kind, entry.by, entry.on) == ("refused", rita.pk, application.pk)
    assert entry.data == {"action": "verification.claim", "code": "wrong_status"}
    assert Event.objects.count() == last


def test_a_service_that_asks_others_logs_one_refusal_its_own(committed: None) -> None:
    """`submit` calls `admit`, whose refusal is the caller's business."""
    application = make_draft()
    cohort = application.cohort
    assert cohort is not None
    cohort.invitation_only = True
    cohort.save()
    with pytest.raises(NotAllowed, match="invitation_required"):
        verification.submit(application, by=owner_of(application.account))
    assert [entry.data["action"] for entry in LogEntry.objects.all()] == ["verification.submit"]


def test_what_was_caught_inside_a_transaction_is_not_logged(committed: None, ada: User) -> None:
    with audit.together():
        business = make_business(ada)
        with pytest.raises(Invalid):
            businesses.open_account(business, category="no such", by=ada)
    assert not LogEntry.objects.exists()


# Parallel writers.


def _write(rounds: int, ada: User, *, failing: bool) -> None:
    for turn in range(rounds):
        try:
            with audit.together():
                for step in range(1 + turn % 3):
                    audit.record(
                        "test.happened", on=ada, by=ada, data={"step": step}, numbers=["+12025550100"]
                    )
                if failing and turn % 4 == 3:
                    raise Refused
        except Refused:
            pass


def test_parallel_writers_leave_no_gap_and_no_break(committed: None, ada: User) -> None:
    """Fails (a duplicate seq, or a broken chain) when `_lock_head` takes no advisory lock, and when it reads the
    head in the statement that takes the lock, whose snapshot is older than the lock."""
    writers, rounds = 6, 25
    together = Barrier(writers)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            together.wait(timeout=30)
            _write(rounds, ada, failing=number % 2 == 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(run, range(writers)))
    events = list(Event.objects.order_by("seq"))
    committed_turns = sum(
        1 + turn % 3
        for number, turn in itertools.product(range(writers), range(rounds))
        if not (number % 2 == 1 and turn % 4 == 3)
    )
    assert [event.seq for event in events] == list(range(1, committed_turns + 1))
    assert all(first.at <= second.at for first, second in itertools.pairwise(events))
    assert list(breaks()) == []
    assert EventNumber.objects.count() == committed_turns


def test_a_follower_never_sees_a_later_event_before_an_earlier_one(committed: None, ada: User) -> None:
    """`seq` is the commit order: whoever reads up to the highest one has missed nothing (the feed relies on it).

    Fails when `_append` releases the head before the commit (pg_advisory_lock and unlock).
    """
    writers, rounds, done = 4, 25, []
    together = Barrier(writers + 1)

    def write(_: int) -> None:
        try:
            connection.ensure_connection()
            together.wait(timeout=30)
            _write(rounds, ada, failing=False)
        finally:
            done.append(True)
            connection.close()

    def follow() -> list[int]:
        seen: list[int] = []
        try:
            connection.ensure_connection()
            together.wait(timeout=30)
            while True:
                last_look = len(done) == writers
                after = seen[-1] if seen else 0
                seen += Event.objects.filter(seq__gt=after).order_by("seq").values_list("seq", flat=True)
                if last_look:
                    return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(writers + 1) as pool:
        following = pool.submit(follow)
        list(pool.map(write, range(writers)))
        assert following.result() == list(range(1, Event.objects.count() + 1))


def test_the_head_is_locked_at_the_end_only(committed: None, ada: User) -> None:
    """A transaction that goes on for long does not hold up others."""
    with audit.together():
        make_business(ada)
        assert _in_another_thread(lambda: make_business(ada).pk)
        assert Event.objects.count() == 1
    assert Event.objects.count() == 2


def _in_another_thread(act: Callable[[], Any]) -> Any:
    def run() -> Any:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            return act()
        except OperationalError as waited:
            pytest.fail(f"it had to wait: {waited}")
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def test_a_commit_that_fails_writes_no_event(committed: None, ada: User) -> None:
    """A constraint that is checked at the very end refuses event and fact together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE businesses_business ADD CONSTRAINT late EXCLUDE (country WITH =) DEFERRABLE INITIALLY DEFERRED"
        )
    make_business(ada)
    with pytest.raises(IntegrityError, match="late"):
        make_business(ada)
    assert (Event.objects.count(), Business.objects.count()) == (1, 1)
