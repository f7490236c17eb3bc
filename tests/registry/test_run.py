"""`make run` as processes: what it starts, brings back and leaves, and what it says when it cannot run."""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server import ROOT, Server, children_of, environment, free_port, is_gone, until

pytestmark = pytest.mark.alone

READY_WITHIN_SECONDS = 10  # a second run; issue: "`make run` ready in under 10 s the second time"


@pytest.fixture(scope="module")
def var_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after its first run."""
    folder = tmp_path_factory.mktemp("run") / "var"
    first = Server(folder).start()
    first.stop()
    assert first.process is not None and first.process.returncode == 0
    return folder


@pytest.fixture(scope="module")
def running(var_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(copied(var_dir, tmp_path_factory.mktemp("running"))).start(within=READY_WITHIN_SECONDS)
    yield server
    server.stop()


def copied(var_dir: Path, into: Path) -> Path:
    """Of a database that does not run: its files stand still."""
    subprocess.run(["cp", "-a", var_dir, into / "var"], check=True)
    return into / "var"


@pytest.mark.parametrize("service", ["web", "jobs", "database"])
def test_what_is_killed_comes_back(running: Server, service: str) -> None:
    before = running.services()
    os.kill(before[service], signal.SIGKILL)
    assert until(lambda: running.services().get(service, before[service]) != before[service])
    assert until(running.answers)
    after = running.services()
    assert {name for name in after if after[name] != before[name]} == {service}


def test_a_killed_web_worker_comes_back(running: Server) -> None:
    before = children_of(running.services()["web"])
    os.kill(next(iter(before)), signal.SIGKILL)
    assert until(lambda: len(children_of(running.services()["web"]).keys() - before.keys()) == 1)
    assert until(running.answers)


def test_the_web_server_cannot_alter_tables(running: Server) -> None:
    environ = Path(f"/proc/{running.services()['web']}/environ").read_bytes().split(b"\0")
    assert b"REGISTRY_ROLE=web" in environ


def test_only_one_runs_on_a_folder(running: Server) -> None:
    said = refusal(VAR_DIR=str(running.var_dir), PORT=str(free_port()))
    assert f"in use by a running registry (process {running.pid})" in said


def test_a_taken_port_is_said_plainly(running: Server, tmp_path: Path) -> None:
    assert f"PORT={running.port} on 127.0.0.1 is taken" in refusal(
        VAR_DIR=str(tmp_path), PORT=str(running.port)
    )
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_it_nothing_is_left_running(
    var_dir: Path, tmp_path: Path, number: signal.Signals
) -> None:
    run = Server(copied(var_dir, tmp_path)).start(within=READY_WITHIN_SECONDS)
    run.stop(number)
    assert run.process is not None and run.process.returncode == (0 if number == signal.SIGINT else -number)


def test_it_ends_with_the_make_that_started_it(var_dir: Path, tmp_path: Path) -> None:
    folder = copied(var_dir, tmp_path)
    make = f"'{sys.executable}' -m registry.run --die-with-parent & wait"
    run = Server(folder, command=["sh", "-c", make]).start(within=READY_WITHIN_SECONDS)
    (supervisor,) = children_of(run.pid)
    assert run.process is not None
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
