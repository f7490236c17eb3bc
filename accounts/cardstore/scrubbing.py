"""Reading through a whole store bit by bit: damage is found before somebody asks for the card."""

from collections.abc import Iterator

from accounts.cardstore import records
from accounts.cardstore.errors import Damaged
from accounts.cardstore.store import Store

CARDS_A_STEP = 500  # a heartbeat: a million in eight minutes


class Scrub:
    """Goes on where it stopped, and begins again at the end. Only between two writes: cards and roll must agree."""

    def __init__(self, store: Store, after: bytes = b"") -> None:
        self.store = store
        self.after = after
        self.place = 0

    def go_on(self) -> None:
        """Raises Damaged."""
        roll = self.store.roll
        with self.store.reading() as view:
            last = b""
            for last in self._some(self.store.records(view, self.after)):
                if int.from_bytes(last, "big") not in roll:
                    raise Damaged("a card is not on the roll")
            self.after = last
            for _ in range(CARDS_A_STEP):
                for number in roll.at(self.place):
                    if self.store.record(view, f"+{number}") is None:
                        raise Damaged("a number of the roll has no card")
                self.place = (self.place + 1) % roll.cells

    def _some(self, entries: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
        for _, (key, record) in zip(range(CARDS_A_STEP), entries, strict=False):
            records.unpack(records.number_of(key), record)
            yield key
