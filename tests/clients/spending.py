"""A worker for tests of the quotas: a process of its own that spends when told to. No Django, no database.

Reads lines `attempts numbers now` and answers each with how many were let through; `pid` with its process and place.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from accounts.clients.quotas import Counter, Quota, QuotaExceeded

ROOT = Path(__file__).resolve().parents[2]


def main(path: str, *limits: str) -> None:
    counter = Counter(Path(path))
    quota = Quota(*map(int, limits))
    place = counter.shared.rows(quota.slot).place
    print(place, flush=True)
    for line in sys.stdin:
        attempts, numbers, now = line.split()
        let_through = 0
        for _ in range(int(attempts)):
            with contextlib.suppress(QuotaExceeded):
                counter.count(quota, 1, int(numbers), float(now))
                let_through += 1
        print(let_through, flush=True)


class Worker:
    def __init__(self, path: Path, quota: Quota) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.clients.spending", str(path), *map(str, quota)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.place = self.said()

    def tell(self, attempts: int, *, numbers: int = 0, now: float) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{attempts} {numbers} {now}\n")
        self.process.stdin.flush()

    def said(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def spend(self, attempts: int, *, numbers: int = 0, now: float) -> int:
        self.tell(attempts, numbers=numbers, now=now)
        return self.said()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextlib.contextmanager
def workers(path: Path, quota: Quota, count: int) -> Iterator[list[Worker]]:
    started: list[Worker] = []
    try:
        for _ in range(count):
            started.append(Worker(path, quota))
        yield started
    finally:
        for worker in started:
            worker.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
