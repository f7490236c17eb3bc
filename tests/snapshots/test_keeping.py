"""How long snapshots and deltas stay, and that whoever reads one is not cut off."""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.audit.models import LogEntry
from accounts.cardstore import generations
from accounts.errors import NotAllowed
from accounts.snapshots import folders, jobs
from tests.snapshots.made_up import NOW, build, folder_of

EVERYBODY = [6281200000, 6281200001]


def built(days: int) -> list[str]:
    """One snapshot a day, the oldest first; each folder as old as it says."""
    names = []
    for day in range(days):
        name = build(EVERYBODY, seq=day + 1, day=day)
        when = (NOW + timedelta(days=day)).timestamp()
        os.utime(folder_of(name), (when, when))
        names.append(name)
    return names


def sweep(*, days: float) -> list[str]:
    with folders.alone():
        return folders.remove_old(NOW + timedelta(days=days))


def test_two_stay_whole_and_a_third_one_until_downloads_are_over() -> None:
    first, second, third = built(3)
    day = folders.DOWNLOAD / timedelta(days=1)
    assert sweep(days=2 + day * 0.9) == []
    assert sweep(days=2 + day) == [first]
    assert folders.snapshots() == [third, second]
    assert folders.deltas() == [f"{second}_{third}", f"{first}_{second}"]
    index = folder_of(folders.INDEX).read_text()
    assert f'"id": "{first}"' not in index
    assert f'"id": "{second}"' in index


def test_many_in_an_hour_stay_until_downloads_are_over() -> None:
    names = [build(EVERYBODY, seq=seq) for seq in range(1, 6)]
    with folders.alone():
        assert folders.remove_old(datetime.now(UTC)) == []
        assert folders.remove_old(datetime.now(UTC) + folders.DOWNLOAD) == [*reversed(names[:3])]


def test_nothing_outlives_a_week_whatever_becomes_of_the_builds() -> None:
    """What is left here of a number that was erased: at most that long."""
    built(2)
    week = folders.KEPT / timedelta(days=1)
    assert sweep(days=week - 0.01) == []
    assert len(sweep(days=week)) == 1
    assert len(sweep(days=week + 1)) == 2  # the other one, and the delta that leads to it
    assert (folders.snapshots(), folders.deltas()) == ([], [])


def test_a_file_that_is_being_read_is_read_to_its_end() -> None:
    first, *_ = built(3)
    with (folder_of(first) / "numbers-62.rice").open("rb") as file:
        begun = file.read(10)
        assert sweep(days=9)
        assert begun + file.read()


def test_what_the_dead_left_is_cleared_away() -> None:
    for name in (".writing-20261122T191105Z-1", ".removing-20261121T191105Z-1"):
        folder_of(name).mkdir()
        (folder_of(name) / "half").write_bytes(b"x")
    name = build(EVERYBODY, seq=1)
    assert {*os.listdir(folder_of(".").resolve())} == {name, ".lock", folders.INDEX}


def test_a_second_build_does_nothing() -> None:
    with folders.alone(), pytest.raises(NotAllowed, match="snapshot_build_running"):
        build(EVERYBODY, seq=1)
    assert folders.snapshots() == []


def test_one_is_due_when_none_was_built_since_the_hour(settings: Any) -> None:
    assert jobs.is_due(NOW)
    build(EVERYBODY, seq=1)  # eleven minutes after the hour
    assert not jobs.is_due(NOW + timedelta(hours=23, minutes=48))
    assert jobs.is_due(NOW + timedelta(hours=23, minutes=50))


@pytest.mark.usefixtures("db")
def test_the_sweep_goes_on_while_one_is_built() -> None:
    with folders.alone():
        assert jobs.sweep(0) == {"removed": 0, "keys": 0}
    assert jobs.sweep(0) == {"removed": 0, "keys": 0}


@pytest.mark.usefixtures("db")
def test_a_job_that_builds_nothing_leaves_an_alert(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the process that it starts there is no store of cards either."""
    monkeypatch.setenv("VAR_DIR", str(settings.VAR_DIR))
    monkeypatch.setenv("SNAPSHOTS_DIR", str(settings.SNAPSHOTS_DIR))
    assert "first store" in str(jobs.build(0)) and not LogEntry.objects.exists()
    (generations.folder() / "0000000001").mkdir()  # which nobody can read
    assert "no copy was built" in str(jobs.build(0))
    assert LogEntry.objects.get(kind="alert").data == {"code": "snapshot_failed"}
    build(EVERYBODY, seq=1, day=365)  # none is due for a while
    assert jobs.build(0) is None
