"""What a key may ask for, in one worker."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.clients import quotas
from accounts.clients.counting import Rows
from accounts.clients.quotas import DAY, MINUTE, Budget, Counter, Quota, QuotaExceeded

NOON = 20_000 * DAY + DAY / 2  # the start of a minute, in the middle of a day
LATE = 10**9  # more than is ever asked for


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "quotas")
    yield made
    made.shared.close()


@pytest.fixture
def spending(settings: Any, tmp_path: Path) -> Iterator[None]:
    """`quotas.spend` counts in a file of the test."""
    quotas.forget()
    settings.VAR_DIR = tmp_path
    yield
    quotas.forget()


def let_through(counter: Counter, quota: Quota, attempts: int, *, numbers: int = 0, now: float = NOON) -> int:
    return sum(refusal(counter, quota, numbers, now) is None for _ in range(attempts))


def refusal(counter: Counter, quota: Quota, numbers: int, now: float) -> QuotaExceeded | None:
    try:
        counter.count(quota, 1, numbers, now)
    except QuotaExceeded as refused:
        return refused
    return None


def test_a_key_gets_its_requests_and_not_one_more(counter: Counter) -> None:
    quota = Quota(1, 5, LATE)
    left = [counter.count(quota, 1, 0, NOON).requests_left for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    refused = refusal(counter, quota, 0, NOON + 12.5)
    assert refused is not None
    assert (refused.code, refused.retry_after) == ("quota_requests", 48)
    assert refused.budget == Budget(5, 0, 48, LATE, LATE, int(DAY / 2) - 12)


def test_the_numbers_of_a_day_outlast_the_minutes(counter: Counter) -> None:
    quota = Quota(1, LATE, 250)
    assert counter.count(quota, 1, 100, NOON).numbers_left == 150
    assert counter.count(quota, 1, 100, NOON + 3 * MINUTE).numbers_left == 50
    refused = refusal(counter, quota, 51, NOON + 4 * MINUTE)
    assert refused is not None
    assert (refused.code, refused.params) == ("quota_numbers", {"limit": 250, "left": 50})
    assert refused.retry_after == DAY / 2 - 4 * MINUTE
    assert counter.count(quota, 1, 50, NOON + 5 * MINUTE).numbers_left == 0
    assert counter.count(quota, 1, 250, NOON + DAY / 2).numbers_left == 0


def test_the_limit_that_is_reached_is_named(counter: Counter) -> None:
    quota = Quota(1, 1, 100)
    counter.count(quota, 1, 50, NOON)
    for numbers, code in ((50, "quota_requests"), (51, "quota_numbers")):
        refused = refusal(counter, quota, numbers, NOON)
        assert refused is not None
        assert refused.code == code


def test_what_is_refused_is_not_counted(counter: Counter) -> None:
    quota = Quota(1, 10, 100)
    counter.count(quota, 1, 60, NOON)
    for _ in range(20):
        assert refusal(counter, quota, 41, NOON) is not None  # nothing of the batch, nor the request
    budget = counter.count(quota, 1, 40, NOON)
    assert (budget.requests_left, budget.numbers_left) == (8, 0)
    assert let_through(counter, quota, 50) == 8
    assert counter.count(quota, 1, 0, NOON + MINUTE).requests_left == 9


def test_a_request_without_numbers_goes_through_when_the_numbers_are_used_up(counter: Counter) -> None:
    quota = Quota(1, 10, 3)
    counter.count(quota, 1, 3, NOON)
    assert counter.count(quota, 1, 0, NOON).requests_left == 8


def test_of_both_limits_the_longer_wait_is_told(counter: Counter) -> None:
    quota = Quota(1, 1, 1)
    counter.count(quota, 1, 1, NOON)
    refused = refusal(counter, quota, 1, NOON)
    assert refused is not None
    assert (refused.code, refused.retry_after) == ("quota_numbers", DAY / 2)


def test_the_minute_is_the_calendars(counter: Counter) -> None:
    quota = Quota(1, 3, LATE)
    assert let_through(counter, quota, 9, now=NOON + 59.999) == 3
    assert let_through(counter, quota, 9, now=NOON + 60.0) == 3
    assert let_through(counter, quota, 9, now=NOON + 119.999) == 0


@pytest.mark.parametrize("row", ["requests", "numbers"])
def test_of_two_that_announce_at_once_who_sees_the_other_takes_its_own_back(
    counter: Counter, row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is a worker that takes its place, and the last of the limit, between our two looks."""
    quota = Quota(1, 1, LATE) if row == "requests" else Quota(1, LATE, 1)
    rows = counter.shared.rows(1)
    window = int(NOON // (MINUTE if row == "requests" else DAY))
    others: memoryview[int] = getattr(rows, row)
    looks = count(1)

    def used(_: Rows) -> int:
        if next(looks) == 1:
            return rows.place + 1
        others[rows.place + 1] = window << 32 | 1
        return rows.place + 2

    monkeypatch.setattr(Rows, "used", property(used))
    assert refusal(counter, quota, 1, NOON) is not None
    assert rows.requests[rows.place] == rows.numbers[rows.place] == 0
    monkeypatch.undo()
    others[rows.place + 1] = 0
    assert refusal(counter, quota, 1, NOON) is None


def test_no_key_pays_for_another(counter: Counter) -> None:
    slots = [1, 2, 3, 1022, 1023, 1024, 1025, 5000]
    keys = [Quota(slot, slot % 7 + 1, LATE) for slot in slots]
    for _ in range(10):
        for key in keys:
            refusal(counter, key, 0, NOON)
    for key in keys:
        assert counter.count(key._replace(requests_per_minute=LATE), 0, 0, NOON).requests_left == (
            LATE - key.requests_per_minute
        )


def test_a_limit_that_was_changed_holds_at_once(counter: Counter) -> None:
    assert let_through(counter, Quota(1, 4, LATE), 9) == 4
    assert let_through(counter, Quota(1, 6, LATE), 9) == 2
    assert let_through(counter, Quota(1, 3, LATE), 9) == 0


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("spending", "restless")
def test_threads_of_a_worker_share_the_limit_to_the_last_request() -> None:
    """Saw 5,862 of 5,000 when `spend` took no lock."""
    quota = Quota(1, 5_000, 20_000)
    together = threading.Barrier(16)

    def spend(_: int) -> int:
        together.wait(10)  # on a busy machine one would be through before the next one begins
        done = 0
        for _ in range(1_000):
            try:
                quotas.spend(quota, numbers=3, now=NOON)
                done += 1
            except QuotaExceeded:
                pass
        return done

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(spend, range(16))) == 5_000
    assert quotas.spend(quota, numbers=0, now=NOON + MINUTE).numbers_left == 20_000 - 15_000


