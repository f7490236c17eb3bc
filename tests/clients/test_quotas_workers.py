"""The workers of a machine count together: real processes, real signals."""

import os
from pathlib import Path
from typing import Any

import pytest

from accounts.clients import quotas
from accounts.clients.quotas import DAY, MINUTE, Counter, Quota
from tests.clients.spending import Worker, workers
from tests.clients.test_quotas import NOON, let_through

pytestmark = pytest.mark.alone


@pytest.mark.parametrize("count", [2, 5])
def test_workers_share_the_limit_to_the_last_request(tmp_path: Path, count: int) -> None:
    """Exactly, though nothing locks. Saw it exceeded when a worker did not look again after it had announced."""
    quota = Quota(1, 20_000, 10**9)
    with workers(tmp_path / "quotas", quota, count) as racing:
        assert sorted(worker.place for worker in racing) == list(range(count))
        for turn in range(2):
            for worker in racing:
                worker.tell(20_000, now=NOON + turn * MINUTE)
            assert sum(worker.said() for worker in racing) == 20_000


def test_workers_share_the_numbers_of_a_day(tmp_path: Path) -> None:
    quota = Quota(1, 10**9, 100_000)
    with workers(tmp_path / "quotas", quota, 4) as racing:
        for worker in racing:
            worker.tell(20_000, numbers=7, now=NOON)
        done = sum(worker.said() for worker in racing)
        assert done == 100_000 // 7
        assert sum(worker.spend(10, numbers=7, now=NOON + DAY / 2 - 1) for worker in racing) == 0
        assert racing[0].spend(1, numbers=100_000, now=NOON + DAY / 2) == 1


def test_a_restart_keeps_the_counts(tmp_path: Path) -> None:
    quota = Quota(1, 100, 1000)
    with workers(tmp_path / "quotas", quota, 2) as before:
        assert [worker.spend(30, numbers=1, now=NOON) for worker in before] == [30, 30]
    with workers(tmp_path / "quotas", quota, 2) as after:
        assert sum(worker.spend(100, numbers=1, now=NOON) for worker in after) == 40


def test_fewer_workers_than_before_still_know_what_the_others_counted(tmp_path: Path) -> None:
    quota = Quota(1, 100, 1000)
    with workers(tmp_path / "quotas", quota, 5) as before:
        for worker in before:
            worker.spend(10, now=NOON)
    with workers(tmp_path / "quotas", quota, 1) as (after,):
        assert after.spend(100, now=NOON) == 50


def test_kill_9_keeps_the_counts_and_the_next_worker_takes_the_place(tmp_path: Path) -> None:
    path, quota = tmp_path / "quotas", Quota(1, 100_000, 10**9)
    with workers(path, quota, 3) as racing:
        for worker in racing:
            worker.tell(20_000, now=NOON)  # still at it when it dies
        racing[1].kill()
        counted = racing[0].said() + racing[2].said()
        next_one = Worker(path, quota)
        racing.append(next_one)
        assert next_one.place == racing[1].place
        left = next_one.spend(100_000, now=NOON)
        assert counted + left <= 100_000
        assert sum(worker.spend(10, now=NOON) for worker in racing if worker is not racing[1]) == 0
        # What was told to the dead one can't be known; what it counted was at most what it was let.
        assert 100_000 - counted - left <= 20_000


def test_a_fork_takes_a_place_of_its_own(tmp_path: Path, settings: Any) -> None:
    """A child that went on with its parent's words would overwrite what that counts."""
    settings.VAR_DIR = tmp_path
    quotas.forget()
    quota = Quota(1, 100, 1000)
    try:
        quotas.spend(quota, numbers=0, now=NOON)
        if (child := os.fork()) == 0:
            left = 0
            for _ in range(10):
                left = quotas.spend(quota, numbers=0, now=NOON).requests_left
            os._exit(left)
        assert quotas.spend(quota, numbers=0, now=NOON).requests_left in range(88, 99)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) in (88, 89)
        assert quotas.spend(quota, numbers=0, now=NOON).requests_left == 87
    finally:
        quotas.forget()


def test_a_key_that_one_worker_never_saw_is_counted_with_the_others(tmp_path: Path) -> None:
    path, quota = tmp_path / "quotas", Quota(3000, 100, 1000)
    with workers(path, quota, 1) as (other,):
        assert other.spend(60, now=NOON) == 60
        here = Counter(path)
        assert let_through(here, quota, 100) == 40
        here.shared.close()
