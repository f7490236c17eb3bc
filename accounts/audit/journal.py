"""Writing the journal: events are collected during a transaction and appended last, right before it commits.

The head of the journal is one transaction-scoped advisory lock. It is taken after every row lock and held for
the few statements until the commit, so that no lock order can deadlock and `seq` is the commit order.
"""

import functools
import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ParamSpec, Protocol, TypeVar

from django.db import connection
from django.db import transaction as database

from accounts import copying
from accounts.audit.models import Event, EventNumber, LogEntry
from accounts.errors import DomainError

HEAD_LOCK = 0x7662_7265_7631  # any constant of our own: the key of the advisory lock on the journal's head
GENESIS = bytes(32)

P = ParamSpec("P")
R = TypeVar("R")


class Actor(Protocol):
    """Whoever does something: a person, a client app, or the system."""

    @property
    def pk(self) -> Any: ...


class Thing(Protocol):
    """What something is done to: any model with a typed id."""

    @property
    def pk(self) -> Any: ...


@dataclass(frozen=True)
class System:
    """The clock and the commands of the machine's operator."""

    pk: str = "system"


SYSTEM = System()


@dataclass
class Happening:
    """An event that is not numbered yet."""

    kind: str
    by: str
    on: str
    data: dict[str, Any] = field(default_factory=dict)
    numbers: tuple[str, ...] = ()


Listener = Callable[[Happening], None]


class _Collected(threading.local):
    """What this thread's transaction has recorded so far; None outside of one."""

    events: list[Happening] | None = None


_collected = _Collected()
_listeners: dict[str, list[Listener]] = {}


def listen(kind: str, listener: Listener) -> None:
    """Have `listener` called in the same transaction whenever an event of `kind` is recorded (in AppConfig.ready)."""
    listeners = _listeners.setdefault(kind, [])
    if listener not in listeners:
        listeners.append(listener)


def record(
    kind: str,
    *,
    on: Thing,
    by: Actor,
    data: Mapping[str, Any] | None = None,
    numbers: Iterable[str | None] = (),
) -> None:
    """Note an event; it is appended when the transaction commits. `numbers`: whose cards it changes.

    Raises RuntimeError outside `audit.transaction`.
    """
    if _collected.events is None:
        raise RuntimeError(f"{kind} was recorded outside audit.transaction")
    changed = tuple(dict.fromkeys(number for number in numbers if number))
    happening = Happening(kind, str(by.pk), str(on.pk), dict(data or {}), changed)
    _collected.events.append(happening)
    for listener in _listeners.get(kind, []):
        listener(happening)


@contextmanager
def _transaction() -> Iterator[None]:
    outer = _collected.events
    if outer is not None:
        marked = len(outer)
        try:
            with database.atomic():
                yield
        except BaseException:
            del outer[marked:]
            raise
        return
    collected: list[Happening] = []
    _collected.events = collected
    try:
        with database.atomic():
            yield
            _append(collected)
    finally:
        _collected.events = None


def transaction(service: Callable[P, R]) -> Callable[P, R]:
    """Run a service in a transaction that ends by appending its events.

    Inside another service's transaction it is a savepoint of that one. A refusal of the outermost service is
    written to the log after its rollback.
    """

    @functools.wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = _collected.events is None
        try:
            with _transaction():
                return service(*args, **kwargs)
        except DomainError as refusal:
            if outermost:
                by, on = kwargs.get("by"), args[0] if args else None
                action = f"{service.__module__.split('.')[1]}.{service.__name__}"
                log("refused", by=by, on=on, data={"action": action, "code": refusal.code})
            raise

    return run


together = _transaction  # `with audit.together():` several services in one transaction


def log(kind: str, *, by: Any, on: Any, data: Mapping[str, Any] | None = None) -> None:
    """Write to the unchained log, on its own."""
    LogEntry.objects.create(
        kind=kind, by=str(getattr(by, "pk", "")), on=str(getattr(on, "pk", ""))[:40], data=dict(data or {})
    )


def canonical(seq: int, at: datetime, kind: str, by: str, on: str, data: Mapping[str, Any]) -> bytes:
    """What the digest of an event covers: JSON with sorted keys, no spaces, the time in UTC with microseconds."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    document = {"seq": seq, "at": moment, "kind": kind, "by": by, "on": on, "data": data}
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(previous: bytes, body: bytes) -> bytes:
    return hashlib.sha256(previous + body).digest()


def _append(happenings: list[Happening]) -> None:
    if not happenings:
        return
    seq, previous, at = _lock_head()
    events, changes = [], []
    for happening in happenings:
        seq += 1
        body = canonical(seq, at, happening.kind, happening.by, happening.on, happening.data)
        previous = digest_of(previous, body)
        events.append(
            Event(
                seq=seq,
                at=at,
                kind=happening.kind,
                by=happening.by,
                on=happening.on,
                data=happening.data,
                digest=previous,
            )
        )
        changes += [EventNumber(event_id=seq, number=number) for number in happening.numbers]
    copying.insert(events)
    copying.insert(changes)


def _lock_head() -> tuple[int, bytes, datetime]:
    """The last `seq`, its digest, and the time. A statement of its own: its snapshot must follow the lock.

    Foreign keys are checked first. At the commit, as Django has it, a check would wait for another's row while this
    transaction holds the head, for which that other one may wait.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
            f" SELECT pg_advisory_xact_lock({HEAD_LOCK})"
        )
        cursor.execute(
            "SELECT last.seq, last.digest, clock_timestamp() FROM (VALUES (true)) AS always"
            " LEFT JOIN LATERAL (SELECT seq, digest FROM audit_event ORDER BY seq DESC LIMIT 1) AS last ON true"
        )
        seq, previous, at = cursor.fetchone()
    return (0, GENESIS, at) if seq is None else (seq, bytes(previous), at)
