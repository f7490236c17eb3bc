"""What a supervisor asks: whether the process is alive, and whether all is there that it needs."""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import requests
from django.db import connection
from django.test import Client

from registry import health
from registry.database.asking import Connection, Question, Told
from tests.cardstore.wire import has_applied_all
from tests.server import App, Server, children_of, running, until

pytestmark = pytest.mark.alone

LISTED = "+13035550101"
AT_ONCE = 0.5  # seconds


@pytest.fixture
def database(db: None) -> Connection:
    """As a question has it, in the test's transaction; nobody works there."""
    connection.ensure_connection()
    raw: Connection = connection.connection
    raw.execute("DELETE FROM procrastinate_workers")
    raw.execute("DELETE FROM procrastinate_periodic_defers")
    raw.execute("DELETE FROM procrastinate_jobs")
    return raw


@pytest.fixture
def unasked(monkeypatch: Any) -> None:
    monkeypatch.setattr(health, "_jobs", Question(health.jobs, fresh_for=0, within=health.WITHIN_SECONDS))


def worker(database: Connection, ago: int) -> None:
    database.execute(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))", [ago]
    )


def job(database: Connection, **columns: Any) -> None:
    names, holes = ", ".join(columns), ", ".join(["%s"] * len(columns))
    database.execute(
        f"INSERT INTO procrastinate_jobs (queue_name, task_name, {names}) VALUES ('default', 'a', {holes})",  # noqa: S608  # our own names
        list(columns.values()),
    )


def grow_older(database: Connection, seconds: int) -> None:
    database.execute("UPDATE procrastinate_events SET at = at - make_interval(secs => %s)", [seconds])


# --- the jobs ---


def test_nobody_who_works_is_a_stall(database: Connection) -> None:
    assert health.jobs(database).are_stalled
    worker(database, health.WORKER_SILENT_FOR_SECONDS + 1)
    assert health.jobs(database).are_stalled
    worker(database, health.WORKER_SILENT_FOR_SECONDS - 5)
    assert not health.jobs(database).are_stalled


def test_while_a_worker_is_changed_for_another_nothing_is_stalled(database: Connection) -> None:
    """One that ends in order takes its row along. Seen to fail without the look at the minutes."""
    database.execute(
        "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp)"
        " VALUES ('a', extract(epoch FROM now()) - 50)"
    )
    assert not health.jobs(database).are_stalled


def test_a_job_that_waits_too_long_is_a_stall(database: Connection) -> None:
    worker(database, 1)
    job(database, status="todo")
    told = health.jobs(database)
    assert told.silent == pytest.approx(1, abs=1)
    assert told.oldest == pytest.approx(0, abs=1)
    assert told.due == 1
    grow_older(database, health.JOB_WAITS_SECONDS + 1)
    assert health.jobs(database).are_stalled


def test_what_is_due_later_or_done_or_waits_for_another_is_not_late(database: Connection) -> None:
    worker(database, 1)
    job(database, status="todo", scheduled_at="2999-01-01")
    job(database, status="doing", lock="one at a time")
    job(database, status="todo", lock="one at a time")
    job(database, status="failed")
    grow_older(database, 10_000)
    assert health.jobs(database)[1:] == (0, 0)


def test_what_was_due_for_long_counts_from_then(database: Connection) -> None:
    worker(database, 1)
    job(database, status="todo", scheduled_at="2020-01-01")
    assert health.jobs(database).oldest > 1e8


def test_a_million_that_wait_are_not_counted(database: Connection) -> None:
    database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name) SELECT 'default', 'a' FROM generate_series(1, %s)",
        [health.MOST_LOOKED_AT + 5],
    )
    assert health.jobs(database).due == health.MOST_LOOKED_AT


@pytest.mark.parametrize("analysed", [False, True])
def test_old_jobs_cost_nothing(database: Connection, analysed: bool) -> None:
    """Beside a million that are done, a look at what is due reads a few pages. Without the partial index: thousands."""
    database.execute("ALTER TABLE procrastinate_jobs DISABLE TRIGGER USER")
    database.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
        " SELECT 'default', 'old', 'succeeded' FROM generate_series(1, 1000000)"
    )
    database.execute("ALTER TABLE procrastinate_jobs ENABLE TRIGGER USER")
    for _ in range(20):
        job(database, status="todo")
    if analysed:
        database.execute("ANALYZE procrastinate_jobs")
    assert health.jobs(database).due == 20
    for statement in (health.WORKER, health.DUE_JOBS):
        (plan,) = explained(database, statement)
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 500, plan
        assert plan["Actual Total Time"] < 100, plan


def explained(database: Connection, statement: str) -> list[dict[str, Any]]:
    row = database.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}").fetchone()
    assert row is not None
    return [entry["Plan"] for entry in row[0]]


# --- a question ---


def test_a_question_is_asked_once_for_all_and_hangs_nobody(db: None) -> None:
    asked = []

    def ask(connection: Connection) -> int:
        asked.append(connection.execute("SELECT pg_sleep(1)").fetchone())
        return len(asked)

    question = Question(ask, fresh_for=10, within=5)
    began = time.monotonic()
    assert [question.answer(0.1) for _ in range(20)] == [Told(None, "slow")] * 20
    assert time.monotonic() - began < AT_ONCE  # those that came later did not wait as well
    assert until(lambda: question.answer(0.1) == Told(1, "ok"), 5)
    assert question.answer(0) == Told(1, "ok")
    assert len(asked) == 1


