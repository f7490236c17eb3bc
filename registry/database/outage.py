"""Whether the database is away, as far as this process knows. A thread of its own looks for it; but for a tenth of a
second where nobody has looked yet, nobody waits.

It looks while there is reason to: from the first failure until the database answers, and while the store of cards is
behind. A server that does not even refuse holds up that thread alone.
"""

import os
import threading
import time

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections

LOOK_EVERY_SECONDS = 0.25
BELIEVED_FOR_SECONDS = 2.0  # that it is there, when nobody has looked since
CONNECT_WITHIN_SECONDS = 2  # the least that libpq takes
FIRST_LOOK_SECONDS = 0.1  # that whoever comes first waits for: many times what a server that is there takes


class Watch:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._looked = threading.Event()
        self._is_away = False
        self._is_silent = False
        self._why = ""
        self._seen = -BELIEVED_FOR_SECONDS  # when it last answered, on the monotonic clock
        self._began = 0.0  # to look
        self._wanted = 0.0  # until when somebody may still ask

    def is_known(self) -> bool:
        return self._is_away

    def is_silent(self) -> bool:
        return self._is_away and self._is_silent

    def is_there(self) -> bool:
        self._wanted = time.monotonic() + BELIEVED_FOR_SECONDS
        if self._thread is None:
            self.look()
        if not self._is_away:  # else a worker that is asked rarely always says "away"
            self._looked.wait(max(0, self._began + FIRST_LOOK_SECONDS - time.monotonic()))
        return not self._is_away and time.monotonic() - self._seen < BELIEVED_FOR_SECONDS

    def why(self) -> str:
        return self._why

    def look(self) -> None:
        with self._lock:
            if self._thread is None:
                self._looked.clear()
                self._began = time.monotonic()
                self._thread = threading.Thread(target=self._run, name="look for the database", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                _connect()
            except (psycopg.Error, OSError) as wrong:  # also where no more files may be opened
                self._is_silent = isinstance(wrong, psycopg.errors.ConnectionTimeout)
                self._why = str(wrong)
                if not self._is_away:
                    self._is_away = True
                    _forget_the_pool()
            else:
                self._seen = time.monotonic()
                self._is_away, self._why = False, ""
            self._looked.set()
            with self._lock:
                if not self._is_away and time.monotonic() >= self._wanted:
                    self._thread = None
                    return
            time.sleep(LOOK_EVERY_SECONDS)


def _connect() -> None:
    """Raises psycopg.Error, OSError."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    psycopg.connect(**{**parameters, "connect_timeout": CONNECT_WITHIN_SECONDS}).close()


def _forget_the_pool() -> None:
    """Who waits for it is told at once; and a new one connects as soon as there is something to connect to, while the
    old one would try ever more rarely.
    """
    pool = connections[DEFAULT_DB_ALIAS]._connection_pools.pop(DEFAULT_DB_ALIAS, None)  # type: ignore[attr-defined]  # PostgreSQL's
    if pool is not None:
        pool.close(timeout=0)


_watch = Watch()


def is_known() -> bool:
    """Whether the thread has looked, and is still looking for it."""
    return _watch.is_known()


def is_silent() -> bool:
    """Whether it is away and does not even refuse: what it was asked before will not be answered, either."""
    return _watch.is_silent()


def why() -> str:
    """What a look met; empty where none failed. Who waited for the pool is told of the pool only."""
    return _watch.why()


def suspect() -> None:
    """Something failed as it does when the database is away: have a look."""
    _watch.look()


def is_database_there() -> bool:
    """As well as can be said within a tenth of a second: what nobody has seen by then is not there."""
    return _watch.is_there()


def forget() -> None:
    """Begin anew: after a fork the thread stays with the parent; and a test's own database is gone with the test."""
    global _watch
    _watch = Watch()


os.register_at_fork(after_in_child=forget)
