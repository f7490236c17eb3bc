"""`manage.py probe` as a process, mostly on a host of its own: no database, a key that was given, real signals."""

import contextlib
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from accounts.text import Text
from registry.status import incidents
from registry.status.incidents import Impact, Incident, Published, Stage, Update
from tests.registry.status import probed
from tests.registry.status.probed import WELL, Probed, reply
from tests.server import ROOT, environment, until

pytestmark = pytest.mark.alone

EVERY = "0.5"


class Process:
    def __init__(self, var_dir: Path, url: str, *arguments: str, **settings: str) -> None:
        self.home, self.output = var_dir / "status", var_dir.parent / f"{time.monotonic_ns()}.output"
        env = environment(VAR_DIR=str(var_dir), **{"PROBE_KEY": "given", **settings})
        with self.output.open("w") as output:  # by a pipe: of one test its own files may not grow
            self.pipe = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=output)  # of the system
        assert self.pipe.stdin is not None
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "probe", f"--url={url}", f"--every={EVERY}", *arguments],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self.pipe.stdin,
            stderr=subprocess.STDOUT,
        )
        self.pipe.stdin.close()

    def said(self) -> str:
        if self.process.poll() is not None:
            self.pipe.wait(10)
        return self.output.read_text()

    def read(self, name: str) -> Any:
        return json.loads((self.home / "public" / "api" / "v2" / f"{name}.json").read_text())

    def is_drawn_since(self, moment: datetime) -> bool:
        try:
            return datetime.fromisoformat(self.read("status")["page"]["updated_at"]) > moment
        except FileNotFoundError:
            return False

    def goes_on(self) -> bool:
        now = datetime.now(UTC)
        return until(lambda: self.is_drawn_since(now), 20)

    def rounds(self) -> int:
        with contextlib.closing(sqlite3.connect(self.home / "ledger.sqlite3")) as file:
            ((count,),) = file.execute("SELECT count(DISTINCT round) FROM probe").fetchall()
        return int(count)

    def end(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(20)
        took = time.monotonic() - began
        self.pipe.wait(10)
        return took


@pytest.fixture
def registry() -> Iterator[Probed]:
    with probed.probed() as registry:
        yield registry


@pytest.fixture
def prober(registry: Probed, tmp_path: Path) -> Iterator[Process]:
    process = Process(tmp_path / "var", registry.url)
    try:
        assert process.goes_on(), process.said()
        yield process
    finally:
        if process.process.poll() is None:
            process.end()
    assert "Traceback" not in process.said()


def test_elsewhere_the_page_links_to_the_registry_asked_and_a_missing_key_is_said(
    registry: Probed, tmp_path: Path
) -> None:
    process = Process(tmp_path / "var", registry.url + "/", "--once", PROBE_KEY="")
    assert process.process.wait(60) == 0, process.said()
    assert "Look-ups and messages are not measured" in process.said()
    page = (process.home / "public" / "index.html").read_text()
    assert f'href="{registry.url}/"' in page and f"{registry.url}/status/subscribe/" in page
    assert process.read("status")["page"]["url"] == f"{registry.url}/status/"


def test_elsewhere_it_needs_no_database_and_its_staffs_words_come_from_the_page(
    registry: Probed, prober: Process
) -> None:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    update = Update("upd_1", Stage.INVESTIGATING, Text("Kabar.", "News."), at)
    written = Incident(
        "inc_1", Text("Surel terlambat", "Late mail"), Impact.MINOR, ("messages",), at, (update,)
    )
    said = incidents.to_json(Published(at, (written,)))
    registry.answers["GET /status/published.json"] = reply(200, said)
    assert until(lambda: [one["name"] for one in prober.read("incidents")["incidents"]] == ["Late mail"])
    for answer in (probed.never, probed.a_byte_at_a_time, reply(200, b"<h1>"), reply(200, {"incidents": 1})):
        registry.answers["GET /status/published.json"] = answer
        assert prober.goes_on()
        assert [one["name"] for one in prober.read("incidents")["incidents"]] == [
            "Late mail"
        ]  # the last known
    assert {one.headers["authorization"] for one in registry.asked if "/v1/" in one.path} == {"bearer given"}
    assert not (prober.home / "key").exists()


def test_an_outage_is_told_on_its_own_page(registry: Probed, prober: Process) -> None:
    registry.everything(probed.hung_up)
    assert until(lambda: prober.read("status")["status"]["indicator"] == "critical")
    (incident,) = prober.read("incidents/unresolved")["incidents"]
    registry.answers = dict(WELL)
    assert until(lambda: not prober.read("incidents/unresolved")["incidents"])
    assert [one["id"] for one in prober.read("incidents")["incidents"]] == [incident["id"]]


@pytest.mark.parametrize("answer", [probed.never, probed.a_byte_at_a_time])
def test_a_registry_that_hangs_holds_up_neither_rounds_nor_the_end(
    registry: Probed, prober: Process, answer: probed.Answer
) -> None:
    registry.everything(answer)
    before = prober.rounds()
    time.sleep(6)
    assert prober.rounds() - before >= 3
    assert prober.goes_on()
    assert prober.read("status")["status"]["indicator"] == "critical"
    threads = len(list(Path(f"/proc/{prober.process.pid}/task").iterdir()))
    assert threads < 3 * 9
    assert prober.end() < 1
    assert prober.process.returncode == 0


def test_two_probers_on_one_folder_the_second_waits_and_takes_over(
    registry: Probed, prober: Process, tmp_path: Path
) -> None:
    second = Process(tmp_path / "var", registry.url)
    try:
        assert until(lambda: "Another prober measures into" in second.said())
        assert second.said().count("\n") == 1
        once = Process(tmp_path / "var", registry.url, "--once")
        assert once.process.wait(30) == 1 and "Another prober" in once.said()
        assert prober.end(signal.SIGKILL) < 1
        assert second.goes_on()
        assert second.end() < 1
        third = Process(tmp_path / "var", registry.url)
        assert until(lambda: third.goes_on())
        waits = Process(tmp_path / "var", registry.url)
        assert until(lambda: "Another prober measures into" in waits.said())
        assert waits.end() < 1  # also while it waits
        third.end()
    finally:
        second.process.kill()
        second.process.wait()


def test_on_a_full_disk_the_old_page_stays_whole_and_it_says_so_once(
    registry: Probed, prober: Process
) -> None:
    """The kernel refuses it every write past a limit, as a full disk does (EFBIG instead of ENOSPC)."""
    pid = prober.process.pid
    before = prober.read("summary")
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))
    time.sleep(3)
    public = prober.home / "public"
    assert (public / "index.html").read_text().rstrip().endswith("</html>")
    assert prober.read("summary")["components"][0]["id"] == before["components"][0]["id"]
    assert prober.process.poll() is None
    errors = [line for line in prober.said().splitlines() if " ERROR " in line]
    assert sum("can't be written" in line and "status page" in line for line in errors) == 1, errors
    assert len(errors) <= 3, errors
    measured = prober.rounds()
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))
    assert prober.goes_on()
    assert prober.rounds() > measured + 4  # what was measured meanwhile is there as well
    assert not list(public.rglob("*.half"))


