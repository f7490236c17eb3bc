"""Whether what lies in a folder is what was signed, and says what it should."""

import hashlib
import heapq
import json
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from accounts.errors import NotFound
from accounts.snapshots import files, folders, keys, manifests, rice
from accounts.snapshots.building import DELTA_NAME
from accounts.snapshots.files import File, spelled
from accounts.snapshots.manifests import Manifest


def faults(name: str) -> Iterator[str]:
    """What is wrong with a snapshot or delta, in words. Raises NotFound."""
    folder = folders.root() / name
    if not (folders.SNAPSHOT.fullmatch(name) or folders.DELTA.fullmatch(name)) or not folder.is_dir():
        raise NotFound("snapshot_unknown", name=name)
    try:
        manifest = _manifest(folder)
        yield from _faults_of_files(folder, manifest)
        read = _faults_of_delta if manifest["kind"] == "delta" else _faults_of_cards
        yield from read(folder, manifest)
    except (OSError, ValueError, KeyError, zlib.error, rice.Damaged) as wrong:
        yield str(wrong) or repr(wrong)


def _manifest(folder: Path) -> Manifest:
    payload = (folder / manifests.NAME).read_bytes()
    signed = (folder / manifests.SIGNED_NAME).read_text("ascii")
    if manifests.verified(signed, keys.published()) != payload:
        raise rice.Damaged(f"{manifests.NAME} is not what was signed")
    manifest: Manifest = json.loads(payload)
    if manifest["id"] != folder.name:
        raise rice.Damaged(f"{manifests.NAME} is that of {manifest['id']}")
    return manifest


def _faults_of_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    for file in manifest["files"]:
        content = (folder / file["name"]).read_bytes()
        if len(content) != file["bytes"] or hashlib.sha256(content).hexdigest() != file["sha256"]:
            yield f"{file['name']} is not the file that was signed"


def _faults_of_cards(folder: Path, manifest: Manifest) -> Iterator[str]:
    """Each number of a file of numbers has its card, in the same order, and nothing else has one."""
    for file in files.of_kind(manifest, "numbers"):
        assert file["prefix"] is not None
        of_cards = files.of_kind(manifest, "cards", file["prefix"])
        cards = files.read_cards(folder, file["prefix"], manifest)
        count = 0
        for number, card in zip(files.read_numbers(folder, file), cards, strict=True):
            count += 1
            if not card.startswith(b'{"number":"%b",' % spelled(number).encode()):
                yield f"card {count} of the prefix {file['prefix']} is not that of {spelled(number)}"
                break
        yield from _miscounted(file, count)
        yield from _miscounted_shards(file, of_cards)
    if manifest["count"] != sum(file["count"] for file in files.of_kind(manifest, "numbers")):
        yield "the count of the manifest is not that of its files"


def _miscounted(file: File, count: int) -> Iterator[str]:
    if file["count"] != count:
        yield f"{file['name']} holds {count}, not {file['count']}"


def _miscounted_shards(file: File, shards: list[File]) -> Iterator[str]:
    if sum(shard["count"] for shard in shards) != file["count"]:
        yield f"the cards of the prefix {file['prefix']} are not counted as its numbers are"


def _faults_of_delta(folder: Path, manifest: Manifest) -> Iterator[str]:
    """The older snapshot's numbers with it are the newer one's, where both are still there."""
    document: dict[str, Any] = json.loads((folder / DELTA_NAME).read_bytes())
    for member in ("added", "removed", "changed"):
        told = None if document[member] is None else len(document[member])
        if told != manifest[member]:
            yield f"{member}: {told}, not {manifest[member]}"
    older, newer = (folders.root() / manifest[end] for end in ("from", "to"))
    if not (older.is_dir() and newer.is_dir()):
        return
    differing = {int(number) for number in document["added"]} ^ {
        int(number) for number in document["removed"]
    }
    for number in _in_one_only(older, newer):
        if number not in differing:
            yield f"{spelled(number)} is missing"
            return
        differing.remove(number)
    if differing:
        yield f"{spelled(min(differing))} is no difference"


def _in_one_only(older: Path, newer: Path) -> Iterator[int]:
    """Numbers that only one of two snapshots has."""
    both = (files.all_numbers(folder, manifests.read(folder)) for folder in (older, newer))
    for number, times in groupby(heapq.merge(*both)):
        if len(list(times)) == 1:
            yield number
