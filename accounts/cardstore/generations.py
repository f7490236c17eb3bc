"""Where the stores of this machine lie: a folder for each generation, and the pulse that says which one is current.

    cards/pulse          who is current (accounts.cardstore.pulse)
    cards/follower.lock  held by the one follower of this machine
    cards/0000000007/    a generation: LMDB's data.mdb and lock.mdb, and the roll; `damaged` where something was found
    cards/build.lock     held by who makes a new generation: all unfinished folders are its own, or somebody's who died

A generation is built aside and never changes its format: what cannot read it builds the next one. A name is never used
again, so that who could not read a generation need not try it again.
"""

import contextlib
import fcntl
import functools
import hashlib
import inspect
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import lmdb
from django.conf import settings

from accounts.badges import cards, reasons, standing
from accounts.cardstore import records
from accounts.cardstore.errors import Unusable
from accounts.cardstore.pulse import Pulse

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


@contextlib.contextmanager
def beginning() -> Iterator[Path]:
    """A folder for the next generation, not yet to be seen; removed again if it fails. Raises OSError.

    Who comes second waits: two would share the disk, and one of the stores would be for nothing.
    """
    with (folder() / "build.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _sweep_unfinished()
        path = folder() / f"{_last_name() + 1:010}{_UNFINISHED}"
        path.mkdir(mode=0o700)
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)  # what was finished has another name by now


def finish(unfinished: Path) -> Path:
    """All of it is on the disk: now it may be seen."""
    for file in [*unfinished.iterdir(), unfinished]:
        _sync(file)
    finished = unfinished.with_name(unfinished.name.removesuffix(_UNFINISHED))
    unfinished.rename(finished)
    _sync(finished.parent)
    return finished


def sweep(keep: Path) -> None:
    """Remove what is older than the current one, and what builds left that died.

    Who still reads an older one keeps its pages until it looks for the current one.
    """
    for path in existing():
        if path.name < keep.name:
            shutil.rmtree(path, ignore_errors=True)
    with (folder() / "build.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # a build is running
        _sweep_unfinished()


def _sweep_unfinished() -> None:
    for path in folder().glob(f"*{_UNFINISHED}"):
        shutil.rmtree(path, ignore_errors=True)


def _last_name() -> int:
    names = [path.name for path in existing()]
    with contextlib.suppress(Unusable):
        names.append(Pulse(pulse_file()).last().generation)
    return max((int(name) for name in names if name.isdigit()), default=0)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_environment(path: Path, *, write: bool = False, sync: bool = True) -> lmdb.Environment:
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
            sync=sync,
            readahead=False,
        )
        try:
            require_whole(environment, file)
        except BaseException:
            environment.close()
            raise
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
