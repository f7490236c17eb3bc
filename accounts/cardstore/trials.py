"""Whether whoever looked after a store died of it: LMDB trusts its pages, and a flipped bit in one may end the process.

One file in a generation's folder, mapped, so that what was written there outlives a process that was killed:

    deaths   1 byte    looks that were begun and never came to an end
    place    8         the key that the scrub had reached; the next one goes on there, and comes upon the same page
"""

import mmap
import os
from pathlib import Path

DEADLY_AFTER = 3
_SIZE = 9


class Trials:
    """Raises OSError: no room."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path / "trials", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, _SIZE)
            self._map = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)

    def is_deadly(self) -> bool:
        return self._map[0] >= DEADLY_AFTER

    def begin(self, place: bytes) -> None:
        self._map[0] = min(self._map[0] + 1, DEADLY_AFTER)
        self._map[1:] = place.ljust(8, b"\0")

    def survived(self) -> None:
        self._map[0] = 0

    def place(self) -> bytes:
        return self._map[1:].rstrip(b"\0") and self._map[1:]
