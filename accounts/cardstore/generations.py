"""Where the stores of this machine lie: a folder for each generation, and the pulse that says which one is current.

    cards/pulse          who is current (accounts.cardstore.pulse)
    cards/follower.lock  held by the one follower of this machine
    cards/0000000007/    a generation: LMDB's data.mdb and lock.mdb, and the roll

A generation is built aside and never changes its format: what cannot read it builds the next one.
"""

import functools
import hashlib
import inspect
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import lmdb
from django.conf import settings

from accounts.badges import reasons, standing
from accounts.cardstore import records
from accounts.cardstore.errors import Unusable
from accounts.display import cards

MAP_BYTES = 64 * 2**30  # addresses, not memory: what a store may grow to
MOST_READERS = 1024
_UNFINISHED = ".unfinished"


def folder() -> Path:
    path: Path = settings.VAR_DIR / "cards"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def pulse_file() -> Path:
    return folder() / "pulse"


def existing() -> list[Path]:
    """Finished ones, oldest first."""
    return sorted(path for path in folder().iterdir() if path.is_dir() and path.name.isdigit())


def begin() -> Path:
    """A folder for the next generation, not yet to be seen. Raises OSError."""
    last = max((int(path.name.removesuffix(_UNFINISHED)) for path in _all()), default=0)
    path = folder() / f"{last + 1:010}{_UNFINISHED}"
    path.mkdir(mode=0o700)
    return path


def finish(unfinished: Path) -> Path:
    """All of it is on the disk: now it may be seen."""
    for file in [*unfinished.iterdir(), unfinished]:
        descriptor = os.open(file, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    finished = unfinished.with_name(unfinished.name.removesuffix(_UNFINISHED))
    unfinished.rename(finished)
    return finished


def sweep(keep: Path | None) -> None:
    """Remove all others. Who still reads one keeps its pages until it looks for the current one."""
    for path in _all():
        if path != keep:
            shutil.rmtree(path, ignore_errors=True)


def _all() -> list[Path]:
    return [
        path for path in folder().iterdir() if path.is_dir() and path.name.removesuffix(_UNFINISHED).isdigit()
    ]


def open_environment(path: Path, *, write: bool = False) -> lmdb.Environment:
    """Raises Unusable: not there, no store, or shorter than it says of itself."""
    file = path / "data.mdb"
    try:
        if not write and not file.stat().st_size:
            raise Unusable("the store is empty")
        environment = lmdb.open(
            str(path),
            map_size=MAP_BYTES,
            max_dbs=4,
            max_readers=MOST_READERS,
            max_spare_txns=16,
            readonly=not write,
            create=write,
            readahead=False,
        )
        require_whole(environment, file)
    except (OSError, lmdb.Error) as wrong:
        raise Unusable(f"the store can't be opened: {wrong}") from wrong
    return environment


def require_whole(environment: lmdb.Environment, file: Path) -> None:
    """Raises Unusable. Reading a page behind the end of the file kills the process (SIGBUS): so look first."""
    pages = environment.info()["last_pgno"] + 1
    if file.stat().st_size < pages * environment.stat()["psize"]:
        raise Unusable("the store is truncated")


def description() -> dict[str, Any]:
    """What a store must say of itself to be read by this code, on this deployment."""
    return {"fingerprint": fingerprint(), "deployment": settings.DEPLOYMENT}


def encode(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


@functools.cache
def fingerprint() -> str:
    """Of the code that decides what stands in a record: a release that changes it builds its own store."""
    sources = "\0".join(inspect.getsource(module) for module in (cards, standing, reasons, records))
    return hashlib.sha256(sources.encode()).hexdigest()[:32]
