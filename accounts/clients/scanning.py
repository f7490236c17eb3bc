"""Who asks for numbers one after the other wants the list, not a name: an alert for the operators, nothing is refused.

Numbers that share all but their last two digits are a block. A block of which a key asked SIGNIFICANT different
numbers within a short while is marked, and MARKS marked blocks in one range of 10,000 numbers within an hour are a
scan: in order, backwards, with gaps, in batches, between other questions, or spread over a dozen workers, each of
which looks at its own share. What people have in their address books lies scattered; colleagues of one company
fill a few blocks; who asks for the same contacts again asks for no different ones. Of a short while no clock decides,
but memory: of each key the BLOCKS blocks asked for last are remembered.
"""

import random
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from accounts.audit import later

BLOCKS = 64  # that are remembered of a key: more, and the callers of a small town would fill them by chance
SIGNIFICANT = 6  # different numbers of a block
MARKS = 8  # blocks of a range
RANGES = 64  # that are remembered of a key
HOUR = 3600.0  # seconds that marks last, and between two alerts about a key
MOST_KEYS = 256
SAMPLE = 256  # numbers of a batch that are looked at, spread over all of it

_BIT = {f"{ending:02}": 1 << ending for ending in range(100)}


class Asker(Protocol):
    @property
    def pk(self) -> str: ...
    @property
    def app_id(self) -> str: ...


def note(key: Asker, numbers: Sequence[str], *, now: float) -> bool:
    """Remember what a key asked for (E.164, each once); `now` in Unix seconds. True when that tripped the alert."""
    with _lock:
        watch = _watches.get(key.pk) or _begun(key.pk)
        if len(numbers) == 1:
            number = numbers[0]
            count = watch.seen(number[:-2], _BIT[number[-2:]], now)
        else:
            count = watch.batch(numbers, now)
    if not count:
        return False
    data = {"code": "numbers_in_sequence", "count": count}
    later.log("alert", by=key.app_id, on=key.pk, data=data)
    return True


class Watch:
    """What is remembered of one key: at most BLOCKS + RANGES short texts and numbers, some 15 kB."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[str, int] = OrderedDict()  # the endings asked for, a bit each
        self._ranges: OrderedDict[str, tuple[float, set[str]]] = OrderedDict()
        self._alerted: float | None = None

    def batch(self, numbers: Sequence[str], now: float) -> int:
        """A block with one number in the batch is not remembered for it: an address book would push out all others."""
        if len(numbers) > SAMPLE:
            step = -(-len(numbers) // SAMPLE)
            numbers = numbers[random.randrange(step) :: step]  # noqa: S311  # a client must not know which, more is not needed
        asked: dict[str, int] = {}
        for number in numbers:
            block = number[:-2]
            asked[block] = asked.get(block, 0) | _BIT[number[-2:]]
        tripped = 0
        for block, endings in asked.items():
            if endings & (endings - 1) or block in self._blocks:
                tripped = self.seen(block, endings, now) or tripped
        return tripped

    def seen(self, block: str, endings: int, now: float) -> int:
        """How many numbers of marked blocks are known, at least, when this trips the alert; otherwise 0."""
        blocks = self._blocks
        before = blocks.get(block)
        if before is None:
            blocks[block] = after = endings
            if len(blocks) > BLOCKS:
                blocks.popitem(last=False)
        else:
            blocks[block] = after = before | endings
            blocks.move_to_end(block)
        if after == before or after.bit_count() < SIGNIFICANT:
            return 0
        if before is not None and before.bit_count() >= SIGNIFICANT:
            return 0  # marked when it became so
        return self._mark(block, now)

    def _mark(self, block: str, now: float) -> int:
        began, marked = self._ranges.pop(block[:-2], (now, set()))
        if not 0 <= now - began < HOUR:
            began, marked = now, set()
        marked.add(block)
        self._ranges[block[:-2]] = began, marked
        if len(self._ranges) > RANGES:
            self._ranges.popitem(last=False)
        if len(marked) < MARKS or (self._alerted is not None and 0 <= now - self._alerted < HOUR):
            return 0
        self._alerted = now
        return sum(self._blocks[one].bit_count() if one in self._blocks else SIGNIFICANT for one in marked)


_lock = threading.Lock()
_watches: OrderedDict[str, Watch] = OrderedDict()


def _begun(pk: str) -> Watch:
    watch = _watches[pk] = Watch()
    if len(_watches) > MOST_KEYS:
        _watches.popitem(last=False)  # the one that came first; it begins anew
    return watch


def forget() -> None:
    with _lock:
        _watches.clear()
