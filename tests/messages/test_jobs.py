import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import LogEntry
from accounts.messages import jobs
from accounts.messages import services as messages
from accounts.messages.models import Message, MessageStatus
from accounts.messages.rendering import HIDDEN
from accounts.people.models import User
from tests.factories import age
from tests.messages.gateways import APPROVED

CODE = "271828"
NUMBER = "+12025550123"
TELEPHONE = "deliver_to_telephones"


@pytest.fixture
def code(ada: User) -> Message:
    """A six-digit code on its way to a number."""
    return messages.send("number_code", to=NUMBER, secret=CODE, about=ada, by=ada)


def run_the_worker() -> None:
    """A real worker, until no job is left."""

    async def run(worker: App) -> None:
        async with worker.open_async():
            await worker.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    assert isinstance(app.connector, DjangoConnector)
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        asyncio.run(run(worker))


def jobs_by_status(task: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE task_name = %s ORDER BY id", [task])
        return [status for (status,) in cursor.fetchall()]


def test_what_was_sent_keeps_no_secret(code: Message, gateway: list[tuple[str, str]]) -> None:
    assert jobs.deliver_next()
    assert not jobs.deliver_next()
    [(number, text)] = gateway
    assert number == NUMBER
    assert CODE in text
    code.refresh_from_db()
    assert (code.status, code.secret, code.attempts) == (MessageStatus.SENT, "", 1)
    assert code.sent_at is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM outbox_message m")
        assert CODE not in cursor.fetchone()[0]


def test_a_gateway_that_fails_is_tried_again_later_each_time(code: Message, settings: Any) -> None:
    settings.SMS_SENDER = "tests.messages.gateways.BrokenGateway"
    waits = []
    for attempt in range(1, 4):
        assert jobs.deliver_next()
        assert not jobs.deliver_next()
        code.refresh_from_db()
        assert (code.status, code.attempts) == (MessageStatus.WAITING, attempt)
        waits.append(round((code.next_attempt_at - clock.now()).total_seconds()))
        age(code, timedelta(hours=1), "next_attempt_at")
    assert waits == pytest.approx([30, 60, 120], abs=2)


def test_the_outbox_says_what_failed_without_the_words_that_hold_the_code(
    code: Message, settings: Any
) -> None:
    settings.SMS_SENDER = "tests.messages.gateways.BrokenGateway"
    jobs.deliver_next()
    code.refresh_from_db()
    assert code.last_error == "SMTPResponseException 451"


def test_a_message_is_given_up_with_an_alert(ada: User, settings: Any) -> None:
    settings.SMS_SENDER = "tests.messages.gateways.BrokenGateway"
    message = messages.send("approved", to=NUMBER, params=APPROVED, about=ada, by=ada)
    for _ in range(jobs.ATTEMPTS):
        assert jobs.deliver_next()
        age(message, timedelta(hours=2), "next_attempt_at")
    assert not jobs.deliver_next()
    assert (message.status, message.attempts) == (MessageStatus.FAILED, jobs.ATTEMPTS)
    alert = LogEntry.objects.get()
    assert (alert.kind, alert.on, alert.data["code"]) == ("alert", message.pk, "message_given_up")
    assert NUMBER not in str(alert.data)


def test_a_code_that_comes_too_late_is_not_sent(code: Message, gateway: list[tuple[str, str]]) -> None:
    age(code, timedelta(minutes=11), "created_at")
    assert jobs.deliver_next()
    code.refresh_from_db()
    assert (code.status, code.secret, gateway) == (MessageStatus.FAILED, "", [])


def test_two_workers_send_a_message_once(
    committed: None, code: Message, settings: Any, gateway: list[Any]
) -> None:
    """Fails without the lock on the row (both send it) and without SKIP LOCKED (the second waits); tried."""
    settings.SMS_SENDER = "tests.messages.gateways.SlowGateway"
    together = Barrier(2)

    def work(_: int) -> tuple[bool, float]:
        try:
            connection.ensure_connection()
            together.wait(timeout=10)
            started = time.monotonic()
            return jobs.deliver_next(), time.monotonic() - started
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        (idle, waited), (busy, _) = sorted(threads.map(work, range(2)))
    assert (busy, idle) == (True, False)
    assert waited < 0.25
    assert len(gateway) == 1


def test_a_worker_is_woken_and_sends(committed: None, code: Message, gateway: list[Any]) -> None:
    assert jobs_by_status(TELEPHONE) == ["todo"]
    run_the_worker()
    assert len(gateway) == 1
    assert set(jobs_by_status(TELEPHONE)) == {"succeeded"}


@pytest.fixture
def worker_that_hangs(committed: None, code: Message, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real worker process in the middle of sending the code."""
    called, database = tmp_path / "called", connection.settings_dict
    url = "postgres://{}:{}@{}:{}/{}".format(
        *(quote(str(database[part]), safe="") for part in ["USER", "PASSWORD", "HOST", "PORT", "NAME"])
    )
    environment = os.environ | {
        "DATABASE_URL": url,
        "OWNER_DATABASE_URL": url,
        "SMS_SENDER": "tests.messages.gateways.HangingGateway",
        "GATEWAY_CALLED": str(called),
    }
    with subprocess.Popen(
        [sys.executable, "manage.py", "procrastinate", "worker"], env=environment
    ) as process:
        try:
            for _ in range(200):
                if called.exists() or process.poll() is not None:
                    break
                time.sleep(0.1)
            assert called.exists()
            yield process
        finally:
            process.kill()


def test_a_killed_worker_loses_no_message(
    worker_that_hangs: subprocess.Popen[bytes], code: Message, gateway: list[Any]
) -> None:
    assert not jobs.deliver_next()  # it is being sent
    worker_that_hangs.send_signal(signal.SIGKILL)
    worker_that_hangs.wait()
    assert jobs_by_status(TELEPHONE)[0] == "doing"  # of a worker that is no more
    for _ in range(50):
        if jobs.deliver_next():  # the next minute's sweep
            break
        time.sleep(0.1)
    assert len(gateway) == 1
    code.refresh_from_db()
    assert (code.status, code.secret) == (MessageStatus.SENT, "")


def stall(*, attempts: int = 0) -> None:
    """Leave the job as a worker does that was killed a minute ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')"
            " RETURNING id"
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s"
            " WHERE status = 'todo'",
            [worker, attempts],
        )


def test_a_stalled_job_runs_again(committed: None, code: Message, gateway: list[Any]) -> None:
    stall()
    jobs.rescue_stalled_jobs.configure(task_kwargs={"timestamp": 0}).defer()
    run_the_worker()
    assert "doing" not in jobs_by_status(TELEPHONE)
    assert len(gateway) == 1


def test_a_stalled_job_gives_way_to_the_same_one_in_the_queue(
    committed: None, code: Message, gateway: list[Any]
) -> None:
    stall()
    jobs.deliver_to_telephones.configure(schedule_in={"hours": 1}).defer()
    jobs.rescue_stalled_jobs.configure(task_kwargs={"timestamp": 0}).defer()
    run_the_worker()
    assert jobs_by_status("rescue_stalled_jobs")[0] == "succeeded"
    assert jobs_by_status(TELEPHONE)[:2] == ["aborted", "todo"]


def test_a_job_that_takes_its_worker_down_each_time_is_given_up(committed: None, code: Message) -> None:
    stall(attempts=jobs.RUNS_OF_A_STALLED_JOB)
    jobs.rescue_stalled_jobs.configure(task_kwargs={"timestamp": 0}).defer()
    run_the_worker()
    assert jobs_by_status(TELEPHONE)[0] == "failed"


def test_finished_jobs_are_cleared_away(committed: None, code: Message, gateway: list[Any]) -> None:
    run_the_worker()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '25 hours'")
    jobs.remove_old_jobs.configure(task_kwargs={"timestamp": 0}).defer()
    run_the_worker()
    assert "succeeded" in jobs_by_status("remove_old_jobs")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_events WHERE at < now() - interval '24 hours'")
        assert cursor.fetchone()[0] == 0


def test_a_gateway_that_hangs_holds_up_no_mail(
    worker_that_hangs: subprocess.Popen[bytes], ada: User, mailoutbox: list[Any]
) -> None:
    """Nor does it keep other jobs waiting: the worker of `make run` does three at a time."""
    messages.send("approved", to=ada, params=APPROVED, about=ada, by=audit.SYSTEM)
    assert jobs_by_status(TELEPHONE)[0] == "doing"
    run_the_worker()
    assert len(mailoutbox) == 1
    assert jobs_by_status(TELEPHONE)[0] == "doing"


def test_a_hanging_gateway_does_not_keep_other_jobs_waiting(ada: User, gateway: list[Any]) -> None:
    for _ in range(3):
        messages.send("approved", to=NUMBER, params=APPROVED, about=ada, by=audit.SYSTEM)
    before, jobs.TURN = jobs.TURN, -1
    try:
        jobs.deliver_to_telephones(timestamp=0)
    finally:
        jobs.TURN = before
    assert Message.objects.due().count() == 2
    assert jobs_by_status(TELEPHONE) == ["todo"]


def test_the_body_of_a_sent_code_still_says_what_it_was(code: Message, gateway: list[Any]) -> None:
    jobs.deliver_next()
    code.refresh_from_db()
    assert HIDDEN in code.body
