"""The real server beside the bench: granian as `make run` starts it, one worker, on a free port."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registry.processes import dying_with_parent
from registry.run import ROOT, answers, serve
from tests.server import children_of, free_port

START_LIMIT_SECONDS = 60
_TICKS_A_SECOND, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


class Server:
    def __init__(self, port: int, pid: int) -> None:
        self.port, self._pid = port, pid

    def workers(self) -> list[int]:
        """The processes that answer; the one that started them only watches."""
        return list(children_of(self._pid))

    def cpu_seconds(self) -> float:
        return sum(_cpu_seconds(pid) for pid in self.workers())

    def memory(self) -> int:
        """Bytes that the largest worker holds (RSS)."""
        return max(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers()) * _PAGE


@contextmanager
def running(database_url: str) -> Iterator[Server]:
    port = free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "REGISTRY_ROLE": "web",
        "DJANGO_SETTINGS_MODULE": "tests.bench.plain_settings",
        "PYTHONPATH": str(ROOT),
    }
    command = ["--workers=1" if part.startswith("--workers=") else part for part in serve("127.0.0.1", port)]
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )
    try:
        _until_it_answers(started, port)
        yield Server(port, started.pid)
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()


def _until_it_answers(started: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while not answers("127.0.0.1", port):
        if started.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"the server on port {port} does not answer")
        time.sleep(0.1)


def cluster_cpu_seconds() -> float:
    """CPU time of the throw-away PostgreSQL with all of its processes, those that have ended included."""
    postmaster = int(
        (Path(os.environ["TEST_CLUSTER_DIR"]) / "data" / "postmaster.pid").read_text().split()[0]
    )
    return _cpu_seconds(postmaster, ended=True) + sum(_cpu_seconds(pid) for pid in children_of(postmaster))


def _cpu_seconds(pid: int, *, ended: bool = False) -> float:
    """What proc(5) calls utime and stime; `ended` adds those of the children that are gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it ended a moment ago: its parent counts it from now on
        return 0
    return sum(map(int, fields[11 : 15 if ended else 13])) / _TICKS_A_SECOND
