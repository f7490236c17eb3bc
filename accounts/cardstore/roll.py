"""The roll: which numbers the store lists, as a flat table that says no as surely as yes.

Most numbers that a messenger asks for are nobody's business. That LMDB finds nothing proves nothing: a flipped bit in
one of its pages hides every card below it. So each number belongs to one cell of 64 bytes, and the cell's checksum
vouches for what is not in it as well:

    numbers    7 × 8 bytes, little-endian, 0 where free
    count      1
    overflow   1          1: numbers that belong here stand in the next cell
    zero       2
    checksum   4          CRC-32 of the cell's place and of all before it

One process writes, many read without a lock; what a reader sees half-written has a wrong checksum, and it looks again.
A writer may be killed between two cells: then a number stands where no search leads, or twice. What is removed is
removed wherever a search leads.
"""

import mmap
import os
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from accounts.cardstore.errors import Damaged, Unusable

CELL = 64  # bytes: one cache line
_SEATS = 7
_BODY = 60
_COUNT, _OVERFLOW = 56, 57
# What a CRC-32 comes to once it has gone over itself as well, whatever it started from: one call to check a cell.
_WHOLE = 0x2144DF1C
_LOOKS = 200  # at a cell that is being written
_LOOKS_AT_ONCE = 20  # then it waits a little: the writer may have lost the processor in the midst of it