@pytest.mark.usefixtures("spending")
def test_numbers_that_come_later_give_the_request_back_where_they_are_refused() -> None:
    quota = Quota(1, 10, 100)
    assert quotas.spend(quota, numbers=0, now=NOON).requests_left == 9
    with pytest.raises(QuotaExceeded) as refused:
        quotas.spend_numbers(quota, numbers=101, now=NOON)
    assert (refused.value.budget.requests_left, refused.value.budget.numbers_left) == (10, 100)
    assert quotas.spend(quota, numbers=0, now=NOON).requests_left == 9
    with pytest.raises(QuotaExceeded) as refused:  # the minute is over: there is nothing to give back
        quotas.spend_numbers(quota, numbers=101, now=NOON + MINUTE)
    assert (refused.value.budget.requests_left, refused.value.budget.numbers_left) == (10, 100)
    budget = quotas.spend_numbers(quota, numbers=100, now=NOON)
    assert (budget.requests_left, budget.numbers_left) == (9, 0)


def test_the_fields_are_those_of_the_draft() -> None:
    """Structured fields (RFC 9651): lists of strings with integer parameters."""
    assert Budget(6000, 5999, 48, 1_000_000, 999_000, 43_148).headers() == [
        ("RateLimit", '"requests";r=5999;t=48,"numbers";r=999000;t=43148'),
        ("RateLimit-Policy", '"requests";q=6000;w=60,"numbers";q=1000000;qu="numbers";w=86400'),
    ]


@given(st.lists(st.tuples(st.floats(0, 400), st.integers(0, 40)), max_size=60))
def test_never_more_than_the_limits_in_any_window(asked: list[tuple[float, int]]) -> None:
    """Whatever is asked, as long as the clock does not run backwards."""
    with tempfile.TemporaryDirectory() as folder:
        counter, quota = Counter(Path(folder) / "quotas"), Quota(1, 4, 100)
        requests: dict[int, int] = {}
        numbers = 0
        for seconds, batch in sorted(asked):
            minute = int(seconds // MINUTE)
            fits = requests.get(minute, 0) < 4 and (not batch or numbers + batch <= 100)
            assert (refusal(counter, quota, batch, NOON + seconds) is None) == fits
            if fits:
                requests[minute] = requests.get(minute, 0) + 1
                numbers += batch
        counter.shared.close()
