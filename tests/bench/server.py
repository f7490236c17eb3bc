"""Servers beside the bench, each on a free port, one worker unless said otherwise, and what they cost."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from registry.processes import dying_with_parent
from registry.run import ROOT, answers, serve
from tests.server import children_of, free_port

START_LIMIT_SECONDS, STOP_LIMIT_SECONDS = 60, 20
REGISTRY = "registry.wsgi:application"
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, port: int, started: "subprocess.Popen[bytes]") -> None:
        self.port, self._started, self.pid = port, started, started.pid

    def wait(self) -> "Server":
        """Until it answers anything at all. Raises SystemExit: it ended, or takes too long."""
        deadline = time.monotonic() + START_LIMIT_SECONDS
        while not answers("127.0.0.1", self.port):
            if self._started.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the server on port {self.port} does not answer")
            time.sleep(0.1)
        return self

    def workers(self) -> list[int]:
        """The processes that answer: those of granian, which only watches, or the one process that there is."""
        return list(children_of(self.pid)) or [self.pid]

    def cpu_seconds(self) -> float:
        return sum(cpu_seconds(pid) for pid in self.workers())

    def memory(self) -> dict[str, float]:
        """Megabytes of the largest worker by kind, as proc(5) names them: RssAnon is its own, RssFile may be shared."""
        return max((memory(pid) for pid in self.workers()), key=lambda held: held["VmRSS"])


@contextmanager
def starting(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    """It may not answer yet: several start sooner together."""
    with process(command, environment) as started:
        yield Server(port, started)


@contextmanager
def running(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    with starting(command, port, environment) as server:
        yield server.wait()


def registry(application: str = REGISTRY, *, workers: int = 1) -> tuple[list[str], int]:
    """A command and its port: granian as `make run` starts it, with an application of its own or of a comparison's."""
    port = free_port()
    given = [
        f"--workers={workers}" if part.startswith("--workers=") else part for part in serve("127.0.0.1", port)
    ]
    return [application if part == REGISTRY else part for part in given], port


@contextmanager
def process(
    command: Sequence[str], environment: Mapping[str, str], *, stdout: int | None = None
) -> "Iterator[subprocess.Popen[bytes]]":
    """Runs beside the block; at its end the process and all that it started are gone."""
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        start_new_session=True,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "manage.py", *arguments]


# --- what they cost ---


def cluster_cpu_seconds(postmaster: int) -> float:
    """CPU time of PostgreSQL with all of its processes, those that have ended included."""
    return cpu_seconds(postmaster, ended=True) + sum(cpu_seconds(pid) for pid in children_of(postmaster))


def cpu_seconds(pid: int, *, ended: bool = False) -> float:
    """What proc(5) calls utime and stime; `ended` adds those of the children that are gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it ended a moment ago: its parent counts it from now on
        return 0
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICKS_A_SECOND


def memory(pid: int) -> dict[str, float]:
    """Megabytes: VmRSS = RssAnon + RssFile + RssShmem, and VmHWM, the most that VmRSS was."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        status = ""
    found = re.findall(r"^(VmRSS|VmHWM|RssAnon|RssFile|RssShmem):\s+(\d+) kB", status, re.MULTILINE)
    return {"VmRSS": 0, "VmHWM": 0, "RssAnon": 0, "RssFile": 0, "RssShmem": 0} | {
        name: int(kilobytes) * 1024 / 1e6 for name, kilobytes in found
    }
