"""A statement is asked after while nothing comes; what only takes long is let be."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from registry import environment
from registry.database import line, outage
from registry.database.line import Line


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """When somebody asked whether the database is there."""
    moments: list[float] = []
    monkeypatch.setattr(outage, "suspect", lambda: moments.append(time.monotonic()))
    return moments


@pytest.fixture
def ours(db: None) -> Iterator[Line]:
    parameters = connection.get_connection_params()
    with Line.connect(**{**parameters, "autocommit": True}) as opened:
        yield opened


def test_what_takes_long_is_asked_after_now_and_then_and_answered(ours: Line, asked: list[float]) -> None:
    """Each question is a connection to the database: ten a second for each slow statement were too many."""
    assert ours.execute("SELECT 7 FROM pg_sleep(1.8)").fetchone() == (7,)
    assert 1 <= len(asked) <= 1.8 / line.ASK_AFTER_SECONDS


def test_what_is_quick_is_not_asked_after(ours: Line, asked: list[float]) -> None:
    for _ in range(20):
        ours.execute("SELECT 1")
    assert asked == []


def test_where_the_database_is_silent_a_statement_is_given_up_and_its_connection_closed(
    ours: Line, asked: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outage, "is_silent", lambda: bool(asked))
    server_side = ours.info.backend_pid
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match="does not answer"):
        ours.execute("SELECT pg_sleep(30)")
    assert 1 <= (time.monotonic() - began) / line.ASK_AFTER_SECONDS < 6
    assert ours.closed
    with connection.cursor() as cursor:  # else the test's database can't be dropped
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [server_side])


def test_a_migration_is_not_given_up_for_one_look_that_came_late(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Only connections of a pool are; beside the building of an index a new one may take seconds."""
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@127.0.0.1/registry")
    for role, pooled in (("web", True), ("owner", False)):
        monkeypatch.setenv("REGISTRY_ROLE", role)
        assert ("pool" in environment.database(tmp_path, pool_size=8)["OPTIONS"]) == pooled
