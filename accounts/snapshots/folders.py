"""Where snapshots and deltas lie: a folder each below SNAPSHOTS_DIR, which appears whole and goes whole.

What is being written or removed has a name that begins with a dot, and nobody is answered from there.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from accounts.errors import NotAllowed
from accounts.snapshots import files, manifests

KEPT = timedelta(days=7)  # anything: after that, nothing of an erased number is left here
WHOLE = 2  # snapshots that stay for whoever wants them
DOWNLOAD = timedelta(hours=6)  # an older one stays on, for whoever has begun to read it
INDEX = "index.json"
SNAPSHOT = re.compile(r"(\d{8}T\d{6}Z)-(\d{1,18})", re.ASCII)
DELTA = re.compile(rf"({SNAPSHOT.pattern})_({SNAPSHOT.pattern})", re.ASCII)
_WRITING, _REMOVING = ".writing-", ".removing-"
_MOMENT = "%Y%m%dT%H%M%SZ"


def root() -> Path:
    return Path(settings.SNAPSHOTS_DIR)


def name_of(as_of: datetime, seq: int) -> str:
    return f"{as_of.astimezone(UTC):{_MOMENT}}-{seq}"


def moment_of(name: str) -> datetime:
    """When a snapshot, or the newer one of a delta, was so."""
    return datetime.strptime(name.rpartition("_")[2].partition("-")[0], _MOMENT).replace(tzinfo=UTC)


def snapshots() -> list[str]:
    """Newest first."""
    return sorted((name for name in _names() if SNAPSHOT.fullmatch(name)), key=_age, reverse=True)


def deltas() -> list[str]:
    """Newest first."""
    return sorted((name for name in _names() if DELTA.fullmatch(name)), key=_age, reverse=True)


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time builds or removes; the kernel frees the lock of one that dies. What such a one left is
    cleared away. Raises NotAllowed snapshot_build_running.
    """
    with (root() / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise NotAllowed("snapshot_build_running") from busy
        for name in _names():
            if name.startswith((_WRITING, _REMOVING)):
                shutil.rmtree(root() / name, ignore_errors=True)
        yield


@contextmanager
def writing(name: str) -> Iterator[Path]:
    """A folder aside, which is gone at the end unless it was published."""
    folder = root() / f"{_WRITING}{name}"
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(folder: Path, name: str) -> None:
    """Make a folder that was written aside appear, whole, also after a power cut."""
    files.sync(folder)
    folder.rename(root() / name)
    files.sync(root())


def write_index() -> None:
    """What there is, for whoever serves the folder as static files: always a whole file."""
    aside = root() / f"{_WRITING}{INDEX}"
    files.write(aside, json.dumps(index(), indent=1).encode() + b"\n")
    aside.rename(root() / INDEX)
    files.sync(root())


def index() -> dict[str, list[dict[str, object]]]:
    """What there is, newest first; addresses are relative to this list's own."""
    return {
        "snapshots": [*_described(snapshots(), "seq", "as_of", "policy", "count")],
        "deltas": [
            *_described(
                deltas(), "from", "to", "seq", "as_of", "policy_changed", "added", "removed", "changed"
            )
        ],
    }


def remove_old(now: datetime) -> list[str]:
    """Remove what was kept long enough; see KEPT, WHOLE and DOWNLOAD. Returns their names."""
    held = snapshots()
    old = [name for name in (*held, *deltas()) if moment_of(name) + KEPT <= now]
    for name, successor in zip(held[WHOLE:], held, strict=False):
        if datetime.fromtimestamp((root() / successor).stat().st_mtime, UTC) + DOWNLOAD <= now:
            old.append(name)
    removed = list(dict.fromkeys(old))
    for name in removed:
        (root() / name).rename(root() / f"{_REMOVING}{name}")
    write_index()  # nobody is sent to what is not there
    for name in removed:
        shutil.rmtree(root() / f"{_REMOVING}{name}", ignore_errors=True)
    return removed


def _described(names: list[str], *members: str) -> Iterator[dict[str, object]]:
    for name in names:
        with suppress(FileNotFoundError):  # removed meanwhile
            manifest = manifests.read(root() / name)
            yield {
                "id": name,
                **{member: manifest[member] for member in members},
                "bytes": sum(file["bytes"] for file in manifest["files"]),
                "manifest": f"{name}/{manifests.NAME}",
                "signed_manifest": f"{name}/{manifests.SIGNED_NAME}",
            }


def _names() -> list[str]:
    return os.listdir(root())


def _age(name: str) -> tuple[datetime, int]:
    return moment_of(name), int(name.rpartition("-")[2])
