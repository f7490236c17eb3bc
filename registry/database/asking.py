"""Questions to the database that must never hold up whoever asks: each on a thread and a connection of its own.

A server that was stopped (SIGSTOP, a disk that hangs) takes connections and never answers, and no `statement_timeout`
of its own ends that. So only the thread waits; one a question, however many ask.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Generic, Literal, NamedTuple, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

from registry.database import outage

logger = logging.getLogger(__name__)

CONNECT_WITHIN_SECONDS = 2  # the least that libpq takes
UNWELL_FOR_SECONDS = 10.0  # in which one at a time waits, after an answer that did not come
GIVE_UP_ON_A_LINE_AFTER = 10_000  # milliseconds without any sign of the other end's kernel

T = TypeVar("T")
Connection = psycopg.Connection[tuple[Any, ...]]


class Told(NamedTuple, Generic[T]):
    """`value` is None unless `came` is ok. slow: it is there, as far as anybody knows, and did not answer in time.
    failed: it refused; the log says why.
    """

    value: T | None
    came: Literal["ok", "away", "slow", "failed"]


class Question(Generic[T]):
    """`ask` reads; what it said is told to everybody for `fresh_for` seconds. `within`: seconds of each statement."""

    def __init__(self, ask: Callable[[Connection], T], *, fresh_for: float, within: float) -> None:
        self._ask, self._fresh_for, self._within = ask, fresh_for, within
        self._lock = threading.Lock()
        self._told: Told[T] = Told(None, "slow")
        self._told_at = float("-inf")
        self._asked_at = 0.0
        self._asking: threading.Event | None = None

    def answer(self, wait: float) -> Told[T]:
        """After `wait` seconds at the most, and at once where somebody has waited that long before.

        While nothing comes, one waits for all: else whoever asks often would hold every thread there is.
        """
        if outage.is_known():
            return Told(None, "away")
        with self._lock:
            now = time.monotonic()
            if now - self._told_at < self._fresh_for:
                return self._told
            if self._asking is None:
                self._asking, self._asked_at = threading.Event(), now
                threading.Thread(target=self._run, args=[self._asking], name="ask", daemon=True).start()
            elif self._told.came != "ok" and now - self._told_at < UNWELL_FOR_SECONDS:
                return self._told
            asking, left = self._asking, self._asked_at + wait - now
        if asking.wait(max(0, left)):
            return self._told
        return Told(None, "slow")

    def _run(self, asking: threading.Event) -> None:
        told: Told[T] = Told(None, "away")
        try:
            with connected(self._within) as connection:
                told = Told(self._ask(connection), "ok")
        except psycopg.errors.QueryCanceled:
            told = Told(None, "slow")
        except (psycopg.OperationalError, psycopg.InterfaceError):
            outage.suspect()  # nobody else is to wait for it
        except Exception as wrong:  # a table is missing, or a right: somebody has to look
            told = Told(None, "failed")
            logger.error("A question to the database failed: %s", type(wrong).__name__)
        finally:
            with self._lock:
                self._told, self._told_at, self._asking = told, time.monotonic(), None
            asking.set()


def connected(within: float) -> Connection:
    """Not of the pool, which may be what is used up. It can't write. Raises psycopg.Error."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    bounds = f"-c statement_timeout={int(within * 1000)} -c default_transaction_read_only=on"
    return psycopg.connect(
        **{
            **parameters,
            "options": f"{parameters.get('options', '')} {bounds}",
            "connect_timeout": CONNECT_WITHIN_SECONDS,
            "tcp_user_timeout": GIVE_UP_ON_A_LINE_AFTER,
            "autocommit": True,
        }
    )
