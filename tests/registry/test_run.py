"""`make run` as processes: what it starts, brings back and leaves, and what it says when it cannot run."""

import contextlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_SECONDS = 10  # a second run; issue: "`make run` ready in under 10 s the second time"

pytestmark = pytest.mark.xdist_group("run")  # they share one prepared VAR_DIR


def environment(**given: str) -> dict[str, str]:
    """Ours, without what the test run itself was given."""
    ours = ("DATABASE_URL", "OWNER_DATABASE_URL", "REGISTRY_ROLE", "PORT", "HOST", "VAR_DIR", "PUBLIC_URL")
    return {**{name: value for name, value in os.environ.items() if name not in ours}, **given}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def until(reached: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not (done := reached()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done


def children_of(pid: int) -> dict[int, str]:
    """Living child processes and their command lines."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
    return found


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


class Run:
    """A registry that was started on a folder and a port."""

    def __init__(self, var_dir: Path, *, ready_within: float, command: list[str] | None = None) -> None:
        self.port = free_port()
        self.output = var_dir.with_suffix(".output")
        began = time.monotonic()
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                command or [sys.executable, "-m", "registry.run"],
                cwd=ROOT,
                env=environment(VAR_DIR=str(var_dir), PORT=str(self.port)),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        assert until(lambda: "Ready: " in self.said() or self.process.poll() is not None, 120), self.said()
        assert self.process.poll() is None, self.said()
        assert time.monotonic() - began < ready_within

    def said(self) -> str:
        return self.output.read_text()

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/admin/login/")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def services(self) -> dict[str, int]:
        marks = {"web": "granian", "jobs": "procrastinate", "database": "/bin/postgres "}
        children = children_of(self.process.pid).items()
        return {name: pid for name, mark in marks.items() for pid, line in children if mark in line}

    def everyone(self) -> list[int]:
        """All that it started, and what those started."""
        services = self.services().values()
        return [*services, *(pid for service in services for pid in children_of(service))]

    def stop(self, number: signal.Signals) -> None:
        everyone = self.everyone()
        assert len(everyone) >= 3 + 2 + 5  # services, web workers, PostgreSQL's own
        self.process.send_signal(number)
        self.process.wait(60)
        assert until(lambda: all(is_gone(pid) for pid in everyone)), self.said()


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after its first run."""
    folder = tmp_path_factory.mktemp("run") / "var"
    first = Run(folder, ready_within=120)
    first.stop(signal.SIGTERM)
    assert first.process.returncode == 0
    return folder


@pytest.fixture(scope="module")
def running(var_dir: Path) -> Iterator[Run]:
    run = Run(var_dir, ready_within=READY_WITHIN_SECONDS)
    yield run
    run.stop(signal.SIGTERM)


@pytest.mark.parametrize("service", ["web", "jobs", "database"])
def test_what_is_killed_comes_back(running: Run, service: str) -> None:
    before = running.services()
    os.kill(before[service], signal.SIGKILL)
    assert until(lambda: running.services().get(service, before[service]) != before[service])
    assert until(running.answers)
    after = running.services()
    assert {name for name in after if after[name] != before[name]} == {service}


def test_a_killed_web_worker_comes_back(running: Run) -> None:
    before = children_of(running.services()["web"])
    os.kill(next(iter(before)), signal.SIGKILL)
    assert until(lambda: len(children_of(running.services()["web"]).keys() - before.keys()) == 1)
    assert until(running.answers)


def test_the_web_server_cannot_alter_tables(running: Run) -> None:
    environ = Path(f"/proc/{running.services()['web']}/environ").read_bytes().split(b"\0")
    assert b"REGISTRY_ROLE=web" in environ


def test_only_one_runs_on_a_folder(running: Run, var_dir: Path) -> None:
    said = refusal(VAR_DIR=str(var_dir), PORT=str(free_port()))
    assert f"in use by a running registry (process {running.process.pid})" in said


def test_a_taken_port_is_said_plainly(running: Run, tmp_path: Path) -> None:
    assert f"PORT={running.port} on 127.0.0.1 is taken" in refusal(
        VAR_DIR=str(tmp_path), PORT=str(running.port)
    )
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_it_nothing_is_left_running(
    var_dir: Path, tmp_path: Path, number: signal.Signals
) -> None:
    folder = tmp_path / "var"
    subprocess.run(["cp", "-a", var_dir, folder], check=True)
    run = Run(folder, ready_within=READY_WITHIN_SECONDS)
    run.stop(number)
    assert run.process.returncode == (0 if number == signal.SIGINT else -number)


def test_it_ends_with_the_make_that_started_it(var_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "var"
    subprocess.run(["cp", "-a", var_dir, folder], check=True)
    make = f"'{sys.executable}' -m registry.run --die-with-parent & wait"
    run = Run(folder, ready_within=READY_WITHIN_SECONDS, command=["sh", "-c", make])
    (supervisor,) = children_of(run.process.pid)
    run.process.kill()
    run.process.wait()
    assert until(lambda: is_gone(supervisor))
    assert run.said().endswith("Stopped.\n")


# --- where it cannot run ---


def refusal(prepare: Callable[[], None] | None = None, **given: str) -> str:
    """What it says: one line, exit code 2."""
    done = subprocess.run(
        [sys.executable, "-m", "registry.run"],
        cwd=ROOT,
        env=environment(**given),
        preexec_fn=prepare,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    return done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("HOST", "203.0.113.1"),
        ("HOST", "no such host"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "many"),
        ("PUBLIC_URL", "registry.example"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/nothing"),
        ("POSTGRES_RUN_AS", "root") if os.geteuid() == 0 else ("PORT", "-1"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_its_variable(tmp_path: Path, name: str, value: str) -> None:
    given = {"VAR_DIR": str(tmp_path / "var"), "PORT": str(free_port()), name: value}
    assert name in refusal(None, **given)


def test_a_file_is_no_var_dir(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    assert "VAR_DIR" in refusal(VAR_DIR=str(file))
    assert file.read_text() == "mine"


def test_a_folder_that_takes_nothing_more_is_said_plainly(tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    assert "set VAR_DIR to a folder" in refusal(full, VAR_DIR=str(tmp_path), PORT=str(free_port()))


@pytest.mark.parametrize(
    ("script", "said"),
    [("exit 127", "does not run"), ('case "$*" in *version_info*) exit 1; esac', "is too old")],
)
def test_make_says_which_python_it_needs(tmp_path: Path, script: str, said: str) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    done = subprocess.run(
        ["make", "run", f"PYTHON={python}"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: PYTHON={python} {said}: install Python 3.11 or newer")
