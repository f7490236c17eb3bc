"""Walking the journal's chain: where does it break?"""

from collections.abc import Iterator
from typing import NamedTuple

from accounts.audit.journal import GENESIS, canonical, digest_of
from accounts.audit.models import Event


class Break(NamedTuple):
    seq: int
    what: str


def breaks() -> Iterator[Break]:
    """Every place where the journal is not what was written: a gap, a changed event, a time that ran backwards.

    After a break the walk goes on from the digest that is stored, so that one change is one break.
    """
    expected, previous, before = 1, GENESIS, None
    for event in Event.objects.order_by("seq").iterator(chunk_size=2000):
        if event.seq != expected:
            yield Break(expected, f"events {expected} to {event.seq - 1} are missing")
        body = canonical(event.seq, event.at, event.kind, event.by, event.on, event.data)
        if digest_of(previous, body) != bytes(event.digest) and event.seq == expected:
            yield Break(event.seq, "the event or its digest was changed")
        if before is not None and event.at < before:
            yield Break(event.seq, "its time lies before the event before it")
        expected, previous, before = event.seq + 1, bytes(event.digest), event.at
