"""A drawing into a folder that is being served: each file by a rename, so that nobody ever reads half of one."""

import contextlib
import errno
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

CLOCK = "api/v2/status.json"  # written last: by the time in it, all of the folder is judged
WRITTEN = ".written.json"  # the names that were written before: what else is in the folder is somebody else's
# Bytes of a file that is handed out or taken: two hundred incidents, each with a dozen long updates.
LARGEST = 16 * 2**20
ABANDONED_AFTER = 600  # seconds: what a writer that was killed left half done


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """What is not drawn any more is removed. Raises OSError (a full disk, say): each file is the old or the new."""
    for name in sorted(files, key=lambda name: (name == CLOCK, name)):
        _put(folder / name, files[name])
    before = _written(folder)
    for name in before - files.keys():
        (folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # other files are in it
            (folder / name).parent.rmdir()
    if before != files.keys():
        _put(folder / WRITTEN, json.dumps(sorted(files)).encode())
    _sweep({(folder / name).parent for name in files})


def read(folder: Path) -> dict[str, bytes]:
    """What `write` has put there, by name. Raises OSError."""
    return {
        name: (folder / name).read_bytes() for name in sorted(_written(folder)) if (folder / name).exists()
    }


def _put(path: Path, body: bytes) -> None:
    with contextlib.suppress(OSError):
        if path.read_bytes() == body:
            return
    _make(path.parent)
    half = path.with_name(f".{path.name}.{os.getpid()}.half")
    try:
        with half.open("wb") as file:
            file.write(body)
        half.chmod(0o644)
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise


def _make(folder: Path) -> None:
    """For any web server to read, whatever the umask is that we run with."""
    if not folder.is_dir():
        _make(folder.parent)
        try:
            folder.mkdir(exist_ok=True)
        except FileExistsError:  # a file of that name, which says less of what is wrong
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder)) from None
        folder.chmod(0o755)


def _written(folder: Path) -> set[str]:
    """Names inside of the folder only, whatever the list says."""
    try:
        names = json.loads((folder / WRITTEN).read_bytes())
        root = folder.resolve()
        return {str(name) for name in names if (root / str(name)).resolve().is_relative_to(root)}
    except (OSError, ValueError, TypeError):
        return set()


def _sweep(folders: Iterable[Path]) -> None:
    for folder in folders:
        for half in folder.glob(".*.half"):
            with contextlib.suppress(OSError):
                if time.time() - half.stat().st_mtime > ABANDONED_AFTER:
                    half.unlink()
