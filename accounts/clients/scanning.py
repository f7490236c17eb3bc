"""Who asks for numbers one after the other wants the list, not a name: an alert for the operators, nothing is refused.

Numbers that share all but their last two digits are a block. A block of which a key asked SIGNIFICANT different
numbers within a short while is marked, and RUN marked blocks side by side within an hour are a scan: in order,
backwards, with gaps, in batches, between other questions, or spread over a dozen workers, each of which looks at its
own share. What people have in their address books lies scattered; in a small town it fills blocks here and there, but
not side by side; colleagues of one company fill a few; who asks for the same contacts again asks for no different ones.
Of a short while no clock decides, but memory: of each key the BLOCKS blocks asked for last are remembered.
"""

import random
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from accounts.audit import later

BLOCKS = 24  # that are remembered of a key: of more, the callers of a small town would fill some by chance
SIGNIFICANT = 6  # different numbers of a block
RUN = 8  # marked blocks side by side
MARKED = 512  # blocks that are remembered of a key
HOUR = 3600.0  # seconds that marks last, and between two alerts about a key
MOST_KEYS = 256
SMALLEST_BATCH = 20  # fewer are as many single questions
SAMPLE = 500  # numbers of a batch that are looked at, spread over all of it

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
        count = watch.look(numbers, now)
    if not count:
        return False
    data = {"code": "numbers_in_sequence", "count": count}
    later.log("alert", by=key.app_id, on=key.pk, data=data)
    return True


class Watch:
    """What is remembered of one key: at most BLOCKS + MARKED small numbers, some 50 kB."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[str, int] = OrderedDict()  # the endings asked for, a bit each
        self._marked: OrderedDict[int, float] = OrderedDict()  # blocks, and when each was marked
        self._alerted: float | None = None

    def look(self, numbers: Sequence[str], now: float) -> int:
        """How many numbers are known at least, of those in sequence, when these trip the alert; otherwise 0."""
        if len(numbers) >= SMALLEST_BATCH:
            return self._batch(numbers, now)
        tripped = 0
        for number in numbers:
            tripped = self._seen(number[:-2], _BIT[number[-2:]], now) or tripped
        return tripped

    def _batch(self, numbers: Sequence[str], now: float) -> int:
        """Each batch by itself: the order in an address book says nothing, nor does what stood in another one."""
        if len(numbers) > SAMPLE:
            step = -(-len(numbers) // SAMPLE)
            numbers = numbers[random.randrange(step) :: step]  # noqa: S311  # no secret
        asked: dict[str, int] = {}
        for number in numbers:
            block = number[:-2]
            asked[block] = asked.get(block, 0) + 1
        tripped = 0
        for block, count in asked.items():
            if count >= SIGNIFICANT:
                tripped = self._mark(block, now) or tripped
        return tripped

    def _seen(self, block: str, ending: int, now: float) -> int:
        blocks = self._blocks
        before = blocks.get(block)
        if before is None:
            blocks[block] = after = ending
            if len(blocks) > BLOCKS:
                blocks.popitem(last=False)
        else:
            blocks[block] = after = before | ending
            blocks.move_to_end(block)
        if after == before or after.bit_count() < SIGNIFICANT:
            return 0
        if before is not None and before.bit_count() >= SIGNIFICANT:
            return 0  # marked when it became so
        return self._mark(block, now)

    def _mark(self, block: str, now: float) -> int:
        """Marks stand for an hour. How long is the run of neighbours that this one is part of?"""
        place = int(block)
        marked = self._marked
        marked[place] = now
        marked.move_to_end(place)
        if len(marked) > MARKED:
            marked.popitem(last=False)
        if self._run(place, now, RUN) < RUN or (
            self._alerted is not None and 0 <= now - self._alerted < HOUR
        ):
            return 0
        self._alerted = now
        return self._run(place, now, MARKED) * SIGNIFICANT

    def _run(self, place: int, now: float, most: int) -> int:
        run = 1
        for step in (-1, 1):
            neighbour = place + step
            while run < most and 0 <= now - self._marked.get(neighbour, -HOUR) < HOUR:
                run += 1
                neighbour += step
        return run


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
