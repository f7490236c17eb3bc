"""Cards for snapshots without a database: what matters is that they are bytes, and whose they are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.snapshots import building, files, manifests

NOW = datetime(2026, 11, 22, 19, 11, 5, tzinfo=UTC)
POLICY = "pilot-2017.1"


def card(number: int, name: str = "Warung") -> bytes:
    return b'{"number":"+%d","listed":true,"name":"%b"}' % (number, name.encode())


def cards(numbers: Iterable[int], **renamed: str) -> Iterator[tuple[str, bytes]]:
    """In the order of the numbers; `renamed`: n62811…="another name"."""
    names = {int(number.removeprefix("n")): name for number, name in renamed.items()}
    for number in sorted(numbers):
        yield f"+{number}", card(number, names.get(number, "Warung"))


def build(numbers: Iterable[int], *, seq: int, day: int = 0, policy: str = POLICY, **renamed: str) -> str:
    return building.build(seq, NOW + timedelta(days=day), policy, cards(numbers, **renamed))


def folder_of(name: str) -> Path:
    return Path(settings.SNAPSHOTS_DIR) / name


def manifest_of(name: str) -> dict[str, Any]:
    return manifests.read(folder_of(name))


def numbers_of(name: str) -> list[int]:
    return list(files.all_numbers(folder_of(name), manifest_of(name)))


def cards_of(name: str) -> dict[str, list[bytes]]:
    """Of each calling code."""
    manifest = manifest_of(name)
    prefixes = [str(file["prefix"]) for file in files.of_kind(manifest, "numbers")]
    return {prefix: list(files.read_cards(folder_of(name), prefix, manifest)) for prefix in prefixes}


def contents(folder: Path) -> Mapping[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
