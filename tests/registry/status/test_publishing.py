"""Into the folder by renames: whoever reads gets the old file or the new one, also on a full disk or after a kill."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from registry.status import publishing
from registry.status.drawing import files
from tests.registry.status import pictures
from tests.server import ROOT

FILES = {"index.html": b"one", "en/index.html": b"one", publishing.CLOCK: b"one"}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != publishing.WRITTEN
    }


@pytest.fixture
def secretive() -> Iterator[None]:
    """The umask of a hardened machine."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("secretive")
def test_all_is_there_and_readable_for_any_server(tmp_path: Path) -> None:
    folder = tmp_path / "srv/status"
    publishing.write(FILES, folder)
    assert contents(folder) == publishing.read(folder) == FILES
    made = [folder.parent, folder, *folder.rglob("*")]
    assert {path.stat().st_mode & 0o777 for path in made if path.is_file()} == {0o644}
    assert {path.stat().st_mode & 0o777 for path in made if path.is_dir()} == {0o755}


def test_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    publishing.write(FILES, tmp_path)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    publishing.write(FILES | {"index.html": b"two"}, tmp_path)
    after = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in after if after[path] != before[path]} == {"index.html"}


def test_what_is_not_drawn_any_more_goes_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    """A folder may be some web server's whole root."""
    (tmp_path / "robots.txt").write_text("theirs")
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "about.html").write_text("theirs")
    publishing.write(FILES | {"fr/index.html": b"one", "en/old.json": b"one"}, tmp_path)
    publishing.write(FILES, tmp_path)
    assert contents(tmp_path) == FILES | {"robots.txt": b"theirs", "en/about.html": b"theirs"}
    assert not (tmp_path / "fr").exists()
    publishing.write(FILES | {"jv/index.html": b"one"}, tmp_path)  # what came later goes as well
    publishing.write(FILES, tmp_path)
    assert not (tmp_path / "jv").exists()


def test_a_list_that_names_what_is_outside_removes_nothing_there(tmp_path: Path) -> None:
    outside, folder = tmp_path / "precious", tmp_path / "public"
    outside.write_text("theirs")
    publishing.write(FILES, folder)
    for written in ('["../precious"]', f'["{outside}"]', "[3, null]", "{", '{"a": 1}', "7"):
        (folder / publishing.WRITTEN).write_text(written)
        publishing.write(FILES, folder)
        assert outside.read_text() == "theirs"


def test_the_file_with_the_time_is_the_last(tmp_path: Path) -> None:
    """A folder that could be written in part only is judged by the time of the round before."""
    publishing.write(FILES, tmp_path)
    (tmp_path / "index.html").unlink()
    (tmp_path / "index.html").mkdir()  # can't be replaced by a file
    with pytest.raises(OSError):
        publishing.write(dict.fromkeys(FILES, b"two"), tmp_path)
    assert (tmp_path / publishing.CLOCK).read_bytes() == b"one"
    assert not list(tmp_path.rglob("*.half"))


FULL = """
    import resource, sys
    from pathlib import Path
    from registry.status import publishing
    folder = Path(sys.argv[1])
    publishing.write({"a.html": b"old" * 100, "b.html": b"old" * 100}, folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    try:
        publishing.write({"a.html": b"new" * 100, "b.html": b"new" * 100_000}, folder)
    except OSError as wrong:
        print(type(wrong).__name__)
"""


def test_on_a_full_disk_each_file_is_the_old_or_the_new(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(FULL), str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout == "OSError\n"
    assert contents(tmp_path) == {"a.html": b"new" * 100, "b.html": b"old" * 100}


KILLED = """
    import sys
    from pathlib import Path
    from registry.status import publishing
    number = 0
    while True:
        number += 1
        publishing.write({"a.html": b"%d," % (number % 10) * 200_000}, Path(sys.argv[1]))
        print(number, flush=True)
"""


def test_readers_and_a_writer_that_is_killed(tmp_path: Path) -> None:
    """Never half a file: not between two writes, and not after kill -9 in the middle of one."""
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    torn: list[bytes] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            body = (tmp_path / "a.html").read_bytes()
            if len(body) != 400_000 or len(set(body)) != 2:
                torn.append(body[:50])

    try:
        assert writer.stdout is not None and writer.stdout.readline() == "1\n"
        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        time.sleep(1)
    finally:
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    time.sleep(0.1)
    stop.set()
    for reader in readers:
        reader.join()
    writer.stdout.close()
    assert torn == []


def test_what_a_killed_writer_left_is_swept_later(tmp_path: Path) -> None:
    publishing.write(FILES, tmp_path)
    old, new = tmp_path / "en/.index.html.7.half", tmp_path / "en/.index.html.8.half"
    for half in (old, new):
        half.write_bytes(b"on")
    os.utime(old, (1, 1))
    publishing.write(FILES, tmp_path)
    assert not old.exists() and new.exists()


# --- on another host ---


@pytest.fixture
def drawn(tmp_path: Path, settings: Any) -> Path:
    settings.STATUS_DIR = tmp_path / "public"
    publishing.write(files(pictures.OUTAGE), settings.STATUS_DIR)
    return Path(settings.STATUS_DIR)


def export(folder: Path) -> str:
    out = StringIO()
    call_command("status_export", folder, stdout=out)
    return out.getvalue()


def test_an_export_is_the_same_folder_and_follows_it(drawn: Path, tmp_path: Path) -> None:
    """Without the database: pytest-django makes each query an error."""
    copy = tmp_path / "copy"
    said = export(copy)
    assert contents(copy) == contents(drawn)
    assert "python -m http.server" in said
    publishing.write({publishing.CLOCK: b"{}", "index.html": b"new"}, drawn)
    export(copy)
    assert contents(copy) == {publishing.CLOCK: b"{}", "index.html": b"new"}


def test_an_export_says_why_it_can_not(drawn: Path, tmp_path: Path, settings: Any) -> None:
    with pytest.raises(CommandError, match="choose another folder"):
        export(drawn)
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="can't be written"):
        export(tmp_path / "file" / "below")
    settings.STATUS_DIR = tmp_path / "nothing"
    with pytest.raises(CommandError, match=f"no page in {settings.STATUS_DIR} yet.* set VAR_DIR"):
        export(tmp_path / "copy")
