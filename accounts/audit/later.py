"""Entries of the unchained log, from where nobody may wait for the database: a bounded queue, and a thread that writes.

The thread starts with the first entry of a process, so after every fork. While the database is away what fits is kept
and tried again; what does not fit is counted, and the log says how many got lost. What still waits when the process
ends is lost too: these entries are for people who watch, the journal holds what happened.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import InterfaceError, OperationalError, connection
from psycopg_pool import PoolTimeout

from accounts import clock
from accounts.audit.models import LogEntry

logger = logging.getLogger(__name__)

MOST_WAITING = 1_000
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds between two attempts while the database is away


class _Waiting(NamedTuple):
    noticed: float  # time.monotonic()
    kind: str
    by: str
    on: str
    data: dict[str, Any]


class Writer:
    def __init__(self, most: int = MOST_WAITING) -> None:
        self.most = most
        self.dropped = 0
        self._queue: deque[_Waiting] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, entry: _Waiting) -> None:
        with self._changed:
            if len(self._queue) >= self.most:
                self.dropped += 1
                return
            self._queue.append(entry)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log of later", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def written(self, within: float) -> bool:
        """Wait until nothing is left to write, for so many seconds at most."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self.dropped, within)

    def _run(self) -> None:
        wait = FIRST_WAIT
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self.dropped)
            try:
                self._write()
            except (OperationalError, InterfaceError, PoolTimeout) as away:
                logger.warning(
                    "%d log entries wait for the database: %s", len(self._queue), type(away).__name__
                )
                time.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            else:
                wait = FIRST_WAIT
            finally:
                connection.close()  # back to the pool: between two entries may lie a day

    def _write(self) -> None:
        """Everything that waits, each in a transaction of its own."""
        while self._queue:
            entry = self._queue[0]
            try:
                age = timedelta(seconds=time.monotonic() - entry.noticed)
                at = clock.now() - age
                LogEntry.objects.create(at=at, kind=entry.kind, by=entry.by, on=entry.on, data=entry.data)
            except (OperationalError, InterfaceError, PoolTimeout):
                raise
            except Exception:  # one that can't be written must not hold up the others
                logger.exception("A log entry of the kind %s can't be written", entry.kind)
            with self._changed:
                self._queue.popleft()
                self._changed.notify_all()
        if lost := self.dropped:
            data = {"code": "log_entries_lost", "count": lost}
            LogEntry.objects.create(kind="alert", by="system", on="", data=data)
            logger.warning("%d log entries did not fit into the queue and are lost", lost)
            with self._changed:
                self.dropped -= lost
                self._changed.notify_all()


_writer = Writer()


def log(kind: str, *, by: str, on: str, data: Mapping[str, Any] | None = None) -> None:
    """As `journal.log`, without a query here and now; `by` and `on` are typed ids."""
    _writer.put(_Waiting(time.monotonic(), kind, by, on[:40], dict(data or {})))


def written(within: float = 5.0) -> bool:
    """Wait until what was handed over is written, for so many seconds at most."""
    return _writer.written(within)


def _after_fork() -> None:
    global _writer
    _writer = Writer()  # the thread, and what waits for it, stay with the parent


os.register_at_fork(after_in_child=_after_fork)
