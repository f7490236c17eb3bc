"""One generation of the store: cards, keys, the policy and how far the journal was applied, in LMDB; and the roll.

    cards   the number -> accounts.cardstore.records
    keys    SHA-256 of a key -> accounts.cardstore.apikeys
    meta    about: what the store is; cursor: the last event applied, and its digest; policy: the one in force;
            gone: numbers that the roll still may list after a crash

The roll is told of a new number before LMDB, and of a removed one after it. So what the roll lists and LMDB does not
have is being written right now, or was lost: a reader cannot tell, so it does not answer, and has the follower look.
"""

import contextlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import lmdb

from accounts.badges import cards
from accounts.badges.cards import Policy, Shape
from accounts.cardstore import apikeys, generations, records
from accounts.cardstore.apikeys import KnownKey
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.records import Record
from accounts.cardstore.roll import Roll

MAY_GROW_BY_BYTES = 256 * 2**20
_CARDS, _KEYS, _META = b"cards", b"keys", b"meta"
DAMAGED = "damaged"  # a file of this name in a generation's folder: its follower builds another one
DOUBTED = "doubted"  # holds the number that a reader did not find: its follower looks
DOUBT_BYTES = 8
ABOUT, CURSOR, POLICY, GONE = b"about", b"cursor", b"policy", b"gone"

# A consistent view of a store, whose values are copied out of the map.
View: TypeAlias = "lmdb.Transaction[bytes]"


class Cursor(NamedTuple):
    """How far the journal was applied. The digest tells this registry's journal from another's."""

    seq: int
    digest: bytes


