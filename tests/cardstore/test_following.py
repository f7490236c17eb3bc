"""The follower with real processes and signals: whatever happens to it, the store equals what the renderer says."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.cardstore import generations
from tests.cardstore.following import (
    Follower,
    Worker,
    build,
    cards_command,
    current_generation,
    database_url,
    has_caught_up,
    is_right,
    rendered,
    verified,
)
from tests.factories import badge_of, make_approved, make_draft
from tests.server import children_of, is_gone, until

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("no_undo_window")]


def numbers_of(*accounts: Account) -> list[str]:
    return [account.number or "" for account in accounts]


def turn(account: Account) -> None:
    """Its card changes."""
    badge = badge_of(account)
    if badge.suspended_at is None:
        badges.suspend(badge, reason="under_investigation", by=audit.SYSTEM)
    else:
        badges.reinstate(badge, by=audit.SYSTEM)


@contextmanager
def writing(accounts: list[Account]) -> Iterator[list[int]]:
    """Cards change all the time, in a thread with a connection of its own."""
    stop, written = threading.Event(), [0]

    def write() -> None:
        try:
            while not stop.is_set():
                turn(random.choice(accounts))
                written[0] += 1
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield written
    finally:
        stop.set()
        thread.join()


@contextmanager
def held(table: str) -> Iterator[None]:
    """Nobody reads the table meanwhile: a build stands still in the midst of it."""
    with psycopg.connect(database_url()) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def unfinished() -> list[str]:
    return [path.name for path in generations.folder().iterdir() if "unfinished" in path.name]


def test_it_builds_from_nothing_and_follows(follower: Follower, worker: Worker) -> None:
    first = make_approved()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    second = make_approved(tier="confirmed")
    make_draft()
    closed = make_approved()
    assert follower.has_caught_up(), follower.said()
    businesses.close_account(closed, by=audit.SYSTEM)  # its number leaves the store with the event
    with transaction.atomic():
        turn(first)
        transaction.set_rollback(True)  # nothing happened
    assert follower.has_caught_up(), follower.said()
    asked = [*numbers_of(first, second, closed), "+12025550000"]
    assert worker.ask(asked) == rendered(asked)
    assert ": 2 accounts, 2 records and 2 numbers of the roll" in cards_command("verify").stdout
    assert not any(number in follower.said() for number in asked)
    assert follower.kill(signal.SIGTERM) == 0
    assert "Traceback" not in follower.said()


def test_killed_at_any_moment_it_goes_on_where_it_was(follower: Follower, worker: Worker) -> None:
    accounts = [make_approved() for _ in range(4)]
    build()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    with writing(accounts) as written:
        for _ in range(5):
            time.sleep(random.uniform(0, 0.4))
            follower.kill()
            follower.start()
            until(lambda: follower.said().count("Generation") > 0, 1)
            before = written[0]
            assert until(lambda before=before: written[0] > before + 3)
    assert follower.has_caught_up(), follower.said()
    assert worker.ask(numbers_of(*accounts)) == rendered(numbers_of(*accounts))
    verified()


def test_the_second_waits_and_takes_over(follower: Follower) -> None:
    account = make_approved()
    build()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    second = Follower()
    second.output = second.output.with_name("second.output")
    try:
        second.start()
        assert until(lambda: "Another follower" in second.said()), second.said()
        assert second.is_alive() and "Generation" not in second.said()
        follower.kill()
        turn(account)
        assert second.has_caught_up(), second.said()
        verified()
    finally:
        second.end()


def test_a_build_ends_with_its_follower_and_leaves_nothing(follower: Follower) -> None:
    make_approved()
    with held("clients_apikey"):
        follower.start()
        assert until(lambda: bool(unfinished())), follower.said()
        (building,) = children_of(follower.pid)
        follower.kill()
        assert until(lambda: is_gone(building), 3), "an orphan goes on"
        assert unfinished()  # who comes next removes it
        follower.start()
        assert until(lambda: len(children_of(follower.pid)) == 1 and bool(unfinished())), follower.said()
        (building,) = children_of(follower.pid)
        assert follower.kill(signal.SIGTERM) == 0
        assert until(lambda: is_gone(building), 3), "an orphan goes on"
    follower.start()
    assert follower.has_caught_up(), follower.said()
    assert not unfinished() and len(generations.existing()) == 1
    verified()
    assert "Traceback" not in follower.said()


def test_a_build_that_was_killed_is_begun_again(follower: Follower) -> None:
    make_approved()
    with held("clients_apikey"):
        follower.start()
        assert until(lambda: bool(unfinished())), follower.said()
        (building,) = children_of(follower.pid)
        os.kill(building, signal.SIGKILL)
        assert until(lambda: "The build of a store ended with -9" in follower.said())
    assert follower.has_caught_up(), follower.said()
    assert not unfinished()
    verified()


def test_a_lost_notification_and_lost_connections_cost_a_heartbeat(follower: Follower) -> None:
    account = make_approved()
    build()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER notify_followers ON audit_event")
    turn(account)
    assert until(has_caught_up, 2), follower.said()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    turn(account)
    assert until(has_caught_up, 10), follower.said()
    assert follower.is_alive()
    assert "The database is back" in follower.said()
    verified()


def test_look_ups_go_on_while_the_store_is_replaced(follower: Follower, worker: Worker) -> None:
    account = make_approved()
    build()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    asked = numbers_of(account) * 50
    seen, answered = {current_generation().name}, 0
    for _ in range(2):
        before = current_generation()
        thread = threading.Thread(target=cards_command, args=["build"])
        thread.start()
        while thread.is_alive() or current_generation() == before:
            answers = worker.ask(asked)
            assert answers is not None and None not in answers
            assert is_right(answers, asked)
            answered += len(answers)
        thread.join()
        seen.add(current_generation().name)
    assert len(seen) == 3 and answered > 1_000
    assert until(lambda: len(generations.existing()) == 1)
    verified()


def test_without_a_policy_it_waits_and_says_so_once(follower: Follower) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE badges_displaypolicy DISABLE TRIGGER USER")
        cursor.execute("CREATE TABLE put_aside AS SELECT * FROM badges_displaypolicy")
        cursor.execute("DELETE FROM badges_displaypolicy")
    follower.start()
    assert until(lambda: "No policy was published yet" in follower.said()), follower.said()
    said = follower.said()
    time.sleep(1)
    assert follower.said() == said and follower.is_alive()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO badges_displaypolicy SELECT * FROM put_aside")
    assert follower.has_caught_up(), follower.said()
