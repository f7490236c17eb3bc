"""The file may be anything: look-ups go on, and the log says once what is wrong."""

import fcntl
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from accounts.clients import counting
from accounts.clients.counting import MOST_SLOTS, PAGE, PLACES, SLOTS_AT_ONCE, SharedCounts
from accounts.clients.quotas import Counter, Quota
from tests.clients.spending import ROOT, workers
from tests.clients.test_quotas import NOON, let_through

QUOTA = Quota(1, 10, 1000)


def counts_together(path: Path) -> bool:
    """Whether another process sees what is counted here."""
    here = Counter(path)
    assert let_through(here, QUOTA, 4) == 4
    with workers(path, QUOTA, 1) as (other,):
        seen = other.spend(20, now=NOON) == 6
    here.shared.close()
    return seen


def test_a_new_file_is_for_its_owner_only_and_mostly_a_hole(tmp_path: Path) -> None:
    path = tmp_path / "quotas"
    assert counts_together(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == SLOTS_AT_ONCE * PAGE
    assert path.stat().st_blocks * 512 <= 4 * PAGE


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"x" * 100_000,
        b"\0" * PAGE,
        counting._HEADER.pack(b"vbrquota", counting.VERSION + 1, PLACES) + bytes(PAGE),
        counting._HEADER.pack(b"vbrquota", counting.VERSION, PLACES),  # cut off within the header's page
    ],
    ids=["a byte", "rubbish", "zeros", "another version", "cut off"],
)
def test_a_file_that_is_not_ours_is_made_anew(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "quotas"
    path.write_bytes(content)
    assert counts_together(path)
    assert "anew" in caplog.text


def test_a_file_that_was_cut_off_behind_its_header_goes_on_empty(tmp_path: Path) -> None:
    path = tmp_path / "quotas"
    assert counts_together(path)
    os.truncate(path, PAGE)
    assert counts_together(path)


def test_who_had_the_foreign_file_mapped_lives_on(tmp_path: Path) -> None:
    path = tmp_path / "quotas"
    with workers(path, QUOTA, 1) as (other,):
        assert other.spend(3, now=NOON) == 3
        with path.open("r+b") as file:
            file.write(b"spoilt!!")
        here = Counter(path)
        assert let_through(here, QUOTA, 20) == 10
        assert other.spend(20, now=NOON) == 7
        here.shared.close()


@pytest.mark.parametrize("used", [0, 1, 2**40])
def test_a_header_that_is_damaged_in_use_stops_nobody(tmp_path: Path, used: int) -> None:
    path = tmp_path / "quotas"
    here = Counter(path)
    with workers(path, QUOTA, 1) as (other,):
        assert let_through(here, QUOTA, 1) == 1
        assert other.spend(1, now=NOON) == 1  # in the second place
        with path.open("r+b") as file:
            file.seek(counting._HEADER.size)
            file.write(used.to_bytes(8, sys.byteorder))
        assert let_through(here, QUOTA, 3) == 3
        assert other.spend(3, now=NOON) == 3
    here.shared.close()


@pytest.mark.parametrize("path", ["no/such/folder/quotas", "file/quotas", "folder"])
def test_where_it_cannot_be_written_each_worker_counts_for_itself(
    tmp_path: Path, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    counter = Counter(tmp_path / path)
    assert let_through(counter, QUOTA, 20) == 10
    assert let_through(counter, QUOTA._replace(slot=2), 20) == 10
    assert [record.levelno for record in caplog.records] == [logging.WARNING]  # once, not for each key
    assert "each worker counts for itself" in caplog.text


FULL = """
import resource, sys
from pathlib import Path
from accounts.clients.quotas import Counter, Quota
from tests.clients.test_quotas import NOON, let_through
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
print(let_through(Counter(Path(sys.argv[1])), Quota(2000, 10, 1000), 20))
"""


@pytest.mark.parametrize("room", [0, PAGE, SLOTS_AT_ONCE * PAGE])
def test_a_full_disk_kills_nobody(tmp_path: Path, room: int) -> None:
    """A file that may not grow, as the kernel sees it: to write into its hole would end the process by SIGBUS."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "quotas"), str(room)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "registry.settings"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "10"), done.stderr


HOLD = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, int(sys.argv[2]), 1)
print("held", flush=True)
sys.stdin.readline()
"""


def test_more_workers_than_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The surplus one counts for itself, and takes a place when there is one again."""
    path = tmp_path / "quotas"
    assert counts_together(path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), str(PLACES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    monkeypatch.setattr(counting, "TRY_AGAIN_AFTER", 0)
    surplus = Counter(path)
    assert surplus.shared.rows(1).place == 0
    assert 1 in surplus.shared._own
    assert "places are taken" in caplog.text
    holder.communicate("\n")
    surplus.shared.rows(1)
    assert not surplus.shared._own
    with workers(path, QUOTA, 1) as (other,):
        assert other.place == 1
    surplus.shared.close()


@pytest.mark.parametrize("slot", [0, -1, MOST_SLOTS, 2**31 - 1])
def test_a_slot_out_of_the_file_is_counted_by_each_worker(tmp_path: Path, slot: int) -> None:
    counter = Counter(tmp_path / "quotas")
    assert let_through(counter, Quota(slot, 10, 1000), 20) == 10
    assert let_through(counter, Quota(5, 10, 1000), 20) == 10
    assert (tmp_path / "quotas").stat().st_size == SLOTS_AT_ONCE * PAGE
    counter.shared.close()


def test_a_place_is_given_back(tmp_path: Path) -> None:
    path = tmp_path / "quotas"
    shared = SharedCounts(path)
    assert shared.rows(1).place == 0
    shared.close()
    with path.open("r+b") as file:  # by nobody else held: this process may take each byte
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with workers(path, QUOTA, 2) as both:
        assert [worker.place for worker in both] == [0, 1]
