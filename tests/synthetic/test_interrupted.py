"""A load that is killed, or stopped by hand: whole chunks stay, and the next command finds what is missing."""

import signal
import time

import pytest

from accounts.audit.chain import breaks
from accounts.badges.models import Badge
from accounts.businesses.models import Account, Business
from accounts.synthetic import loading, setting_aside
from tests.synthetic.loading import load, peak_megabytes, shape, start

LARGE = "--accounts=200000"


def stopped_in_the_middle(signal_number: int) -> tuple[int, str]:
    """A real process and a real signal, after its first chunk. Returns its exit code, and what it said."""
    process = start(LARGE)
    deadline = time.monotonic() + 60
    while loading.loaded() == 0:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(signal_number)
    _, said = process.communicate(timeout=60)
    return process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_whole_chunks_stay_and_the_next_command_puts_back_what_was_set_aside(
    committed: None, number: signal.Signals
) -> None:
    before = shape()
    code, said = stopped_in_the_middle(number)
    there = _settled()
    assert 0 < there < 200_000 and there % loading.CHUNK == 0
    assert Account.objects.count() == Business.objects.count() == there
    assert Badge.objects.count() == there * 88 // 100
    assert not list(breaks())
    assert setting_aside.is_set_aside() and shape() != before
    if number == signal.SIGINT:
        assert code == 130
        assert f"{there:,} accounts are there; the same command goes on, and --finish" in said
        assert "Traceback" not in said
    load(there + 1_000)
    assert loading.loaded() == there + 1_000
    assert shape() == before and not setting_aside.is_set_aside()
    assert not list(breaks())


def _settled() -> int:
    """PostgreSQL may still be about to notice that nobody is there any more: until then the chunk may yet commit."""
    deadline = time.monotonic() + 30
    while True:
        with loading.alone() as mine:
            if mine:
                return loading.loaded()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_finish_puts_back_what_is_missing_and_writes_nothing(committed: None) -> None:
    before = shape()
    setting_aside.set_aside()
    pieces = setting_aside.put_back()
    for _ in range(4):  # and the process that did this is killed as well
        next(pieces)
    pieces.close()
    assert shape() != before
    process = start("--finish")
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert shape() == before and loading.loaded() == 0


def test_memory_does_not_grow_with_the_number_of_accounts(committed: None) -> None:
    few, many = _peak(loading.CHUNK * 3), _peak(loading.CHUNK * 15)
    assert many < few + 10, f"{few:.0f} MB, then {many:.0f} MB"
    assert many < 300


def _peak(accounts: int) -> float:
    process, most = start(f"--accounts={accounts}"), 0.0
    while process.poll() is None:
        most = max(most, peak_megabytes(process))
        time.sleep(0.02)
    said = process.communicate()[1]
    assert process.returncode == 0, said
    return most
