"""What changed from one snapshot to the next: both are read in the same order, once."""

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from typing import Any

from accounts.snapshots import files, rice
from accounts.snapshots.files import CardFiles

logger = logging.getLogger(__name__)

LARGEST = 250_000  # numbers in a delta; whoever would have to read more takes the snapshot


class Comparison:
    """Shown the new cards one by one, each calling code's in order; notes what was added, removed and changed.

    Without `cards` only the numbers are compared: a new policy changes every card. `given_up` says why no delta
    came of it. The cards of what was added or changed go into `differing`.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any], differing: CardFiles, *, cards: bool) -> None:
        self.added: list[int] = []
        self.removed: list[int] = []
        self.changed: list[int] = []
        self.given_up = ""
        self._differing = differing
        self._old: dict[str | None, _Old] = {}
        with self._giving_up():
            for file in files.of_kind(manifest, "numbers"):
                self._old[file["prefix"]] = _Old(folder, manifest, file, cards=cards)

    def see(self, prefix: str, number: int, card: bytes) -> None:
        if not self.given_up:
            with self._giving_up():
                self._see(self._old.get(prefix), number, card)

    def finish(self) -> None:
        """What was not shown was removed."""
        with self._giving_up():
            for old in self._old.values():
                while old.number is not None:
                    self._remove(old)
        self.removed.sort()

    def _see(self, old: "_Old | None", number: int, card: bytes) -> None:
        while old is not None and old.number is not None and old.number < number:
            self._remove(old)
        if old is None or old.number != number:
            self._note(self.added, number)
            self._differing.add(number, card)
            return
        if old.card is not None and old.card != card:
            self._note(self.changed, number)
            self._differing.add(number, card)
        old.advance()

    def _remove(self, old: "_Old") -> None:
        assert old.number is not None
        self._note(self.removed, old.number)
        old.advance()

    def _note(self, numbers: list[int], number: int) -> None:
        numbers.append(number)
        if len(self.added) + len(self.removed) + len(self.changed) > LARGEST:
            raise _TooMany(f"more than {LARGEST} numbers differ")

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        """A delta is a convenience: whatever is in its way, the snapshot is built."""
        try:
            yield
        except (_TooMany, rice.Damaged, zlib.error, OSError, ValueError) as wrong:
            logger.warning("No delta: %s", wrong)
            self.given_up, self._old = str(wrong), {}
            self.added, self.removed, self.changed = [], [], []


class _TooMany(Exception):
    pass


class _Old:
    """The older snapshot of one calling code, read number by number: the n-th card is that of the n-th number."""

    def __init__(self, folder: Path, manifest: dict[str, Any], file: files.File, *, cards: bool) -> None:
        assert file["prefix"] is not None
        read: Iterator[bytes | None] = (
            files.read_cards(folder, file["prefix"], manifest) if cards else repeat(None, file["count"])
        )
        self._pairs = zip(files.read_numbers(folder, file), read, strict=True)
        self.advance()

    def advance(self) -> None:
        self.number: int | None
        self.card: bytes | None
        self.number, self.card = next(self._pairs, (None, None))
