"""The watch of the database goes on looking until it has seen it, whatever a look meets."""

import errno
from collections.abc import Iterator

import psycopg
import pytest

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