def test_once_measures_draws_and_ends(registry: Probed, tmp_path: Path) -> None:
    once = Process(tmp_path / "var", registry.url, "--once")
    assert once.process.wait(60) == 0 and "Traceback" not in once.said()
    assert once.rounds() == 1
    assert once.read("components")["components"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--url=registry.example",), "has to start with http"),
        (("--every=0",), "--every takes"),
        (("--every=nan",), "--every takes"),
    ],
)
def test_what_it_can_t_do_it_says_in_a_line(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    process = Process(tmp_path / "var", "http://127.0.0.1:1", *arguments)
    assert process.process.wait(60) == 1
    assert said in process.said() and process.said().count("\n") == 1


def test_a_folder_that_it_may_not_write_to_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "status").mkdir()
    (tmp_path / "var" / "status" / "ledger.sqlite3").mkdir()
    process = Process(tmp_path / "var", "http://127.0.0.1:1")
    assert process.process.wait(60) == 1
    assert "can't be used" in process.said() and "Traceback" not in process.said()


def test_it_takes_little(registry: Probed, prober: Process) -> None:
    """Some 100 MB, most of it Django, and of a core some hundredths at two rounds a second."""
    time.sleep(5)
    ticks = cpu(prober.process.pid)
    before = prober.rounds()
    time.sleep(10)
    used, rounds = cpu(prober.process.pid) - ticks, prober.rounds() - before
    assert used / max(1, rounds) < 0.5
    status = Path(f"/proc/{prober.process.pid}/status").read_text()
    (resident,) = (int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    print(f"\nresident {resident // 1024} MB, {1000 * used / max(1, rounds):.0f} ms of CPU a round")
    assert resident < 200 * 1024


def cpu(pid: int) -> float:
    """Seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
