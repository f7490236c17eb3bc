"""Building a snapshot, and what changed since the one before: docs/snapshot.md describes what comes out."""

import errno
import json
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from accounts.errors import NotAllowed
from accounts.snapshots import files, folders, keys, manifests
from accounts.snapshots.calling_codes import calling_code
from accounts.snapshots.comparing import Comparison
from accounts.snapshots.files import CardFiles, File
from accounts.snapshots.manifests import Manifest

DELTA_NAME = "delta.json"


def build(seq: int, as_of: datetime, policy: str, cards: Iterable[tuple[str, bytes]]) -> str:
    """Write all listed cards, by number, as they were at `seq`, and make them appear. Returns the snapshot's name.

    `cards` come in the order of the numbers as integers, and need not fit into memory. What was written before is
    compared with them into a delta. A snapshot of that very state that is there already is left as it is.
    Raises NotAllowed: snapshot_build_running, snapshot_no_space, snapshot_keys_unusable, and snapshot_store_stale where
    there is one of a later moment.
    """
    name = folders.name_of(as_of, seq)
    with _full_disk_said(), folders.alone():
        held = folders.snapshots()
        if held and folders.moment_of(held[0]) > as_of:
            raise NotAllowed("snapshot_store_stale", as_of=as_of)
        if name not in held:
            key = keys.signing_key()
            previous = manifests.read(folders.root() / held[0]) if held else None
            with folders.writing(name) as aside:
                _build(aside, name, seq, as_of, policy, cards, previous, key)
        folders.write_index()
    return name


def _build(
    aside: Path,
    name: str,
    seq: int,
    as_of: datetime,
    policy: str,
    cards: Iterable[tuple[str, bytes]],
    previous: Manifest | None,
    key: keys.Key,
) -> None:
    whole, differing = aside / "whole", aside / "differing"
    whole.mkdir()
    differing.mkdir()
    changed_cards = CardFiles(differing)
    comparison = None
    if previous is not None:
        older = folders.root() / previous["id"]
        comparison = Comparison(older, previous, changed_cards, cards=previous["policy"] == policy)
    written = _write_all(whole, cards, comparison)
    manifest = manifests.snapshot(
        name,
        seq=seq,
        as_of=as_of,
        policy=policy,
        previous=previous["id"] if previous else None,
        written=written,
    )
    manifests.write(whole, manifest, key)
    delta = None
    if previous is not None and comparison is not None:
        comparison.finish()
        if not comparison.given_up:
            delta = f"{previous['id']}_{name}"
            _write_delta(differing, delta, previous, manifest, comparison, changed_cards.close(), key)
    folders.publish(whole, name)
    if delta is not None:  # who finds the snapshot without it takes the snapshot
        folders.publish(differing, delta)


class _CallingCode(NamedTuple):
    numbers: "array[int]"
    cards: CardFiles


def _write_all(folder: Path, cards: Iterable[tuple[str, bytes]], comparison: Comparison | None) -> list[File]:
    """The files of numbers, then those of cards. Raises ValueError: the numbers do not ascend."""
    codes: dict[str, _CallingCode] = {}
    for spelled, card in cards:
        prefix, number = calling_code(spelled), int(spelled)
        code = codes.get(prefix)
        if code is None:
            code = codes[prefix] = _CallingCode(array("Q"), CardFiles(folder, prefix))
        elif number <= code.numbers[-1]:
            raise ValueError("the numbers do not ascend")
        code.numbers.append(number)
        code.cards.add(number, card)
        if comparison is not None:
            comparison.see(prefix, number, card)
    ordered = sorted(codes.items(), key=lambda item: int(item[0]))
    of_cards = [code.cards.close() for _, code in ordered]
    of_numbers = [files.write_numbers(folder, prefix, code.numbers) for prefix, code in ordered]
    return [*of_numbers, *chain.from_iterable(of_cards)]


def _write_delta(
    folder: Path,
    name: str,
    older: Manifest,
    newer: Manifest,
    comparison: Comparison,
    of_cards: list[File],
    key: keys.Key,
) -> None:
    """Where the policy changed every card did, and `changed` is null."""
    numbers: dict[str, list[str] | None] = {
        "added": [files.spelled(number) for number in comparison.added],
        "removed": [files.spelled(number) for number in comparison.removed],
        "changed": [files.spelled(number) for number in comparison.changed],
    }
    if older["policy"] != newer["policy"]:
        numbers["changed"] = None
    document = {"from": older["id"], "to": newer["id"], **numbers}
    content = json.dumps(document, indent=0).encode() + b"\n"
    counts = {member: None if named is None else len(named) for member, named in numbers.items()}
    total = sum(count or 0 for count in counts.values())
    written = [files.write_whole(folder / DELTA_NAME, content, "delta", total), *of_cards]
    manifests.write(folder, manifests.delta(name, older, newer, counts, written), key)


@contextmanager
def _full_disk_said() -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        if wrong.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NotAllowed("snapshot_no_space", path=str(folders.root())) from wrong
