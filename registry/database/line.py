"""A connection whose statements end when the database falls silent.

A server that was stopped (SIGSTOP, a disk that hangs, a network that swallows) keeps its connections and says nothing,
so that no bound of its own ends a statement: the thread would wait for as long as that lasts, and a worker has few. A
statement that takes long is asked after: where the database does not even take another connection, it is given up.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

import psycopg

from registry.database import outage

ASK_AFTER_SECONDS = 0.5  # without a word from it, and again after as many

T = TypeVar("T")


class Line(psycopg.Connection[tuple[Any, ...]]):
    """Raises psycopg.OperationalError within about three seconds of the database falling silent, and is then closed:
    nobody knows how far the statement came.
    """

    def wait(self, gen: Generator[Any, Any, T], *bounds: Any, **more: Any) -> T:
        try:
            return super().wait(_asked_after(gen), *bounds, **more)
        except Silent:
            self.pgconn.finish()
            raise


class Silent(psycopg.OperationalError):
    pass


def _asked_after(gen: Generator[Any, Any, T]) -> Generator[Any, Any, T]:
    """`gen`, which psycopg wakes ten times a second while nothing comes. Not asked as often: each question connects."""
    ask_at, came = time.monotonic() + ASK_AFTER_SECONDS, None
    while True:
        try:
            wanted = gen.send(came)
        except StopIteration as done:
            result: T = done.value
            return result
        came = yield wanted
        if came:
            ask_at = time.monotonic() + ASK_AFTER_SECONDS
        elif time.monotonic() > ask_at:
            if outage.is_silent():
                raise Silent("the database does not answer")
            outage.suspect()
            ask_at = time.monotonic() + ASK_AFTER_SECONDS
