"""The clock may be wrong, or be set: nobody is locked out for long, and nobody gets more for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.clients.quotas import DAY, MINUTE, Counter, Quota, QuotaExceeded
from tests.clients.spending import workers
from tests.clients.test_quotas import NOON, let_through

YEAR = 365 * DAY
QUOTA = Quota(1, 10, 1000)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "quotas")
    yield made
    made.shared.close()


def test_a_step_back_within_a_minute_gives_nothing_for_free(counter: Counter) -> None:
    assert let_through(counter, QUOTA, 20, now=NOON + 1) == 10
    assert let_through(counter, QUOTA, 20, now=NOON - 1) == 0  # the minute before
    with pytest.raises(QuotaExceeded) as refused:
        counter.count(QUOTA, 1, 0, NOON - 1)
    assert refused.value.retry_after == 61  # to the end of the minute in which it was used up
    assert let_through(counter, QUOTA, 20, now=NOON + MINUTE) == 10


def test_who_is_ahead_takes_the_others_along(counter: Counter) -> None:
    """Two workers whose estimates differ at the turn of a minute count in the same one."""
    counter.count(QUOTA, 1, 0, NOON + 60.1)
    budget = counter.count(QUOTA, 1, 0, NOON + 59.9)
    assert (budget.requests_left, budget.requests_reset) == (8, 61)
    assert let_through(counter, QUOTA, 20, now=NOON + 61) == 8


@pytest.mark.parametrize("back", [3 * MINUTE, 3600, 2 * DAY, YEAR])
def test_a_clock_that_was_far_ahead_costs_one_window_and_not_more(counter: Counter, back: float) -> None:
    assert let_through(counter, QUOTA, 20, numbers=10, now=NOON + back) == 10
    # Set right: what was counted counts now, and is over with this minute.
    assert let_through(counter, QUOTA, 20, numbers=10, now=NOON) == 0
    assert let_through(counter, QUOTA, 20, numbers=10, now=NOON + 59) == 0
    assert let_through(counter, QUOTA, 20, numbers=10, now=NOON + MINUTE) == 10
    assert counter.count(QUOTA, 0, 0, NOON + MINUTE).numbers_left == 1000 - 2 * 100


def test_what_a_dead_worker_counted_in_the_future_blocks_nobody_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "quotas"
    with workers(path, QUOTA, 2) as (first, second):
        assert second.spend(20, now=NOON + YEAR) == 10
        second.kill()
        assert first.spend(20, now=NOON) == 0
        assert first.spend(20, now=NOON + MINUTE) == 10
        assert first.spend(20, now=NOON + 2 * MINUTE) == 10


def test_a_clock_that_jumps_ahead_and_back_gives_no_more_than_each_window(counter: Counter) -> None:
    assert let_through(counter, QUOTA, 20, now=NOON) == 10
    assert let_through(counter, QUOTA, 20, now=NOON + 3600) == 10
    assert let_through(counter, QUOTA, 20, now=NOON) == 0
    assert let_through(counter, QUOTA, 20, now=NOON + 3600) == 0


def test_a_day_that_is_set_back_goes_on_as_the_day_it_was(counter: Counter) -> None:
    midnight = NOON + DAY / 2
    counter.count(QUOTA, 1, 900, midnight + 1)
    budget = counter.count(QUOTA, 1, 50, midnight - 1)
    assert (budget.numbers_left, budget.numbers_reset) == (50, DAY + 1)
