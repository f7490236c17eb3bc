"""A store on its way to another machine, as one file.

    first line   "verified-cards 1"
    second       JSON: what the store is (generations.description), its cursor, policy and keys, and how many cards
    cards        of each: the key (8 bytes), the record's length (4, little-endian), the record
    at the end   SHA-256 of all before it, 32 bytes

It is as personal as the store: every listed number stands in it.
"""

import contextlib
import hashlib
import json
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from django.db import connection

from accounts.badges.cards import Policy
from accounts.cardstore import apikeys, generations, records
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.pulse import Pulse
from accounts.cardstore.roll import Roll, cells_for
from accounts.cardstore.store import Cursor, Store, filling

_FORMAT = b"verified-cards 1\n"
_ENTRY = struct.Struct("<8sI")
_LONGEST_HEADER, _LONGEST_RECORD = 2**28, 2**20  # bytes
_AT_ONCE = 10_000  # cards
_DIGEST_BYTES = 32
_DIGEST_AT = "SELECT digest FROM audit_event WHERE seq = %s"

Progress = Callable[[int], object]


class NotImported(Exception):
    """The file is not for this registry, or not what was written. A sentence that says what to do."""


def export(file: Path, progress: Progress = lambda count: None) -> tuple[int, int]:
    """(cards, `seq` of the last event applied). One view of the store, while its follower goes on.

    Raises Unusable, Damaged, and OSError: no room; a file of that name stays what it was.
    """
    beat = Pulse(generations.pulse_file()).last()
    if not beat.generation:
        raise Unusable("There is no store to export: see `manage.py cards status`.")
    store = Store(generations.folder() / beat.generation)
    with store.reading() as view, _written(file) as target:
        cursor, count = store.cursor(view), store.count(view)
        header = {
            **generations.description(),
            "seq": cursor.seq,
            "digest": cursor.digest.hex(),
            "policy": store.policy_document(view),
            "keys": {digest.hex(): record.hex() for digest, record in store.keys(view).items()},
            "cards": count,
        }
        checked = _Checked(target)
        checked.write(_FORMAT + generations.encode(header) + b"\n")
        for key, record in store.records(view):
            records.unpack(records.number_of(key), record)  # no damage goes on a journey
            checked.write(_ENTRY.pack(key, len(record)) + record)
            progress(1)
        target.write(checked.digest())
    return count, cursor.seq


def bring_in(file: Path, progress: Progress = lambda count: None) -> Path:
    """The folder of the new generation, which the follower takes over and brings up to date.

    Raises NotImported, Damaged, OSError, and what the database raises: it has to say whether this is its journal.
    """
    with file.open("rb") as opened:
        source = _Checked(opened)
        header = _header(source)
        cursor, keys = _contents(header)
        _require_ours(header, cursor)
        with generations.beginning() as path:
            with filling(path) as store:
                for entries in _portions(_entries(source, int(header["cards"]))):
                    store.put(entries)
                    progress(len(entries))
                if opened.read(_DIGEST_BYTES + 1) != source.digest():
                    raise NotImported("The file is damaged or incomplete: export it again.")
                cells = cells_for(int(header["cards"]))
                store.describe(cursor, header["policy"], keys, cells=cells)
                roll = Roll.create(path / "roll", cells)
                roll.fill(store.numbers())
            roll.flush()
            return generations.finish(path)


class _Checked:
    """A file, and the digest of what went through."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest = file, hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)

    def read(self, size: int) -> bytes:
        """Raises NotImported: there is not that much."""
        data = self._file.read(size)
        if len(data) != size:
            raise NotImported("The file is incomplete: export it again.")
        self._digest.update(data)
        return data

    def line(self, longest: int) -> bytes:
        data = self._file.readline(longest)
        self._digest.update(data)
        return data

    def digest(self) -> bytes:
        return self._digest.digest()


def _header(source: _Checked) -> dict[str, Any]:
    if source.line(len(_FORMAT)) != _FORMAT:
        raise NotImported("This is not a file that `manage.py cards export` of this release wrote.")
    try:
        header: dict[str, Any] = json.loads(source.line(_LONGEST_HEADER))
        if not {"fingerprint", "deployment", "seq", "digest", "policy", "keys", "cards"} <= set(header):
            raise ValueError("incomplete")
    except (ValueError, TypeError, RecursionError) as wrong:
        raise NotImported("The file is damaged: export it again.") from wrong
    return header


def _contents(header: dict[str, Any]) -> tuple[Cursor, dict[bytes, bytes]]:
    """The cursor and the keys; of what a reader would stumble over once it is asked, nothing is let in."""
    try:
        cursor = Cursor(int(header["seq"]), bytes.fromhex(header["digest"]))
        keys = {bytes.fromhex(key): bytes.fromhex(record) for key, record in header["keys"].items()}
        for digest, record in keys.items():
            apikeys.unpack(digest, record)
        Policy.of(header["policy"])
        if len(cursor.digest) != _DIGEST_BYTES or int(header["cards"]) < 0:
            raise ValueError("no cursor")
    except (ValueError, TypeError, KeyError, AttributeError, Damaged) as wrong:
        raise NotImported("The file is damaged: export it again.") from wrong
    return cursor, keys


def _require_ours(header: dict[str, Any], cursor: Cursor) -> None:
    ours = generations.description()
    if header["deployment"] != ours["deployment"]:
        raise NotImported(
            f"The file is of a {header['deployment']} deployment, this is a {ours['deployment']} one: "
            "export it on a machine of this registry."
        )
    if header["fingerprint"] != ours["fingerprint"]:
        raise NotImported(
            "The file is of another release: bring both machines to the same one, or run `manage.py cards build`."
        )
    with connection.cursor() as database:
        database.execute(_DIGEST_AT, [cursor.seq])
        found = database.fetchone()
    before_all = not cursor.seq and not int(header["cards"])  # an empty store follows every journal
    if not before_all and (found is None or bytes(found[0]) != cursor.digest):
        raise NotImported(
            "The file follows another journal than this database's: export it on a machine of this registry."
        )


def _entries(source: _Checked, count: int) -> Iterator[tuple[bytes, bytes]]:
    last = b""
    for _ in range(count):
        key, length = _ENTRY.unpack(source.read(_ENTRY.size))
        last, before = key, last
        if length > _LONGEST_RECORD or key <= before:
            raise NotImported("The file is damaged: export it again.")
        record = source.read(length)
        try:
            records.unpack(records.number_of(key), record)
        except Damaged as damage:
            raise NotImported("A card in the file is damaged: export it again.") from damage
        yield key, record


def _portions(entries: Iterator[tuple[bytes, bytes]]) -> Iterator[list[tuple[bytes, bytes]]]:
    portion = []
    for entry in entries:
        portion.append(entry)
        if len(portion) == _AT_ONCE:
            yield portion
            portion = []
    yield portion


@contextlib.contextmanager
def _written(file: Path) -> Iterator[BinaryIO]:
    """Seen when it is whole and on the disk, by its owner alone."""
    descriptor, name = tempfile.mkstemp(dir=file.resolve().parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as target:
            yield target
            target.flush()
            os.fsync(target.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
