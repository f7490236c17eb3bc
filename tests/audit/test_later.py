"""What nobody may wait for: written soon, kept while the database is away, never in the way."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from accounts import clock
from accounts.audit import later
from accounts.audit.later import Writer
from accounts.audit.models import LogEntry

Waiting = later._Waiting
PLACE = ("dbname", "host", "port", "user", "password")


@contextmanager
def away() -> Iterator[None]:
    """Nobody gets into the database of the test."""
    name = connection.settings_dict["NAME"]
    connection.close()
    let(name, "false")
    try:
        yield
    finally:
        let(name, "true")


def let(name: str, anybody: str) -> None:
    where = {**connection.get_connection_params(), "dbname": "postgres"}
    with psycopg.connect(make_conninfo(**{key: where[key] for key in PLACE if key in where})) as server:
        server.autocommit = True
        server.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS {anybody}')


def entry(code: str = "x", kind: str = "alert") -> Any:
    return Waiting(time.monotonic(), kind, "cli_1", "key_1", {"code": code})


def test_an_entry_is_written_soon(committed: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        later.log("refused", by="cli_1", on="key_1", data={"code": "key_revoked"})
    assert later.written()
    written = LogEntry.objects.get()
    assert (written.kind, written.by, written.on, written.data) == (
        "refused",
        "cli_1",
        "key_1",
        {"code": "key_revoked"},
    )
    assert clock.now() - written.at < timedelta(seconds=5)


def test_they_are_written_in_their_order(committed: None) -> None:
    for number in range(200):
        later.log("refused", by="cli_1", on="key_1", data={"code": str(number)})
    assert later.written()
    codes = LogEntry.objects.order_by("id").values_list("data__code", flat=True)
    assert list(codes) == [str(number) for number in range(200)]


def test_while_the_database_is_away_they_wait_and_keep_their_time(
    committed: None, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer(most=3)
    with away():
        for number in range(5):
            writer.put(entry(str(number)))
        assert not writer.written(1.2)
        assert writer.dropped == 2
    assert writer.written(20)
    first, *_, last = LogEntry.objects.order_by("id")
    assert last.data == {"code": "log_entries_lost", "count": 2}
    assert [entry.data["code"] for entry in LogEntry.objects.order_by("id")[:3]] == ["0", "1", "2"]
    assert last.at - first.at > timedelta(seconds=1)  # when it was noticed, not when it was written
    said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any("wait for the database" in line for line in said)
    assert any("2 log entries did not fit" in line for line in said)


def test_one_that_cannot_be_written_holds_up_no_other(
    committed: None, caplog: pytest.LogCaptureFixture
) -> None:
    writer = Writer()
    writer.put(entry(kind="k" * 61))  # longer than the column
    writer.put(entry("good"))
    assert writer.written(10)
    assert LogEntry.objects.get().data == {"code": "good"}
    assert "can't be written" in caplog.text


def test_a_fork_has_a_writer_of_its_own(committed: None) -> None:
    later.log("alert", by="cli_1", on="key_1", data={"code": "parent"})
    assert later.written()
    if (child := os.fork()) == 0:
        later.log("alert", by="cli_1", on="key_1", data={"code": "child"})
        os._exit(0 if later.written(10) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert set(LogEntry.objects.values_list("data__code", flat=True)) == {"parent", "child"}
