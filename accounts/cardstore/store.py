"""One generation of the store: cards, keys, the policy in force and how far the journal was applied, in LMDB; and the roll.

    cards   the number -> accounts.cardstore.records
    keys    SHA-256 of a key -> accounts.cardstore.apikeys
    meta    about: what the store is; cursor: the last event applied, and its digest; policy: the one in force;
            gone: numbers that the roll still may list after a crash

What the roll lists and LMDB does not have is being written right now, or damaged: nobody knows, so nobody answers.
The roll is told of a new number before LMDB, and of a removed one after it.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import lmdb

from accounts.cardstore import apikeys, generations, records
from accounts.cardstore.apikeys import KnownKey
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.records import Record
from accounts.cardstore.roll import Roll
from accounts.display import cards, queries
from accounts.display.cards import Policy, Shape

_CARDS, _KEYS, _META = b"cards", b"keys", b"meta"
ABOUT, CURSOR, POLICY, GONE = b"about", b"cursor", b"policy", b"gone"


class Cursor(NamedTuple):
    """How far the journal was applied. The digest tells this registry's journal from another's."""

    seq: int
    digest: bytes


class Store:
    """A generation as a web process reads it. Raises Unusable when it is not for this code or not whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.environment = generations.open_environment(path)
        try:
            self._cards, self._keys, self._meta = (
                self.environment.open_db(name, create=False) for name in (_CARDS, _KEYS, _META)
            )
            with self.environment.begin(db=self._meta) as transaction:
                about = transaction.get(ABOUT)
        except lmdb.Error as wrong:
            raise Unusable(f"the store can't be read: {wrong}") from wrong
        if about != generations.encode(generations.description()):
            raise Unusable("the store is of another release or deployment")
        self.roll = Roll(path / "roll")
        self._policies: dict[bytes, Policy] = {}
        self._known_keys: dict[bytes, KnownKey] = {}

    def reading(self) -> lmdb.Transaction:
        """A consistent view. What is read through it is of one moment, but for the roll, which may be newer."""
        return self.environment.begin()

    def policy(self, view: lmdb.Transaction) -> Policy:
        """The one in force. Raises Damaged."""
        raw = view.get(POLICY, db=self._meta)
        if raw is None:
            raise Damaged("no policy")
        return self._policies.get(raw) or self._remember(raw)

    def key(self, view: lmdb.Transaction, digest: bytes) -> KnownKey | None:
        """None: not known here; it may have been made a moment ago. Raises Damaged."""
        raw = view.get(digest, db=self._keys)
        if raw is None:
            return None
        known = self._known_keys.get(raw)
        if known is None or known.digest != digest:
            if len(self._known_keys) > apikeys.MOST_KEYS:
                self._known_keys.clear()
            known = self._known_keys[raw] = apikeys.unpack(digest, raw)
        return known

    def card(self, view: lmdb.Transaction, number: str, policy: Policy, now: int) -> bytes:
        """The card as it is drawn at `now`, microseconds on the database's clock. Raises Damaged."""
        value = int(number)
        if value not in self.roll:
            return cards.draw(policy, Shape.UNLISTED, number, b"", b"", 0)
        return self._record(view, number, value).card(policy, now)

    def found(
        self, view: lmdb.Transaction, numbers: Sequence[str], policy: Policy, now: int
    ) -> tuple[list[bytes], list[str]]:
        """(cards, numbers that are not listed). Raises Damaged."""
        values = list(map(int, numbers))
        on_the_roll = self.roll.among(values)
        listed, unlisted = [], []
        for number, value in zip(numbers, values, strict=True):
            if value in on_the_roll and (record := self._record(view, number, value)).is_listed(now):
                listed.append(record.card(policy, now))
            else:
                unlisted.append(number)
        return listed, unlisted

    def cursor(self, view: lmdb.Transaction) -> Cursor:
        raw = view.get(CURSOR, db=self._meta)
        if raw is None or len(raw) != 40:
            raise Damaged("no cursor")
        return Cursor(int.from_bytes(raw[:8], "big"), raw[8:])

    def records(self, view: lmdb.Transaction, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Every key and record behind `after`, in the order of the numbers."""
        with view.cursor(db=self._cards) as entries:
            if after and entries.set_range(after) and entries.key() == after and not entries.next():
                return
            if entries.key():
                yield from entries.iternext()

    def count(self) -> int:
        with self.reading() as view:
            return int(view.stat(self._cards)["entries"])

    def _record(self, view: lmdb.Transaction, number: str, value: int) -> Record:
        raw = view.get(value.to_bytes(8, "big"), db=self._cards)
        if raw is None:
            raise Damaged("the roll lists a number that has no card")
        return records.unpack(number, raw)

    def _remember(self, raw: bytes) -> Policy:
        self._policies.clear()
        policy = self._policies[raw] = queries.policy_of(json.loads(_checked(raw)))
        return policy


class Writer(Store):
    """The same generation, for the one process that applies the journal."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.environment.close()
        self.environment = generations.open_environment(path, write=True)
        self._cards, self._keys, self._meta = (
            self.environment.open_db(name, create=False) for name in (_CARDS, _KEYS, _META)
        )
        self.roll = Roll(path / "roll", write=True)
        with self.reading() as view:
            gone = view.get(GONE, db=self._meta) or b""
        self.roll.remove(int.from_bytes(gone[at : at + 8], "big") for at in range(0, len(gone), 8))

    @classmethod
    def create(cls, path: Path) -> None:
        """An empty store, which cannot be read before it is described."""
        environment = generations.open_environment(path, write=True)
        for name in (_CARDS, _KEYS, _META):
            environment.open_db(name)
        environment.close()

    def is_roomy(self) -> bool:
        """Whether the roll is still as sparse as it should be for short searches."""
        return self.count() <= self.roll.cells * 7 // 2

    def apply(
        self,
        changed: Mapping[str, bytes | None],
        cursor: Cursor,
        *,
        policy: Mapping[str, Any] | None = None,
        keys: Mapping[bytes, bytes] | None = None,
    ) -> None:
        """Records (None: nothing is listed any more) and the cursor, all or nothing, on the disk when it returns.

        Raises lmdb.Error or OSError: no room, nothing was changed; Damaged.
        """
        listed = [int(number) for number, record in changed.items() if record is not None]
        gone = [
            int(number) for number, record in changed.items() if record is None and int(number) in self.roll
        ]
        if self.roll.add(listed):
            self.roll.flush()
        with self.environment.begin(write=True) as transaction:
            for number, record in changed.items():
                key = records.key_of(number)
                if record is None:
                    transaction.delete(key, db=self._cards)
                else:
                    transaction.put(key, record, db=self._cards)
            for digest, key_record in (keys or {}).items():
                transaction.put(digest, key_record, db=self._keys)
            if policy is not None:
                transaction.put(POLICY, sealed(policy), db=self._meta)
            transaction.put(CURSOR, cursor.seq.to_bytes(8, "big") + cursor.digest, db=self._meta)
            transaction.put(GONE, b"".join(number.to_bytes(8, "big") for number in gone), db=self._meta)
        self.roll.remove(gone)


@contextmanager
def filling(path: Path) -> Iterator["Filling"]:
    """A new store that is written once from end to end. Raises lmdb.Error or OSError: no room."""
    environment = generations.open_environment(path, write=True)
    try:
        yield Filling(environment)
        environment.sync(True)
    finally:
        environment.close()


class Filling:
    def __init__(self, environment: lmdb.Environment) -> None:
        self.environment = environment
        self._cards, self._keys, self._meta = (environment.open_db(name) for name in (_CARDS, _KEYS, _META))

    def put(self, entries: Sequence[tuple[bytes, bytes]]) -> None:
        """Keys and records, for the most part in the order of the keys."""
        with self.environment.begin(write=True, db=self._cards) as transaction:
            for key, record in entries:
                if not transaction.put(key, record, append=True):
                    transaction.put(key, record)

    def describe(self, cursor: Cursor, policy: Mapping[str, Any], keys: Mapping[bytes, bytes]) -> None:
        with self.environment.begin(write=True) as transaction:
            for digest, key_record in keys.items():
                transaction.put(digest, key_record, db=self._keys)
            transaction.put(POLICY, sealed(policy), db=self._meta)
            transaction.put(CURSOR, cursor.seq.to_bytes(8, "big") + cursor.digest, db=self._meta)
            transaction.put(ABOUT, generations.encode(generations.description()), db=self._meta)

    def numbers(self) -> Iterator[int]:
        with self.environment.begin(db=self._cards) as transaction, transaction.cursor() as entries:
            for key in entries.iternext(keys=True, values=False):
                yield int.from_bytes(key, "big")


def sealed(document: Mapping[str, Any]) -> bytes:
    body = generations.encode(document)
    return zlib.crc32(body).to_bytes(4, "little") + body


def _checked(raw: bytes) -> bytes:
    if zlib.crc32(raw[4:]) != int.from_bytes(raw[:4], "little"):
        raise Damaged("a document's checksum is wrong")
    return raw[4:]
