"""What goes wrong: a build that is killed, a full disk, files that are no longer what was signed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.errors import NotAllowed
from accounts.snapshots import building, checking, current, folders
from tests.server import ROOT
from tests.snapshots.made_up import NOW, POLICY, build, card, contents, folder_of

EVERYBODY = [*range(6281200000, 6281202000)]


def a_build(settings: Any) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.snapshots.killed"],
        cwd=ROOT,
        env={**os.environ, "VAR_DIR": str(settings.VAR_DIR), "SNAPSHOTS_DIR": str(settings.SNAPSHOTS_DIR)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_killed_build_leaves_nothing_to_be_seen(settings: Any) -> None:
    first = build(EVERYBODY, seq=1)
    before = contents(folder_of(first))
    for portions in (1, 4, 8):
        with a_build(settings) as process:
            assert process.stdout is not None
            for _ in range(portions):
                assert process.stdout.readline() == "building\n"
            process.send_signal(signal.SIGKILL)
        assert folders.snapshots() == [first]
        assert folders.deltas() == []
        assert contents(folder_of(first)) == before
    left = [name for name in os.listdir(settings.SNAPSHOTS_DIR) if name.startswith(".writing-")]
    assert left, "it was killed too early or too late to tell anything"
    second = build(EVERYBODY, seq=2)
    assert folders.snapshots() == [second, first]
    assert not [name for name in os.listdir(settings.SNAPSHOTS_DIR) if name.startswith(".writing-")]
    assert not list(checking.faults(second))


def test_two_processes_build_one_snapshot(settings: Any) -> None:
    with a_build(settings) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(NotAllowed, match="snapshot_build_running"):
            build(EVERYBODY, seq=9, day=2)
        said = process.stdout.read().split()
    assert process.returncode == 0
    assert folders.snapshots() == said[-1:]


def test_a_full_disk_is_said_and_the_snapshot_before_stays() -> None:
    """/dev/full is a file on a disk that is always full."""
    first = build(EVERYBODY, seq=1)
    before = contents(folder_of(first))

    def fill(name: str) -> Iterator[tuple[str, bytes]]:
        (aside,) = folder_of(".").resolve().glob(".writing-*")
        (aside / "whole" / name).symlink_to("/dev/full")
        for number in EVERYBODY:
            yield f"+{number}", card(number)

    for name in ("cards-62-00001.ndjson.gz", "numbers-62.rice", "manifest.json", "manifest.jws"):
        with pytest.raises(NotAllowed, match="snapshot_no_space") as refused:
            building.build(2, NOW, POLICY, fill(name))
        assert str(folders.root()) in refused.value.text.en
        assert folders.snapshots() == [first]
        assert not list(folder_of(".").resolve().glob(".writing-*"))
    assert contents(folder_of(first)) == before


def test_cards_that_stop_coming_make_no_snapshot() -> None:
    def broken() -> Iterator[tuple[str, bytes]]:
        yield "+6281200000", card(6281200000)
        raise RuntimeError("the store is damaged")

    with pytest.raises(RuntimeError, match="damaged"):
        building.build(1, NOW, POLICY, broken())
    assert folders.snapshots() == []
    assert not list(folder_of(".").resolve().glob(".writing-*"))


# --- verify ---


def faults(name: str) -> str:
    return "; ".join(checking.faults(name))


@pytest.mark.parametrize(
    "file", ["numbers-62.rice", "cards-62-00001.ndjson.gz", "manifest.json", "manifest.jws"]
)
@pytest.mark.parametrize("harm", ["flipped", "truncated", "absent"])
def test_whatever_is_harmed_is_found(file: str, harm: str) -> None:
    name = build(EVERYBODY, seq=1)
    path = folder_of(name) / file
    content = bytearray(path.read_bytes())
    match harm:
        case "flipped":
            content[len(content) // 2] ^= 1
            path.write_bytes(content)
        case "truncated":
            path.write_bytes(content[:-1])
        case _:
            path.unlink()
    assert (
        "signature" in faults(name) if file == "manifest.jws" and harm != "absent" else file in faults(name)
    )
    with pytest.raises(CommandError, match="1 not as they should be"):
        call_command("snapshots", "verify", name)


def test_a_snapshot_of_another_key_is_found(settings: Any, tmp_path: Path) -> None:
    name = build(EVERYBODY, seq=1)
    settings.VAR_DIR = tmp_path
    assert "signed by no key that is published" in faults(name)


def test_a_card_in_another_ones_place_is_found() -> None:
    name = building.build(
        1, NOW, POLICY, [("+6281200000", card(6281200000)), ("+6281200001", card(6281200009))]
    )
    assert "card 2 of the prefix 62 is not that of +6281200001" in faults(name)


def test_a_delta_that_does_not_lead_there_is_found() -> None:
    first, second = build(EVERYBODY, seq=1), build(EVERYBODY[1:], seq=2)
    other = build(EVERYBODY[2:], seq=3)
    assert not faults(f"{first}_{second}")
    folder_of(second).rename(folder_of(".kept"))
    folder_of(other).rename(folder_of(second))
    assert "is missing" in faults(f"{first}_{second}")


def test_the_command_tells_what_is_right(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = build(EVERYBODY, seq=1), build(EVERYBODY, seq=2)
    call_command("snapshots", "verify")
    assert capsys.readouterr().out.splitlines() == [
        f"{name}: right" for name in (second, first, f"{first}_{second}")
    ]
    call_command("snapshots", "list")
    assert len(capsys.readouterr().out.splitlines()) == 3
    call_command("snapshots", "sweep")
    call_command("snapshots", "rotate_key")
    assert "signs from" in capsys.readouterr().out
    with pytest.raises(CommandError, match="published already"):
        call_command("snapshots", "rotate_key")
    with pytest.raises(CommandError, match=r"no copy \.\./x"):
        call_command("snapshots", "verify", "../x")


def test_without_a_store_nothing_is_built() -> None:
    with pytest.raises(NotAllowed, match="snapshot_store_unusable"):
        current.build()
    with pytest.raises(CommandError, match="no copy was built"):
        call_command("snapshots", "build")
    assert folders.snapshots() == []
