"""What a key may ask for: requests in a calendar minute, numbers in a UTC day. Counted by machine, in one file.

Every worker announces first and looks afterwards: it adds to its own count, then adds up those of all, and takes its
own back when that is too much. Of two that go for the last one at the same moment at least one sees the other: never
more than the limit gets through, without a lock between processes. Both may see each other; then they try again.
"""

import functools
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from django.conf import settings

from accounts.clients.counting import SharedCounts
from accounts.errors import TooMany

MINUTE, DAY = 60, 86_400  # seconds
FILE = "quotas"  # under VAR_DIR
# Windows that workers' clocks may be apart, or a clock be set back: everybody goes on in the later window.
AHEAD = 1
ATTEMPTS = 4
MOST_STRANGE = 10_000  # words of a far future that are remembered
_COUNT_BITS = 32
_COUNT = 2**_COUNT_BITS - 1


class Quota(NamedTuple):
    """The limits of a key, the deployment's where it has none of its own; and where it is counted."""

    slot: int
    requests_per_minute: int
    numbers_per_day: int

    @classmethod
    def of(cls, slot: int, requests_per_minute: int | None, numbers_per_day: int | None) -> "Quota":
        """None: it has no such limit of its own."""
        return cls(
            slot,
            requests_per_minute or settings.QUOTA["REQUESTS_PER_MINUTE"],
            numbers_per_day or settings.QUOTA["NUMBERS_PER_DAY"],
        )


class Limited(Protocol):
    @property
    def slot(self) -> int: ...
    @property
    def requests_per_minute(self) -> int: ...
    @property
    def numbers_per_day(self) -> int: ...


class Budget(NamedTuple):
    """What is left to a key after a request; the resets are in seconds from then."""

    requests_per_minute: int
    requests_left: int
    requests_reset: int
    numbers_per_day: int
    numbers_left: int
    numbers_reset: int

    def headers(self) -> list[tuple[str, str]]:
        """The fields of draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4."""
        return [
            (
                "RateLimit",
                f'"requests";r={self.requests_left};t={self.requests_reset},'
                f'"numbers";r={self.numbers_left};t={self.numbers_reset}',
            ),
            ("RateLimit-Policy", _policy(self.requests_per_minute, self.numbers_per_day)),
        ]


class QuotaExceeded(TooMany):
    """Nothing of the request was counted. `budget` is what the key still has."""

    def __init__(self, code: str, budget: Budget, *, retry_after: int, limit: int, left: int) -> None:
        super().__init__(code, retry_after=retry_after, limit=limit, left=left)
        self.budget = budget


def spend(key: Limited, *, numbers: int, now: float) -> Budget:
    """Count one request that asks for so many numbers. `now`: the database's clock in Unix seconds, or an estimate.

    Raises QuotaExceeded quota_requests, quota_numbers; then nothing is counted.
    """
    with _lock:
        return _mine().count(key, 1, numbers, now)


def spend_numbers(key: Limited, *, numbers: int, now: float) -> Budget:
    """Count the numbers of a request that is counted already.

    Raises QuotaExceeded quota_numbers; then the request is not counted any more either.
    """
    with _lock:
        try:
            return _mine().count(key, 0, numbers, now)
        except QuotaExceeded as refusal:
            _mine().take_back_request(key, now)
            left = min(refusal.budget.requests_left + 1, key.requests_per_minute)
            refusal.budget = refusal.budget._replace(requests_left=left)
            raise


