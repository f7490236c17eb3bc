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

ASK_AFTER_SECONDS = 0.5  # without a word from it

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
    """`gen`, which psycopg wakes ten times a second while nothing comes."""
    heard, came = time.monotonic(), None
    while True:
        try:
            wanted = gen.send(came)
        except StopIteration as done:
            result: T = done.value
            return result
        came = yield wanted
        if came:
            heard = time.monotonic()
        elif time.monotonic() - heard > ASK_AFTER_SECONDS:
            outage.suspect()
            if outage.is_silent():
                raise Silent("the database does not answer")
