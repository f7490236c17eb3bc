"""Reading through a whole store bit by bit: damage is found before somebody asks for the card."""

from collections.abc import Iterator

from accounts.cardstore import records
from accounts.cardstore.store import Store

CARDS_A_STEP = 500  # a heartbeat: a million in eight minutes


class Scrub:
    """Goes on where it stopped, and begins again at the end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.after = b""
        self.place = 0

    def go_on(self) -> None:
        """Raises Damaged."""
        with self.store.reading() as view:
            last = b""
            for last in self._some(self.store.records(view, self.after)):
                pass
        self.after = last
        for _ in range(CARDS_A_STEP):
            self.store.roll._cell(self.place)
            self.place = (self.place + 1) % self.store.roll.cells

    def _some(self, entries: Iterator[tuple[bytes, bytes]]) -> Iterator[bytes]:
        for _, (key, record) in zip(range(CARDS_A_STEP), entries, strict=False):
            records.unpack(records.number_of(key), record)
            yield key