def cells_for(numbers: int) -> int:
    """Room for half as many again, at three and a half a cell."""
    return max(1024, numbers * 3 // _SEATS)


class Roll:
    def __init__(self, file: Path, *, write: bool = False) -> None:
        try:
            descriptor = os.open(file, os.O_RDWR if write else os.O_RDONLY)
        except OSError as missing:
            raise Unusable(f"no roll: {missing.strerror}") from missing
        try:
            size = os.fstat(descriptor).st_size
            if not size or size % CELL:
                raise Unusable("the roll is truncated")
            access = mmap.ACCESS_WRITE if write else mmap.ACCESS_READ
            self.map = mmap.mmap(descriptor, size, access=access)
        finally:
            os.close(descriptor)
        self.cells = size // CELL
        self._is_touched = False  # since the last flush

    @classmethod
    def create(cls, file: Path, cells: int) -> "Roll":
        """An empty one. Raises OSError: the disk has no room, known now and not when a page is written."""
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.posix_fallocate(descriptor, 0, cells * CELL)
        finally:
            os.close(descriptor)
        roll = cls(file, write=True)
        for place in range(cells):
            roll._write(place, bytes(_BODY))
        return roll

    def __contains__(self, number: int) -> bool:
        """Raises Damaged: what stands there, nobody wrote."""
        place = number % self.cells
        wanted = number.to_bytes(8, "little")
        while True:
            start = place * CELL
            cell = self.map[start : start + CELL]
            if zlib.crc32(cell, place) != _WHOLE:
                cell = self._looked_again(place)
            if wanted in cell and _is_seated(wanted, cell):
                return True
            if not cell[_OVERFLOW]:
                return False
            place = (place + 1) % self.cells
            if place == number % self.cells:  # all the way round
                return False

    def among(self, numbers: Iterable[int]) -> set[int]:
        """Those that are listed: the same, for an address book. Raises Damaged."""
        table, cells, crc32 = self.map, self.cells, zlib.crc32
        listed = set()
        for number in numbers:
            place = number % cells
            cell = table[place * CELL : place * CELL + CELL]
            if crc32(cell, place) != _WHOLE or cell[_OVERFLOW]:
                if number in self:
                    listed.add(number)
            elif (wanted := number.to_bytes(8, "little")) in cell and _is_seated(wanted, cell):
                listed.add(number)
        return listed

    def add(self, numbers: Iterable[int]) -> int:
        """How many are new. Raises Damaged."""
        added = 0
        for number in numbers:
            added += self._add(number)
        return added

    def remove(self, numbers: Iterable[int]) -> int:
        """How many were there. Raises Damaged."""
        removed = 0
        for number in numbers:
            for place, seats in self._walk(number):
                if number in seats:
                    seats = [seat for seat in seats if seat != number]
                    self._seat(place, seats, overflow=self._cell(place)[_OVERFLOW])
                    removed += 1
        return removed

    def flush(self) -> None:
        """To the disk, before a store relies on it; the system knows which pages that takes."""
        if self._is_touched:
            self.map.flush()
            self._is_touched = False

    def close(self) -> None:
        self.map.close()

    def numbers(self) -> Iterator[int]:
        """All of them, in no order. Raises Damaged."""
        for place in range(self.cells):
            yield from self.at(place)

    def at(self, place: int) -> list[int]:
        """The numbers of one cell. Raises Damaged."""
        return self._seats_of(self._cell(place))

    def fill(self, numbers: Iterable[int]) -> int:
        """Into an empty roll that nobody reads: all checksums come last. Returns how many."""
        table, cells, count = self.map, self.cells, 0
        for number in numbers:
            place = number % cells
            while (seat := table[place * CELL + _COUNT]) == _SEATS:
                table[place * CELL + _OVERFLOW] = 1
                place = (place + 1) % cells
            start = place * CELL
            table[start + seat * 8 : start + seat * 8 + 8] = number.to_bytes(8, "little")
            table[start + _COUNT] = seat + 1
            count += 1
        for place in range(cells):
            self._write(place, table[place * CELL : place * CELL + _BODY])
        self._is_touched = True
        return count

    def _add(self, number: int) -> bool:
        walked = list(self._walk(number))
        if any(number in seats for _, seats in walked):
            return False
        for place, seats in walked:
            if len(seats) < _SEATS:
                self._seat(place, [*seats, number], overflow=self._cell(place)[_OVERFLOW])
                return True
        last, seats = walked[-1]
        following = (last + 1) % self.cells
        while len(there := self._seats_of(self._cell(following))) == _SEATS:
            self._seat(following, there, overflow=1)
            following = (following + 1) % self.cells
            if following == last:
                raise Unusable("the roll is full")
        # Seated first, then pointed to: a reader in between misses what it would have missed a moment before.
        if number not in there:
            self._seat(following, [*there, number], overflow=self._cell(following)[_OVERFLOW])
        self._seat(last, seats, overflow=1)
        return True

    def _walk(self, number: int) -> Iterator[tuple[int, list[int]]]:
        """The cells where it may stand."""
        place = number % self.cells
        while True:
            cell = self._cell(place)
            yield place, self._seats_of(cell)
            place = (place + 1) % self.cells
            if not cell[_OVERFLOW] or place == number % self.cells:
                return

    def _cell(self, place: int) -> bytes:
        cell = self.map[place * CELL : place * CELL + CELL]
        return cell if zlib.crc32(cell, place) == _WHOLE else self._looked_again(place)

    def _looked_again(self, place: int) -> bytes:
        for look in range(_LOOKS):
            if look > _LOOKS_AT_ONCE:
                time.sleep(0.0001)
            cell = self.map[place * CELL : place * CELL + CELL]
            if zlib.crc32(cell, place) == _WHOLE:
                return cell
        raise Damaged("a cell's checksum is wrong")

    @staticmethod
    def _seats_of(cell: bytes) -> list[int]:
        return [int.from_bytes(cell[seat * 8 : seat * 8 + 8], "little") for seat in range(cell[_COUNT])]

    def _seat(self, place: int, numbers: list[int], *, overflow: int) -> None:
        seats = b"".join(number.to_bytes(8, "little") for number in numbers).ljust(_SEATS * 8, b"\0")
        self._write(place, seats + bytes((len(numbers), overflow, 0, 0)))

    def _write(self, place: int, body: bytes) -> None:
        self._is_touched = True
        self.map[place * CELL : place * CELL + CELL] = body + zlib.crc32(body, place).to_bytes(4, "little")


def _is_seated(wanted: bytes, cell: bytes) -> bool:
    """The bytes of another number may lie across two seats: of a listed one without its last digits, for instance. Who
    took it for listed would look for a card that never was, and call the store damaged.
    """
    at = cell.find(wanted, 0, _COUNT)
    while at >= 0 and at % 8:
        at = cell.find(wanted, at + 1, _COUNT)
    return at >= 0
