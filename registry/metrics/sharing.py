"""The totals of all workers of a machine: a small file each, under VAR_DIR/metrics, replaced as a whole.

A worker has a place for life, by a lock that the kernel frees when it dies; the next one goes on from what stands in
that place. So there are as many files as there were ever workers at once, and no counter goes backwards. `make run`
clears them away at its start.
"""

import fcntl
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from registry.metrics import counting
from registry.metrics.counting import Totals

logger = logging.getLogger(__name__)

PLACES = 256  # as many as WEB_WORKERS may be
WRITTEN_AT_LEAST_EVERY_SECONDS = 5.0
IS_GONE_AFTER_SECONDS = 15.0  # without a word: its counts stay, what it has in use does not

Gauges = dict[str, float]


class Shared:
    """This process's place among them. Where the folder can't be written, it counts on in memory and says so once."""

    def __init__(self, folder: Path, gauges: "Callable[[], Gauges]") -> None:
        """`gauges()`: what this worker has in use, by name; they are added up over those that are alive."""
        self.folder, self._gauges = folder, gauges
        self._descriptor = -1
        self._begin()
        os.register_at_fork(after_in_child=self._after_fork)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._writer = secrets.token_hex(8)
        self._totals: Totals = {}
        self._place = -1
        self._written_at = float("-inf")
        self._complained = False

    def _after_fork(self) -> None:
        """A child has its parent's place no longer, nor what that one has noted."""
        counting.forget()
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1
        self._begin()

    def flush(self) -> None:
        with self._lock:
            found = counting.add_up(self._totals)
            due = time.monotonic() - self._written_at >= WRITTEN_AT_LEAST_EVERY_SECONDS
            if not self._totals or not (found or due):  # a child of a worker has nothing to tell
                return
            try:
                if not self._has_a_place():
                    self._take_a_place()
                self._write()
                self._complained = False
            except OSError as wrong:
                if not self._complained:
                    logger.warning("Metrics can't be kept in %s: %s", self.folder, wrong.strerror or wrong)
                self._complained = True

    def read(self) -> tuple[Totals, Gauges, int]:
        """Of all workers of this machine, ours up to this moment; and how many are alive."""
        self.flush()
        with self._lock:
            totals = {series: list(total) for series, total in self._totals.items()}
            place = self._place
        gauges, alive = dict(self._gauges()), 1
        for path in self.folder.glob("*.json"):
            if path.stem == str(place):
                continue
            if (theirs := _read(path)) is None:
                continue
            _add(totals, theirs.totals)
            if theirs.age < IS_GONE_AFTER_SECONDS:
                alive += 1
                for name, value in theirs.gauges.items():
                    gauges[name] = gauges.get(name, 0) + value
        return totals, gauges, alive

    def _write(self) -> None:
        written = {
            "writer": self._writer,
            "gauges": self._gauges(),
            "totals": [[*series, *total] for series, total in self._totals.items()],
        }
        new = self.folder / f"{self._place}.new"
        new.write_text(json.dumps(written))
        os.replace(new, self.folder / f"{self._place}.json")
        self._written_at = time.monotonic()

    def _has_a_place(self) -> bool:
        """Somebody may have cleared the folder away."""
        try:
            found = (self.folder / f"{self._place}.lock").stat()
        except FileNotFoundError:
            return False
        return found.st_ino == os.fstat(self._descriptor).st_ino

    def _take_a_place(self) -> None:
        """Raises OSError."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._place = self._descriptor = -1
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for place in range(PLACES):
            descriptor = os.open(self.folder / f"{place}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                continue
            self._place, self._descriptor = place, descriptor
            self._go_on()
            return
        raise OSError(f"all {PLACES} places are taken")

    def _go_on(self) -> None:
        """From where the one before in this place was killed."""
        before = _read(self.folder / f"{self._place}.json")
        if before is not None and before.writer != self._writer:
            _add(self._totals, before.totals)


class _Written(NamedTuple):
    writer: str
    totals: Totals
    gauges: Gauges
    age: float  # seconds


def _read(path: Path) -> _Written | None:
    """None: there is nothing, or another release wrote it, or nobody of ours."""
    try:
        age = time.time() - path.stat().st_mtime
        written = json.loads(path.read_bytes())
        totals = {_series(row): [int(number) for number in row[4:]] for row in written["totals"]}
        gauges = {str(name): float(value) for name, value in written["gauges"].items()}
        writer = str(written["writer"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    if any(len(total) != len(counting.BUCKETS) + 2 for total in totals.values()):
        return None
    return _Written(writer, totals, gauges, age)


def _series(row: list[Any]) -> tuple[str, str, str, str]:
    route, method, status, by = row[:4]
    return str(route), str(method), str(status), str(by)


def _add(totals: Totals, more: Totals) -> None:
    for series, total in more.items():
        mine = totals.setdefault(series, [0] * len(total))
        for at, number in enumerate(total):
            mine[at] += number
