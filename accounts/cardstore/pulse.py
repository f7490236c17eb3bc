"""The follower's pulse: which store is current and how far behind it may be, in one small file that all processes map.

Outside the journal and outside the store: it beats also when nothing happens. Between two beats a reader counts on with
the machine's own steady clock, so that no jump of the wall clock makes a card older or younger than it is.

    cursor      8 bytes   `seq` of the last event applied
    changed     8         no event behind this one, up to the cursor, changed a card or the policy
    as_of       8         what the store says was so at this moment: microseconds since 1970, the database's clock
    steady      8         the steady clock then, microseconds since the machine started
    boot       16         which start of the machine that clock counts from
    generation 16         the folder of the current store, padded with NUL; empty: none that may be read
    checksum    4         CRC-32 of all before it; two writers or half a write are seen by it
"""

import mmap
import os
import struct
import time
import uuid
import zlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from accounts.cardstore.errors import Unusable

_LAYOUT = struct.Struct("<QQqq16s16s")
_SIZE = _LAYOUT.size + 4
_LOOKS = 200  # at a pulse that is being written
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


class Beat(NamedTuple):
    cursor: int
    changed: int
    as_of: int
    steady: int
    is_of_this_boot: bool  # if not, how long ago it was is only as true as the wall clock
    generation: str

    def age(self) -> int:
        """Microseconds since this was so. After the machine was started again the wall clock has to do; where that one
        was set back, it was before the start at any rate, or nothing would ever be too old.
        """
        if self.is_of_this_boot:
            return steady() - self.steady
        return max(steady(), time.time_ns() // 1000 - self.as_of)


class Pulse:
    """Read by many, written by one. Raises Unusable: nothing has ever beaten here."""

    def __init__(self, file: Path, *, write: bool = False) -> None:
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT if write else os.O_RDONLY, 0o600)
        except OSError as missing:
            raise Unusable(
                f"no follower has ever run here ({file}: {missing.strerror}): start `make run`, or set VAR_DIR"
            ) from missing
        try:
            if write:
                os.posix_fallocate(descriptor, 0, _SIZE)
            if os.fstat(descriptor).st_size < _SIZE:
                raise Unusable("no pulse: the file is truncated")
            self.map = mmap.mmap(descriptor, _SIZE, access=mmap.ACCESS_WRITE if write else mmap.ACCESS_READ)
        finally:
            os.close(descriptor)
        self.file, self._inode = file, file.stat().st_ino
        self._seen = b""
        self._beat: Beat | None = None

    def last(self) -> Beat:
        """Raises Unusable: nothing has beaten yet, or what stands there is no pulse."""
        raw = self.map[:]
        if raw == self._seen and self._beat is not None:
            return self._beat
        for _ in range(_LOOKS):
            if zlib.crc32(raw[:-4]) == int.from_bytes(raw[-4:], "little") and any(raw):
                cursor, changed, as_of, since, boot, generation = _LAYOUT.unpack(raw[:-4])
                is_of_this_boot = boot == this_boot() and since <= steady()
                name = generation.rstrip(b"\0").decode("ascii", "replace")
                beat = Beat(cursor, changed, as_of, since, is_of_this_boot, name)
                self._beat = beat
                self._seen = raw
                return beat
            raw = self.map[:]
        raise Unusable(
            "no pulse: the follower has not reached the database yet, or the file holds something else"
        )

    def is_in_place(self) -> bool:
        """Whether others find this file, and whole; who removed the folder made another one."""
        try:
            found = self.file.stat()
        except OSError:
            return False
        return found.st_ino == self._inode and found.st_size >= _SIZE

    def beat(self, *, cursor: int, changed: int, as_of: int, since: int, generation: str) -> None:
        body = _LAYOUT.pack(cursor, changed, as_of, since, this_boot(), generation.encode())
        self.map[:] = body + zlib.crc32(body).to_bytes(4, "little")


def steady() -> int:
    return time.clock_gettime_ns(_STEADY) // 1000


@cache
def this_boot() -> bytes:
    try:
        return uuid.UUID(Path("/proc/sys/kernel/random/boot_id").read_text().strip()).bytes
    except (OSError, ValueError):  # not Linux: the steady clock's own zero has to tell
        return int(time.time() - time.clock_gettime(_STEADY)).to_bytes(16, "little")