@dataclass
class _Seen:
    """What was read of one moment. `at`: LMDB's id of the last transaction that had written by then."""

    at: int
    policy: Policy | None
    keys: dict[bytes, KnownKey]


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
            self.roll = Roll(path / "roll")
            if about != _about(self.roll.cells):
                raise Unusable("the store is of another release or deployment, or its roll is truncated")
        except lmdb.Error as wrong:
            self.environment.close()
            raise Unusable(f"the store can't be read: {wrong}") from wrong
        except BaseException:
            self.environment.close()
            raise
        self._seen = _Seen(-1, None, {})

    def reading(self) -> View:
        """A consistent view. What is read through it is of one moment, but for the roll, which may be newer."""
        return self.environment.begin()

    def policy(self, view: View) -> Policy:
        """The one in force. Raises Damaged."""
        seen = self._seen_in(view)
        if seen.policy is None:
            seen.policy = Policy.of(self.policy_document(view))
        return seen.policy

    def key(self, view: View, digest: bytes) -> KnownKey | None:
        """None: not known here; it may have been made a moment ago. Raises Damaged."""
        seen = self._seen_in(view)
        known = seen.keys.get(digest)
        if known is None:
            raw = view.get(digest, db=self._keys)
            if raw is None:
                return None
            if len(seen.keys) > apikeys.MOST_KEYS:
                seen.keys.clear()
            known = seen.keys[digest] = apikeys.unpack(digest, raw)
        return known

    def _seen_in(self, view: View) -> _Seen:
        """What was read of this very moment before: between two writes neither policy nor key can change."""
        seen = self._seen
        if seen.at != (at := view.id()):
            seen = self._seen = _Seen(at, None, {})
        return seen

    def card(self, view: View, number: str, policy: Policy, now: int) -> bytes:
        """The card as it is drawn at `now`, microseconds on the database's clock. Raises Damaged and Unusable."""
        value = int(number)
        if value not in self.roll:
            return cards.draw(policy, Shape.UNLISTED, number, b"", b"", 0)
        return self._record(view, number, value).card(policy, now)

    def found(
        self, view: View, numbers: Sequence[str], policy: Policy, now: int
    ) -> tuple[list[bytes], list[str]]:
        """(cards, numbers that are not listed). Raises Damaged and Unusable."""
        values = list(map(int, numbers))
        on_the_roll = self.roll.among(values)
        listed, unlisted = [], []
        for number, value in zip(numbers, values, strict=True):
            if value in on_the_roll and (record := self._record(view, number, value)).is_listed(now):
                listed.append(record.card(policy, now))
            else:
                unlisted.append(number)
        return listed, unlisted

    def cursor(self, view: View) -> Cursor:
        raw = view.get(CURSOR, db=self._meta)
        if raw is None or len(raw) != 40:
            raise Damaged("no cursor")
        return Cursor(int.from_bytes(raw[:8], "big"), raw[8:])

    def records(self, view: View, after: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
        """Every key and record behind `after`, in the order of the numbers."""
        with view.cursor(db=self._cards) as entries:
            if after and (not entries.set_range(after) or (entries.key() == after and not entries.next())):
                return
            yield from entries.iternext()

    def keys(self, view: View) -> dict[bytes, bytes]:
        with view.cursor(db=self._keys) as entries:
            return dict(entries)

    def policy_document(self, view: View) -> dict[str, Any]:
        """As the database had it. Raises Damaged."""
        raw = view.get(POLICY, db=self._meta)
        if raw is None:
            raise Damaged("no policy")
        document: dict[str, Any] = json.loads(_checked(raw))
        return document

    def record(self, view: View, number: str) -> bytes | None:
        raw: bytes | None = view.get(records.key_of(number), db=self._cards)
        return raw

    def count(self, view: "View | None" = None) -> int:
        if view is None:
            with self.reading() as view:
                return self.count(view)
        return int(view.stat(self._cards)["entries"])

    def close(self) -> None:
        """Of all that was read through it, nothing may be in use any more."""
        self.environment.close()
        self.roll.close()

    def _record(self, view: View, number: str, value: int) -> Record:
        raw = view.get(value.to_bytes(8, "big"), db=self._cards)
        if raw is None:
            self._doubt(value)
            raise Unusable("a number has no card, yet or any more")
        return records.unpack(number, raw)

    def _doubt(self, value: int) -> None:
        # The disk is full or the folder gone: the follower finds it by itself.
        with contextlib.suppress(OSError):
            (self.path / DOUBTED).write_bytes(value.to_bytes(DOUBT_BYTES, "big"))


class Writer(Store):
    """The same generation, for the one process that applies the journal. Raises Damaged as well."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.close()  # LMDB must not open a store twice in one process
        self.environment = generations.open_environment(path, write=True)
        try:
            self._cards, self._keys, self._meta = (
                self.environment.open_db(name, create=False) for name in (_CARDS, _KEYS, _META)
            )
            self.roll = Roll(path / "roll", write=True)
            with self.reading() as view:
                gone = view.get(GONE, db=self._meta) or b""
            self.roll.remove(int.from_bytes(gone[at : at + 8], "big") for at in range(0, len(gone), 8))
        except BaseException:
            self.environment.close()
            raise
        self._bytes_at_first = self._bytes()

    def is_roomy(self) -> bool:
        """Whether the roll is sparse enough for short searches, and the store not much larger than what it holds.

        A reader that hangs in a transaction keeps all pages that it could still read: the next generation has none.
        """
        return (
            self.count() <= self.roll.cells * 7 // 2
            and self._bytes() <= 2 * self._bytes_at_first + MAY_GROW_BY_BYTES
        )

    def require_known(self, value: int) -> None:
        """Raises Damaged: the roll lists it and there is no card, or the other way round."""
        with self.reading() as view:
            has_card = view.get(value.to_bytes(8, "big"), db=self._cards) is not None
        if has_card != (value in self.roll):
            raise Damaged("the cards and the roll do not agree")

    def _bytes(self) -> int:
        return int(self.environment.info()["last_pgno"] + 1) * int(self.environment.stat()["psize"])

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
        self.roll.add(listed)
        self.roll.flush()  # with it what the transaction before removed, which only that one remembers
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


@contextlib.contextmanager
def filling(path: Path) -> Iterator["Filling"]:
    """A new store that is written once from end to end. Raises lmdb.Error or OSError: no room."""
    environment = generations.open_environment(path, write=True, sync=False)  # once, at the end
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
        """Keys and records in the order of the keys, all behind those before."""
        with self.environment.begin(write=True) as transaction, transaction.cursor(self._cards) as cursor:
            cursor.putmulti(entries, append=True)

    def describe(
        self, cursor: Cursor, policy: Mapping[str, Any], keys: Mapping[bytes, bytes], *, cells: int
    ) -> None:
        with self.environment.begin(write=True) as transaction:
            for digest, key_record in keys.items():
                transaction.put(digest, key_record, db=self._keys)
            transaction.put(POLICY, sealed(policy), db=self._meta)
            transaction.put(CURSOR, cursor.seq.to_bytes(8, "big") + cursor.digest, db=self._meta)
            transaction.put(ABOUT, _about(cells), db=self._meta)

    def numbers(self) -> Iterator[int]:
        with self.environment.begin(db=self._cards) as transaction, transaction.cursor() as entries:
            for key in entries.iternext(keys=True, values=False):
                yield int.from_bytes(key, "big")


def _about(cells: int) -> bytes:
    """With the roll's size: in one that was cut every cell is whole, and most numbers belong to another one."""
    return generations.encode({**generations.description(), "cells": cells})


def sealed(document: Mapping[str, Any]) -> bytes:
    body = generations.encode(document)
    return zlib.crc32(body).to_bytes(4, "little") + body


def _checked(raw: bytes) -> bytes:
    if zlib.crc32(raw[4:]) != int.from_bytes(raw[:4], "little"):
        raise Damaged("a document's checksum is wrong")
    return raw[4:]
