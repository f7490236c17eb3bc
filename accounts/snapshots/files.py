"""The files of a snapshot: each is on the disk, and described for the manifest, when it is done."""

import hashlib
import heapq
import os
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, TypedDict

from accounts.snapshots import rice

SHARD_BYTES = 4 * 2**20  # a file of cards ends when it has grown to this: it is answered whole from memory
_PORTION = 2**17  # bytes of cards that are packed at once
_READ_AT_ONCE = 2**14  # bytes of packed cards
_GZIP = 31  # zlib's word for: with gzip's header, which then holds neither name nor time
_LEVEL = 6


class File(TypedDict):
    """A line of the manifest. `prefix` is None in a file of all calling codes."""

    name: str
    kind: str
    prefix: str | None
    count: int
    bytes: int
    sha256: str
    first: str | None
    last: str | None


def spelled(number: int) -> str:
    return f"+{number}"


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    sync(path)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk: a power cut leaves them there."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_whole(path: Path, content: bytes, kind: str, count: int, prefix: str | None = None) -> File:
    write(path, content)
    return File(
        name=path.name,
        kind=kind,
        prefix=prefix,
        count=count,
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        first=None,
        last=None,
    )


def write_numbers(folder: Path, prefix: str, numbers: Sequence[int]) -> File:
    """Raises ValueError: they do not ascend."""
    content = rice.encode(int(prefix), numbers)
    file = write_whole(folder / f"numbers-{prefix}.rice", content, "numbers", len(numbers), prefix)
    file["first"], file["last"] = spelled(numbers[0]), spelled(numbers[-1])
    return file


class CardFiles:
    """Cards one by one, into gzipped files of one card a line; `prefix` None: those of all calling codes.

    Little of it is in memory at any time, for there is one of these for each calling code at once.
    """

    def __init__(self, folder: Path, prefix: str | None = None) -> None:
        self.folder, self.prefix = folder, prefix
        self.files: list[File] = []
        self._count = self._first = self._last = self._size = self._waiting = 0
        self._begin()

    def add(self, number: int, card: bytes) -> None:
        if not self._count:
            self._first = number
        self._last = number
        self._count += 1
        self._lines.append(card)
        self._waiting += len(card)
        if self._waiting >= _PORTION:
            self._pack()
            if self._size >= SHARD_BYTES:
                self._end()

    def close(self) -> list[File]:
        if self._count:
            self._end()
        return self.files

    def _begin(self) -> None:
        self._lines: list[bytes] = []
        self._count = self._first = self._last = self._size = self._waiting = 0
        of = "" if self.prefix is None else f"{self.prefix}-"
        self._path = self.folder / f"cards-{of}{len(self.files) + 1:05}.ndjson.gz"
        self._gzip = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
        self._hash = hashlib.sha256()

    def _pack(self) -> None:
        self._lines.append(b"")  # so that the last line ends, too
        self._append(self._gzip.compress(b"\n".join(self._lines)))
        self._lines, self._waiting = [], 0

    def _append(self, packed: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(packed)
        self._hash.update(packed)
        self._size += len(packed)

    def _end(self) -> None:
        self._pack()
        self._append(self._gzip.flush())
        sync(self._path)
        self.files.append(
            File(
                name=self._path.name,
                kind="cards",
                prefix=self.prefix,
                count=self._count,
                bytes=self._size,
                sha256=self._hash.hexdigest(),
                first=spelled(self._first),
                last=spelled(self._last),
            )
        )
        self._begin()


def read_numbers(folder: Path, file: File) -> Iterator[int]:
    """Raises rice.Damaged."""
    return rice.decode((folder / file["name"]).read_bytes())


def read_cards(folder: Path, prefix: str, manifest: dict[str, Any]) -> Iterator[bytes]:
    """The cards of one calling code, in the order of their numbers. Raises zlib.error, rice.Damaged."""
    return chain.from_iterable(_lines(folder / file["name"]) for file in of_kind(manifest, "cards", prefix))


def _lines(path: Path) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(_GZIP)
    rest = b""
    with path.open("rb") as file:
        while packed := file.read(_READ_AT_ONCE):
            *lines, rest = (rest + unpacking.decompress(packed)).split(b"\n")
            yield from lines
    if rest or not unpacking.eof:
        raise rice.Damaged(f"{path.name} ends too early")


def of_kind(manifest: dict[str, Any], kind: str, prefix: str | None = None) -> list[File]:
    """In the order of their numbers."""
    wanted = [file for file in manifest["files"] if file["kind"] == kind]
    return wanted if prefix is None else [file for file in wanted if file["prefix"] == prefix]


def all_numbers(folder: Path, manifest: dict[str, Any]) -> Iterator[int]:
    """Of every calling code, in the order of the numbers as integers."""
    return heapq.merge(*(read_numbers(folder, file) for file in of_kind(manifest, "numbers")))
