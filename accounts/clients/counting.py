"""Counts that all processes of a machine share: a file in memory, in which each process writes only its own numbers.

A page of the file (4 KiB) belongs to one slot, that is, to one API key. It holds two rows of 256 words of 64 bits:
requests and numbers, a word for each place. A place belongs to one process, by a POSIX record lock on one byte, which
the kernel gives back when the process dies, however it dies; the next one takes the place over with its counts.
A word is the window (the minute, or the day) in its upper 32 bits and the count in the lower 32: one aligned store of
8 bytes, so that nobody ever reads half of a change. Page 0 is the header.
"""

import fcntl
import logging
import mmap
import os
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

logger = logging.getLogger(__name__)

PAGE = 4096  # bytes
PLACES = PAGE // 16  # processes
SLOTS_AT_ONCE = 1024  # of which the file grows, and which are mapped together: 4 MiB, nearly all of it a hole
MOST_SLOTS = 2**20
TRY_AGAIN_AFTER = 60  # seconds

_HEADER = struct.Struct("=8sQQ")  # magic, version, places; then how many places were ever in use
_MAGIC, VERSION = b"vbrquota", 1
_USED = 3  # which word of the header
_LOCK_OF_HEADER, _LOCK_OF_PLACES = 0, 1  # bytes


class Rows(NamedTuple):
    """What is counted of one key. Of `requests` and `numbers` the word at `place` is ours, the others are read."""

    requests: "memoryview[int]"
    numbers: "memoryview[int]"
    place: int
    header: "memoryview[int]"

    @property
    def used(self) -> int:
        """How many words to read. A damaged header hides others' counts at most, never our own."""
        return max(self.header[_USED], self.place + 1)


class SharedCounts:
    """The file. It never stands in the way: where it can't be had (a full disk, a folder that nobody may write to,
    more processes than places), this process counts in memory of its own, says so once, and tries again each minute.
    Not safe for threads: the caller holds a lock.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1
        self._place = -1
        self._header: memoryview[int] | None = None
        self._stretches: dict[int, memoryview[int]] = {}
        self._rows: dict[int, Rows] = {}
        self._own: set[int] = set()  # slots that are counted in memory of our own
        self._again_at = 0.0
        self._said = ""

    def rows(self, slot: int) -> Rows:
        if self._own and time.monotonic() >= self._again_at:
            for own in self._own:
                del self._rows[own]
            self._own.clear()
        return self._rows.get(slot) or self._found(slot)

    def close(self) -> None:
        """Give the place back. After a fork the child calls it too: record locks are its parent's alone."""
        self._rows.clear()
        self._own.clear()
        self._stretches.clear()
        self._header = None
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = self._place = -1

    def _found(self, slot: int) -> Rows:
        try:
            rows = self._shared(slot)
        except (OSError, ValueError) as wrong:
            rows = _own_rows()
            self._own.add(slot)
            self._again_at = time.monotonic() + TRY_AGAIN_AFTER
            self._say(f"{type(wrong).__name__} {wrong}")
        else:
            self._said = ""
        self._rows[slot] = rows
        return rows

    def _say(self, wrong: str) -> None:
        if wrong != self._said:
            self._said = wrong
            logger.warning(
                "Quotas can't be counted together in %s (%s): until they can, each worker counts for itself, "
                "and a key may ask for its limit once in each.",
                self.path,
                wrong,
            )

    def _shared(self, slot: int) -> Rows:
        """Raises OSError, ValueError: it can't be had."""
        if not 0 < slot < MOST_SLOTS:
            raise ValueError(f"slot {slot} lies outside of the file")
        if self._header is None:
            self._open()
        assert self._header is not None
        number, within = divmod(slot, SLOTS_AT_ONCE)
        if (stretch := self._stretches.get(number)) is None:
            stretch = self._stretches[number] = self._map(number)
        _reserve(self._descriptor, slot)
        start = within * 2 * PLACES
        middle, end = start + PLACES, start + 2 * PLACES
        return Rows(stretch[start:middle], stretch[middle:end], self._place, self._header)

    def _open(self) -> None:
        for _ in range(10):
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX, 1, _LOCK_OF_HEADER)
                if not _is_at(self.path, descriptor):
                    continue  # another process put a new one in its place meanwhile
                if not _is_ours(descriptor):
                    # Left to those that may have it mapped: to cut it off would kill them.
                    logger.warning("%s is of another version, or damaged: quotas start anew", self.path)
                    with suppress(FileNotFoundError):
                        self.path.unlink()
                    continue
                self._take_place(descriptor)
                fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, _LOCK_OF_HEADER)
                self._descriptor, descriptor = descriptor, -1
                return
            finally:
                if descriptor >= 0:
                    os.close(descriptor)
        raise OSError(f"{self.path} changes all the time")

    def _take_place(self, descriptor: int) -> None:
        place = next((place for place in range(PLACES) if _is_free(descriptor, place)), None)
        if place is None:
            raise OSError(f"all {PLACES} places are taken")
        header = memoryview(mmap.mmap(descriptor, PAGE)).cast("Q")
        header[_USED] = max(header[_USED], place + 1)
        self._place, self._header = place, header

    def _map(self, stretch: int) -> "memoryview[int]":
        size = SLOTS_AT_ONCE * PAGE
        fcntl.lockf(self._descriptor, fcntl.LOCK_EX, 1, _LOCK_OF_HEADER)
        try:
            if os.fstat(self._descriptor).st_size < (stretch + 1) * size:
                os.ftruncate(self._descriptor, (stretch + 1) * size)
        finally:
            fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, _LOCK_OF_HEADER)
        return memoryview(mmap.mmap(self._descriptor, size, offset=stretch * size)).cast("Q")


def _own_rows() -> Rows:
    words = memoryview(bytearray(PAGE)).cast("Q")
    header = memoryview(bytearray(8 * (_USED + 1))).cast("Q")
    header[_USED] = 1
    return Rows(words[:PLACES], words[PLACES:], 0, header)


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _is_ours(descriptor: int) -> bool:
    """Under the lock of the header; an empty file becomes ours."""
    expected = _HEADER.pack(_MAGIC, VERSION, PLACES)
    if os.fstat(descriptor).st_size == 0:
        _reserve(descriptor, 0)
        os.pwrite(descriptor, expected, 0)
        os.ftruncate(descriptor, PAGE)
    return os.fstat(descriptor).st_size >= PAGE and os.pread(descriptor, _HEADER.size, 0) == expected


def _is_free(descriptor: int, place: int) -> bool:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _LOCK_OF_PLACES + place)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _reserve(descriptor: int, page: int) -> None:
    """A hole of a mapped file that can't be filled, for the disk is full, kills the process that writes there: the
    page is asked for first. Raises OSError.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, page * PAGE, PAGE)