def test_while_nothing_comes_one_waits_for_all(db: None) -> None:
    """A flood of questions would else hold each thread of the web server, the page's and `live`'s too."""
    question = Question(lambda connection: connection.execute("SELECT pg_sleep(9)"), fresh_for=0, within=2)
    assert question.answer(3) == Told(None, "slow")
    waits = threading.Thread(target=question.answer, args=[3])
    waits.start()
    assert until(lambda: question._asking is not None, 1)
    began = time.monotonic()
    assert [question.answer(3) for _ in range(20)] == [Told(None, "slow")] * 20
    assert time.monotonic() - began < AT_ONCE
    waits.join()


def test_a_question_is_ended_by_the_server_and_writes_nothing(db: None) -> None:
    slow = Question(lambda connection: connection.execute("SELECT pg_sleep(5)"), fresh_for=0, within=0.2)
    assert slow.answer(3) == Told(None, "slow")
    refused: list[Exception] = []

    def write(connection: Connection) -> None:
        try:
            connection.execute("UPDATE audit_logentry SET kind = kind")
        except psycopg.errors.ReadOnlySqlTransaction as wrong:
            refused.append(wrong)

    assert Question(write, fresh_for=0, within=1).answer(3).came == "ok"
    assert refused


# --- the pages ---


def test_live_is_whoever_answers(client: Client) -> None:
    assert client.get("/healthz/live").json() == {"status": "alive"}


@pytest.mark.usefixtures("unasked")
def test_a_full_disk_is_not_ready(client: Client, monkeypatch: Any, db: None) -> None:
    monkeypatch.setattr(health, "LEAST_ROOM", 2**60)
    answer = client.get("/healthz/ready")
    assert (answer.status_code, answer.json()["status"]) == (503, "not_ready")
    assert answer.json()["checks"]["database"] == "ok"
    assert answer.json()["checks"]["disk"] == "full"
    assert int(answer.headers["Retry-After"]) > 0
    assert "no-store" in answer.headers["Cache-Control"]
    assert client.post("/healthz/ready").status_code == 405


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("health"), WEB_WORKERS="1", WEB_THREADS="2") as server:
        assert until(lambda: has_applied_all(server) and server.is_ready())
        yield server


def checks(server: Server) -> tuple[int, dict[str, str]]:
    answer = requests.get(f"{server.url}/healthz/ready", timeout=10)
    return answer.status_code, answer.json()["checks"]


@contextlib.contextmanager
def stopped(server: Server) -> Iterator[None]:
    """PostgreSQL takes connections, and answers nothing."""
    leader = server.services()["database"]
    everyone = [leader, *children_of(leader)]
    for pid in everyone:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def test_ready_says_what_is_missing_and_look_ups_go_on(server: Server) -> None:
    assert checks(server) == (200, {"database": "ok", "jobs": "ok", "disk": "ok"})
    with server.without("jobs"):
        server.rows("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        server.rows("DELETE FROM procrastinate_periodic_defers")
        assert until(lambda: checks(server) == (503, {"database": "ok", "jobs": "stalled", "disk": "ok"}), 5)
    assert until(lambda: checks(server)[0] == 200)
    with server.without("database"):
        away = (503, {"database": "away", "jobs": "unknown", "disk": "ok"})
        assert until(lambda: checks(server) == away, 10)
        assert took(lambda: checks(server)) < AT_ONCE
    assert until(lambda: checks(server)[0] == 200)


def test_a_database_that_hangs_hangs_nobody(server: Server) -> None:
    app = App(server, server.first_run()["api_key"])
    assert until(lambda: checks(server)[0] == 200)
    with stopped(server):
        time.sleep(health.FRESH_FOR_SECONDS)
        for _ in range(6):  # more than it has threads, one after the other
            assert took(lambda: checks(server)) < health.WITHIN_SECONDS + AT_ONCE
            status, said = checks(server)
            assert (status, said["jobs"]) == (503, "unknown")
            assert said["database"] in ("slow", "away")
            assert app.card(LISTED)["listed"] is True
        assert requests.get(f"{server.url}/healthz/live", timeout=2).status_code == 200
    assert until(lambda: checks(server)[0] == 200)


def test_a_database_that_falls_silent_holds_no_thread(server: Server) -> None:
    """More is asked of it than there are threads. Seen to fail while a statement waited for as long as it took."""
    app = App(server, server.first_run()["api_key"])
    with stopped(server), ThreadPoolExecutor(6) as apps:
        asked = [apps.submit(app.call, "GET", "/v1/accounts?search=warung") for _ in range(6)]
        assert {answer.result().status_code for answer in asked} == {503}
        for _ in range(6):
            assert took(lambda: app.card(LISTED)) < AT_ONCE
    assert until(lambda: checks(server)[0] == 200)
    assert app.get("/v1/accounts?search=warung")["results"]


def took(doing: Any) -> float:
    began = time.monotonic()
    doing()
    return time.monotonic() - began


def test_what_it_says_is_json_for_machines(server: Server) -> None:
    answer = requests.get(f"{server.url}/healthz/ready", timeout=10)
    assert json.loads(answer.text).keys() == {"status", "checks"}
    assert answer.headers["Content-Type"] == "application/json"
