"""What a worker notes of each request, and adds up once a second.

A look-up takes some twenty microseconds, so noting it may take one: a number is appended to a list of its kind, without
a lock, and a thread adds up. What was noted in the last second is lost when a worker is killed with -9, nothing else.
"""

import logging
import os
import threading
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from typing import Any
from wsgiref.types import StartResponse

logger = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], StartResponse], list[bytes]]

FLUSH_EVERY_SECONDS = 1.0
MOST_NOTED = 1_000_000  # of a kind, while nobody adds up
BUCKETS = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip  # seconds
_EDGES = [int(bucket * 1e9) for bucket in BUCKETS]

ANSWERED = "registry.answered"  # in a request's environ: its Kind, as far as whoever answered it knows


# Route, method, status, and who answered: few words each. A path, which may be a phone number, is none of them.
Kind = tuple[str, str, int, str]
NOBODY: Kind = ("(none)", "other", 500, "nobody")

# (route, method, class of status, by) -> nanoseconds in all, then how many took up to each of BUCKETS, and longer.
Totals = dict[tuple[str, str, str, str], list[int]]

_noted: dict[Kind, deque[int]] = {}


def counted(application: Application) -> Application:
    noted, clock = _noted, time.perf_counter_ns

    def answer(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        began = clock()
        try:
            return application(environ, start_response)
        finally:
            took = clock() - began
            kind = environ.get(ANSWERED, NOBODY)
            try:
                noted[kind].append(took)
            except KeyError:
                # Of two threads that come here at once, both get the one list that is kept.
                noted.setdefault(kind, deque(maxlen=MOST_NOTED)).append(took)

    return answer


def add_up(totals: Totals) -> bool:
    """Move what was noted into `totals`; whether there was anything."""
    found = False
    for (route, method, status, by), waiting in _noted.copy().items():
        if not waiting:
            continue
        found = True
        total = totals.setdefault((route, method, f"{status // 100}xx", by), [0] * (len(_EDGES) + 2))
        for _ in range(len(waiting)):
            took = waiting.popleft()
            total[0] += took
            total[1 + bisect_left(_EDGES, took)] += 1
    return found


def forget() -> None:
    for waiting in _noted.values():
        waiting.clear()


class Ticker:
    """Calls `flush` each second, on a thread that a forked child has, too. It survives whatever goes wrong there."""

    def __init__(self, flush: Callable[[], None]) -> None:
        self._flush = flush
        self._start()
        os.register_at_fork(after_in_child=self._start)

    def _start(self) -> None:
        threading.Thread(target=self._run, name="add up the metrics", daemon=True).start()

    def _run(self) -> None:
        said = ""
        while True:
            time.sleep(FLUSH_EVERY_SECONDS)
            try:
                self._flush()
            except Exception as wrong:  # counting goes on
                if said != (said := type(wrong).__name__):
                    logger.exception("The metrics can't be added up")
