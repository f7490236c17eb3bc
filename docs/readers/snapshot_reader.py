"""Reads snapshots of the verified-business registry: the reference reader in Python, standard library only.

    python snapshot_reader.py FOLDER +6281234567890 …

tells of each number whether the snapshot lists it. The format is described in docs/snapshot.md. Listed does not mean
verified: what the registry says of a number stands on its card.

The signature is checked by PyJWT, where it is installed and you hand over the keys (`/.well-known/jwks.json`). Without,
only the SHA-256 of each file is checked, which finds damage but no forger.
"""

import gzip
import hashlib
import json
import re
import struct
import sys
import zlib
from bisect import bisect_right
from pathlib import Path

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
HEADER = struct.Struct(">4sBxHIIQQ")
LINE = struct.Struct(">QII")
ESCAPE, RAW_BITS = 40, 50


class Damaged(Exception):
    """What was read is not what was published: fetch it again. No answer may come of it."""


class NumbersFile:
    """The sorted numbers of one calling code, as integers. A test decodes one block of 512."""

    def __init__(self, data: bytes) -> None:
        if len(data) < HEADER.size + 4 or data[:4] != b"VBRN":
            raise Damaged("not a file of numbers")
        if data[4] != 1:
            raise Damaged(f"version {data[4]} of the format is not known to this reader")
        _, _, self.block, self.count, length, self.prefix, self.last = HEADER.unpack_from(data)
        if not self.block:
            raise Damaged("its blocks are empty")
        blocks = -(-self.count // self.block)
        self.begin = HEADER.size + 4 + blocks * LINE.size
        if len(data) != self.begin + length:
            raise Damaged(f"{len(data)} bytes, not {self.begin + length}")
        index = data[HEADER.size + 4 : self.begin]
        (check,) = struct.unpack_from(">I", data, HEADER.size)
        if zlib.crc32(index, zlib.crc32(data[: HEADER.size])) != check:
            raise Damaged("the checksum of its index is wrong")
        lines = list(LINE.iter_unpack(index))
        self.parameters = [packed >> 56 for packed, _, _ in lines]
        self.firsts = [packed & (2**56 - 1) for packed, _, _ in lines]
        self.offsets = [*(offset for _, offset, _ in lines), length]
        self.checks = [check for _, _, check in lines]
        self.data = data

    def __len__(self) -> int:
        return self.count

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.firsts, number) - 1
        if at < 0 or number > self.last:
            return False
        return number in self._block(at)

    def __iter__(self):
        for at in range(len(self.firsts)):
            yield from self._block(at)

    def _block(self, at: int) -> list[int]:
        data = self.data[self.begin + self.offsets[at] : self.begin + self.offsets[at + 1]]
        if zlib.crc32(data) != self.checks[at]:
            raise Damaged(f"the checksum of block {at} is wrong")
        parameter, number = self.parameters[at], self.firsts[at]
        bits = bin(int.from_bytes(b"\1" + data, "big"))[3:]  # the 1 keeps the leading zeros
        place, found = 0, [number]
        for _ in range(min(self.block, self.count - at * self.block) - 1):
            zero = bits.find("0", place, place + ESCAPE)
            if zero < 0:
                end = place + ESCAPE + RAW_BITS
                gap = int(bits[place + ESCAPE : end], 2)
            else:
                end = zero + 1 + parameter
                gap = (zero - place) << parameter | int(bits[zero:end], 2)
            number += gap + 1
            found.append(number)
            place = end
        return found


class Snapshot:
    """A folder with the files of one snapshot, or those of them that you downloaded."""

    def __init__(self, folder: str | Path, jwks: dict | None = None) -> None:
        self.folder = Path(folder)
        if jwks is None:
            self.manifest = json.loads((self.folder / "manifest.json").read_bytes())
        else:
            self.manifest = signed(_text(self.folder / "manifest.jws"), jwks)
        if self.manifest["schema"] != 1 or self.manifest["kind"] != "snapshot":
            raise Damaged("not the manifest of a snapshot, or of another version")
        self.numbers = {file["prefix"]: file for file in self.manifest["files"] if file["kind"] == "numbers"}
        self.loaded: dict[str, NumbersFile] = {}

    def is_listed(self, number: str) -> bool:
        if not E164.fullmatch(number):
            raise ValueError("a number is written as +, a digit from 1 to 9, and 6 to 14 more digits")
        for length in (1, 2, 3):
            prefix = number[1 : 1 + length]
            if prefix in self.numbers:
                return int(number[1:]) in self.file(prefix)
        return False

    def file(self, prefix: str) -> NumbersFile:
        """The numbers of one calling code; read when they are asked for first."""
        if prefix not in self.loaded:
            described = self.numbers[prefix]
            file = NumbersFile(self._read(described))
            if (file.prefix, file.count) != (int(prefix), described["count"]):
                raise Damaged(f"{described['name']} is not the file that the manifest describes")
            self.loaded[prefix] = file
        return self.loaded[prefix]

    def cards(self, prefix: str | None = None):
        """Every card, or those of one calling code, as dictionaries, in the order of their numbers."""
        for file in self.manifest["files"]:
            if file["kind"] == "cards" and prefix in (None, file["prefix"]):
                for line in gzip.decompress(self._read(file)).splitlines():
                    yield json.loads(line)

    def _read(self, file: dict) -> bytes:
        data = (self.folder / file["name"]).read_bytes()
        if len(data) != file["bytes"] or hashlib.sha256(data).hexdigest() != file["sha256"]:
            raise Damaged(f"{file['name']} is not the file that was signed")
        return data


def signed(jws: str, jwks: dict) -> dict:
    """The manifest that a JWS carries. Raises Damaged: no key of `jwks` made its signature. Needs PyJWT."""
    import jwt

    try:
        header = jwt.get_unverified_header(jws)
        if header.get("typ") != "vbr-manifest+jws":
            raise Damaged("signed, but no manifest")
        key = jwt.PyJWKSet.from_dict(jwks)[header["kid"]]
        checked = jwt.PyJWS().decode_complete(jws, key, algorithms=["ES256"])
    except (jwt.PyJWTError, KeyError) as wrong:
        raise Damaged(f"the signature of the manifest: {wrong!r}") from wrong
    return json.loads(checked["payload"])


def _text(path: Path) -> str:
    return path.read_text("ascii")


if __name__ == "__main__":
    snapshot = Snapshot(sys.argv[1])
    for wanted in sys.argv[2:]:
        print(wanted, "listed" if snapshot.is_listed(wanted) else "not listed")
