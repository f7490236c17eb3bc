"""The build of the next store, in a process of its own, so that the old one is looked after in the meantime."""

import contextlib
import logging
import os
import subprocess
import sys
import time

from django.conf import settings

from accounts.display import queries
from accounts.errors import NotAllowed

logger = logging.getLogger(__name__)

SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 300.0  # after a build; it doubles while they fail
_STOP_WITHIN_SECONDS = 3.0


def _politely() -> None:
    """Before the build runs: it takes what look-ups, pages and a start leave of the machine."""
    os.nice(10)


class Rebuilding:
    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0
        self._pause = SHORTEST_PAUSE_SECONDS
        self._is_waiting = False

    def go_on(self) -> None:
        """Start one where none is running, and see what became of it. A finished store is found in its folder."""
        if self._process is not None:
            self._see(self._process)
        elif time.monotonic() >= self._not_before and self._is_there_a_policy():
            logger.info("A new store is built")
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "cards", "--verbosity=0", "build", f"--for={os.getpid()}"],
                cwd=settings.BASE_DIR,
                stdin=subprocess.DEVNULL,
                preexec_fn=_politely,
            )

    def is_running(self) -> bool:
        return self._process is not None

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_WITHIN_SECONDS)
        self._process.kill()
        self._process.wait()
        self._process = None

    def _see(self, process: subprocess.Popen[bytes]) -> None:
        if (ended := process.poll()) is None:
            return
        self._process = None
        if ended == 0:
            self._pause = SHORTEST_PAUSE_SECONDS
        else:
            logger.warning(
                "The build of a store ended with %d; the next one starts in %g s", ended, self._pause
            )
        self._not_before = time.monotonic() + self._pause
        if ended != 0:
            self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _is_there_a_policy(self) -> bool:
        try:
            queries.policy_in_force()
        except NotAllowed:
            if not self._is_waiting:
                logger.info("No policy was published yet: there is nothing to draw cards with")
            self._is_waiting = True
            return False
        self._is_waiting = False
        return True
