"""The watch of the database goes on looking until it has seen it, whatever a look meets."""

import errno
import socket
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from registry.database import outage
from tests.server import until


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