class Counter:
    """A process's view of the counts. Not safe for threads: the caller holds a lock."""

    def __init__(self, path: Path) -> None:
        self.shared = SharedCounts(path)
        # Words of a far future, and in which window we first saw them: a clock was wrong, and was set right.
        self._strange: dict[tuple[int, int, int], tuple[int, int]] = {}

    def count(self, key: Limited, requests: int, numbers: int, now: float) -> Budget:
        slot, most_requests, most_numbers = key.slot, key.requests_per_minute, key.numbers_per_day
        rows = self.shared.rows(slot)
        request_row, number_row, place, _ = rows
        for _ in range(ATTEMPTS):
            used = rows.used
            of_requests, of_numbers = request_row[:used].tolist(), number_row[:used].tolist()
            asked, own_requests, minute = self._tally(of_requests, place, int(now // MINUTE), slot, 0)
            told, own_numbers, day = self._tally(of_numbers, place, int(now // DAY), slot, 1)
            if (requests and asked + requests > most_requests) or (numbers and told + numbers > most_numbers):
                break
            before_requests, before_numbers = of_requests[place], of_numbers[place]
            if requests:
                request_row[place] = of_requests[place] = minute << _COUNT_BITS | own_requests + requests
            if numbers:
                number_row[place] = of_numbers[place] = day << _COUNT_BITS | own_numbers + numbers
            asked += requests
            told += numbers
            used = rows.used
            seen_requests, seen_numbers = request_row[:used].tolist(), number_row[:used].tolist()
            if seen_requests != of_requests and requests:  # somebody else counted meanwhile
                asked = max(asked, self._tally(seen_requests, place, minute, slot, 0)[0])
            if seen_numbers != of_numbers and numbers:
                told = max(told, self._tally(seen_numbers, place, day, slot, 1)[0])
            if (not requests or asked <= most_requests) and (not numbers or told <= most_numbers):
                return self._budget(key, asked, told, minute, day, now)
            request_row[place], number_row[place] = before_requests, before_numbers
        raise _refusal(self._budget(key, asked, told, minute, day, now), numbers)

    def take_back_request(self, key: Limited, now: float) -> None:
        rows = self.shared.rows(key.slot)
        words = rows.requests[: rows.used].tolist()
        _, own, minute = self._tally(words, rows.place, int(now // MINUTE), key.slot, 0)
        if own:
            rows.requests[rows.place] = minute << _COUNT_BITS | own - 1

    def _tally(
        self, words: Sequence[int], place: int, window: int, slot: int, kind: int
    ) -> tuple[int, int, int]:
        """What all have counted, what this process has, and in which window."""
        low = window << _COUNT_BITS
        past = low + _COUNT
        total = 0
        for word in words:
            if word >= low:
                if word > past:
                    return self._settle(words, place, window, slot, kind)
                total += word - low
        own = words[place] - low
        return total, (own if own > 0 else 0), window

    def _settle(
        self, words: Sequence[int], place: int, window: int, slot: int, kind: int
    ) -> tuple[int, int, int]:
        """Some count in a later window than ours. By a little: we go on in theirs. By more: a clock was set back; what
        they counted is counted once more, in the window in which we see it, and then no longer.
        """
        latest = max(words) >> _COUNT_BITS
        if latest - window <= AHEAD:
            counts = [word & _COUNT if word >> _COUNT_BITS == latest else 0 for word in words]
            return sum(counts), counts[place], latest
        counts = [
            word & _COUNT if self._belongs(word, window, (slot, kind, at)) else 0
            for at, word in enumerate(words)
        ]
        return sum(counts), counts[place], window

    def _belongs(self, word: int, window: int, where: tuple[int, int, int]) -> bool:
        if word >> _COUNT_BITS <= window:
            return word >> _COUNT_BITS == window
        seen, first = self._strange.get(where, (0, 0))
        if seen != word:
            if len(self._strange) >= MOST_STRANGE:
                self._strange.clear()
            self._strange[where] = (word, window)
            return True
        return first == window

    def _budget(self, key: Limited, asked: int, told: int, minute: int, day: int, now: float) -> Budget:
        return Budget(
            key.requests_per_minute,
            max(0, key.requests_per_minute - asked),
            -int((now - (minute + 1) * MINUTE) // 1),
            key.numbers_per_day,
            max(0, key.numbers_per_day - told),
            -int((now - (day + 1) * DAY) // 1),
        )


def _refusal(budget: Budget, numbers: int) -> QuotaExceeded:
    """By the limit that takes longer to wait for, where both are reached."""
    if numbers > budget.numbers_left:
        limit, left, wait = budget.numbers_per_day, budget.numbers_left, budget.numbers_reset
        return QuotaExceeded("quota_numbers", budget, retry_after=wait, limit=limit, left=left)
    limit, left, wait = budget.requests_per_minute, budget.requests_left, budget.requests_reset
    return QuotaExceeded("quota_requests", budget, retry_after=wait, limit=limit, left=left)


_lock = threading.Lock()
_counter: Counter | None = None


def _mine() -> Counter:
    global _counter
    if _counter is None:
        _counter = Counter(Path(settings.VAR_DIR) / FILE)
    return _counter


def forget() -> None:
    """Give the place back; the next request opens the file anew."""
    global _counter
    if _counter is not None:
        _counter.shared.close()
    _counter = None


def _after_fork() -> None:
    global _lock
    _lock = threading.Lock()
    forget()


os.register_at_fork(after_in_child=_after_fork)


@functools.lru_cache(maxsize=1024)
def _policy(requests_per_minute: int, numbers_per_day: int) -> str:
    # Without a unit the draft reads "requests"; its registry has none for what we count.
    return f'"requests";q={requests_per_minute};w={MINUTE},"numbers";q={numbers_per_day};qu="numbers";w={DAY}'
