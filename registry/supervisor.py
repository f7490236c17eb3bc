"""Keeps programs alive: whatever dies is started again, after a pause that grows while it keeps dying."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from registry.logs import say
from registry.postgres import Cluster, PostgresError
from registry.processes import dying_with_parent

STOP_LIMIT_SECONDS = 15  # programs are told to finish 5 seconds earlier
LONGEST_PAUSE_SECONDS = 10.0
STEADY_AFTER_SECONDS = 30
LOOK_EVERY_SECONDS = 0.2
LATER_WITHIN_SECONDS = 10


class Service(Protocol):
    name: str
    longest_pause: float

    def start(self) -> None: ...

    def is_alive(self) -> bool: ...


class Program:
    """A command in a process group of its own, so that a terminal's Ctrl-C comes to us alone."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        env: Mapping[str, str],
        longest_pause: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        self.name, self.command, self.folder, self.env = name, command, folder, env
        self.longest_pause = longest_pause
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_alive():
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait until it is gone; past the deadline it and all that it started are killed."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Database:
    """The embedded cluster as a service; one that somebody else started is watched by them."""

    name = "PostgreSQL"
    longest_pause = LONGEST_PAUSE_SECONDS

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster

    def start(self) -> None:
        self.cluster.start()

    def is_alive(self) -> bool:
        return self.cluster.child is None or self.cluster.child.poll() is None

    def stop(self) -> None:
        if self.cluster.child is not None:
            self.cluster.stop()


@contextlib.contextmanager
def stopping(programs: Sequence[Program]) -> Iterator[None]:
    """At the end all of them are asked at once, then waited for."""
    try:
        yield
    finally:
        for program in programs:
            program.ask_to_stop()
        deadline = time.monotonic() + STOP_LIMIT_SECONDS
        for program in programs:
            program.end(deadline)


def keep_alive(
    running: Sequence[Service], later: Sequence[Service] = (), *, is_ready: Callable[[], bool], ready: str
) -> None:
    """Watch them until an exception (a signal's) ends it; says `ready` once, when they answer.

    Those that come `later` are started then, so that a start does not wait for them; or after LATER_WITHIN_SECONDS.
    """
    services = [*running, *later]
    deaths = dict.fromkeys(services, 0)
    started = dict.fromkeys(services, time.monotonic())
    again: dict[Service, float] = dict.fromkeys(later, time.monotonic() + LATER_WITHIN_SECONDS)
    announced = False
    while True:
        now = time.monotonic()
        for service in services:
            if service.is_alive():
                if now - started[service] > STEADY_AFTER_SECONDS:
                    deaths[service] = 0
            elif service not in again:
                pause = min(0.25 * 2 ** deaths[service], service.longest_pause)
                deaths[service] += 1
                again[service] = now + pause
                say(f"The {service.name} ended; it starts again in {pause:g} s.", file=sys.stderr)
            elif now >= again[service]:
                try:
                    service.start()
                except PostgresError as problem:
                    say(f"error: {problem}", file=sys.stderr)
                del again[service]
                started[service] = time.monotonic()
        if not announced and is_ready():
            announced = True
            say(ready)
            again.update(dict.fromkeys(again.keys() & set(later), 0.0))
        time.sleep(LOOK_EVERY_SECONDS)
