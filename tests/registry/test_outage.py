"""The watch of the database goes on looking until it has seen it, whatever a look meets."""

import errno
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from registry.database import outage
from tests.server import ROOT, environment, until


@pytest.mark.parametrize(
    "wrong", [psycopg.OperationalError("refused"), OSError(errno.EMFILE, "Too many open files")]
)
def test_a_look_that_fails_is_not_the_last(wrong: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else this process would call the database away for good."""
    looks: Iterator[Exception | None] = iter([*[wrong] * 6, None])

    def connect() -> None:
        if (failure := next(looks)) is not None:
            raise failure

    monkeypatch.setattr(outage, "_connect", connect)
    monkeypatch.setattr(outage, "_forget_the_pool", lambda: None)
    watch = outage.Watch()
    watch.look()
    assert until(watch.is_known, 2)
    assert until(lambda: not watch.is_known(), 5)
    assert not watch.is_silent()


def test_only_who_comes_first_waits_for_a_silent_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look-ups ask one after the other: while each waited its tenth of a second, a worker answered ten a second."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:  # takes connections and says nothing
        where = {"HOST": "127.0.0.1", "PORT": str(nobody.getsockname()[1])}
        for name, value in where.items():
            monkeypatch.setitem(connections.settings[DEFAULT_DB_ALIAS], name, value)
        watch = outage.Watch()
        began = time.monotonic()
        assert not any(watch.is_there() for _ in range(100))
        assert time.monotonic() - began < 3 * outage.FIRST_LOOK_SECONDS
        assert until(watch.is_silent, 5)


def test_a_command_says_why_and_where_it_looked(tmp_path: Path) -> None:
    """Not that a pool, of which nobody has heard, is not open."""
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_audit"],
        cwd=ROOT,
        env=environment(VAR_DIR=str(tmp_path), DATABASE_POOL_SIZE="8"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    # Before it stands what the pool tried, if it had the time.
    said = done.stderr[done.stderr.index("error: ") :]
    assert "Connection refused" in said
    assert "pool" not in said
    assert said.endswith("start `make run`, or set VAR_DIR or DATABASE_URL\n")
