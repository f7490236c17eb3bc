"""What a snapshot consists of, and what changed from one to the next."""

import gzip
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.badges import cards as display
from accounts.display import queries
from accounts.errors import NotAllowed
from accounts.snapshots import building, checking, comparing, files, folders
from tests.factories import make_approved
from tests.snapshots.made_up import (
    NOW,
    POLICY,
    build,
    card,
    cards,
    cards_of,
    contents,
    folder_of,
    manifest_of,
    numbers_of,
)
from tests.snapshots.readers import python

INDONESIA = [6281200000, 6281200001, 62812000001, 628120000015]
AMERICA = [12025550100, 12025550101]
NOBODYS = [9991234567, 9981234567]  # +999, and +998, which is Uzbekistan's
EVERYBODY = [*INDONESIA, *AMERICA, *NOBODYS]


def test_each_calling_code_has_its_files() -> None:
    name = build(EVERYBODY, seq=4711)
    manifest = manifest_of(name)
    assert (manifest["id"], manifest["seq"], manifest["as_of"]) == (
        "20261122T191105Z-4711",
        4711,
        "2026-11-22T19:11:05Z",
    )
    assert (manifest["policy"], manifest["count"], manifest["previous"]) == (POLICY, 8, None)
    assert [(file["name"], file["prefix"], file["count"]) for file in manifest["files"]] == [
        ("numbers-1.rice", "1", 2),
        ("numbers-62.rice", "62", 4),
        ("numbers-998.rice", "998", 1),
        ("numbers-999.rice", "999", 1),
        ("cards-1-00001.ndjson.gz", "1", 2),
        ("cards-62-00001.ndjson.gz", "62", 4),
        ("cards-998-00001.ndjson.gz", "998", 1),
        ("cards-999-00001.ndjson.gz", "999", 1),
    ]
    assert numbers_of(name) == sorted(EVERYBODY)
    assert cards_of(name)["62"] == [card(number) for number in INDONESIA]
    assert not list(checking.faults(name))


def test_the_reference_reader_reads_the_whole() -> None:
    snapshot = python.Snapshot(folder_of(build(EVERYBODY, seq=1)))
    for number in EVERYBODY:
        assert snapshot.is_listed(f"+{number}")
        assert not snapshot.is_listed(f"+{number + 5}")
    assert not snapshot.is_listed("+442071838750")
    assert [card["number"] for card in snapshot.cards("62")] == [f"+{number}" for number in INDONESIA]
    assert len(list(snapshot.cards())) == len(EVERYBODY)
    for misspelt in ("6281200000", "+062812000", "+62", "+６２８１２０００００"):
        with pytest.raises(ValueError, match="written as"):
            snapshot.is_listed(misspelt)


@pytest.mark.usefixtures("db", "no_undo_window")
def test_cards_are_those_of_the_api() -> None:
    numbers = sorted(str(make_approved().number) for _ in range(5))
    found = queries.find(numbers)
    assert found.policy is not None
    rendered = [(row.number, display.render(row, found.policy)) for row in found.rows]
    name = building.build(1, NOW, found.policy.version, iter(rendered))
    assert cards_of(name)["1"] == [body for _, body in rendered]


def test_nothing_listed_is_a_snapshot_too() -> None:
    name = build([], seq=1)
    assert (manifest_of(name)["count"], manifest_of(name)["files"]) == (0, [])
    assert not list(checking.faults(name))
    assert not python.Snapshot(folder_of(name)).is_listed("+6281200000")


def test_large_files_of_cards_are_divided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "SHARD_BYTES", 20_000)
    monkeypatch.setattr(files, "_PORTION", 5_000)
    chance = random.Random(8)
    given = [
        (f"+{number}", card(number, chance.randbytes(100).hex())) for number in range(6281200000, 6281201000)
    ]
    name = building.build(1, NOW, POLICY, given)
    shards = files.of_kind(manifest_of(name), "cards")
    assert len(shards) > 3
    assert all(shard["bytes"] < 60_000 for shard in shards)
    assert sum(shard["count"] for shard in shards) == 1_000
    ends = [str(end) for shard in shards for end in (shard["first"], shard["last"])]
    assert ends == sorted(ends)
    packed = [(folder_of(name) / shard["name"]).read_bytes() for shard in shards]
    assert b"".join(map(gzip.decompress, packed)) == b"".join(body + b"\n" for _, body in given)
    assert not list(checking.faults(name))


def test_the_same_cards_make_the_same_files() -> None:
    one, other = build(EVERYBODY, seq=1), build(EVERYBODY, seq=2)
    assert one != other
    ours, theirs = (
        {name: content for name, content in contents(folder_of(name)).items() if "manifest" not in name}
        for name in (one, other)
    )
    assert ours == theirs


def test_numbers_have_to_come_in_their_order() -> None:
    with pytest.raises(ValueError, match="ascend"):
        building.build(1, NOW, POLICY, [*cards([6281200001]), *cards([6281200000])])
    assert folders.snapshots() == []


def test_the_same_state_is_built_once() -> None:
    name = build(EVERYBODY, seq=1)
    before = contents(folder_of(name))
    assert build([1234567], seq=1) == name
    assert contents(folder_of(name)) == before


def test_an_older_state_is_not_built_on_a_newer_one() -> None:
    build(EVERYBODY, seq=1)
    with pytest.raises(NotAllowed, match="snapshot_store_stale"):
        build(EVERYBODY, seq=2, day=-1)
    assert len(folders.snapshots()) == 1


# --- from one to the next ---


def delta_of(older: str, newer: str) -> Any:
    return json.loads((folder_of(f"{older}_{newer}") / building.DELTA_NAME).read_bytes())


def test_a_delta_names_what_was_added_removed_and_changed() -> None:
    older = build([1234567, 6281200000, 6281200001, 4420000000], seq=1)
    newer = build([6281200000, 6281200001, 6281200002, 9991234567], seq=2, day=1, n6281200001="Roti")
    assert delta_of(older, newer) == {
        "from": older,
        "to": newer,
        "added": ["+6281200002", "+9991234567"],
        "removed": ["+1234567", "+4420000000"],
        "changed": ["+6281200001"],
    }
    manifest = manifest_of(f"{older}_{newer}")
    assert (manifest["added"], manifest["removed"], manifest["changed"]) == (2, 2, 1)
    assert (manifest["from_seq"], manifest["seq"], manifest["policy_changed"]) == (1, 2, False)
    (shard,) = files.of_kind(manifest, "cards")
    lines = gzip.decompress((folder_of(manifest["id"]) / shard["name"]).read_bytes()).splitlines()
    assert lines == [card(6281200001, "Roti"), card(6281200002), card(9991234567)]
    assert not list(checking.faults(manifest["id"]))
    assert manifest_of(newer)["previous"] == older


def test_nothing_changed_is_a_delta_too() -> None:
    older, newer = build(EVERYBODY, seq=1), build(EVERYBODY, seq=2)
    assert delta_of(older, newer) == {
        "from": older,
        "to": newer,
        "added": [],
        "removed": [],
        "changed": [],
    }
    assert not list(checking.faults(f"{older}_{newer}"))


def test_a_new_policy_changes_every_card() -> None:
    older = build(EVERYBODY, seq=1)
    newer = build([*EVERYBODY, 6281299999], seq=2, policy="blue-2023.1", n6281200000="Roti")
    assert (delta_of(older, newer)["added"], delta_of(older, newer)["changed"]) == (["+6281299999"], None)
    assert manifest_of(f"{older}_{newer}")["policy_changed"] is True
    assert not list(checking.faults(f"{older}_{newer}"))


def test_too_much_changed_makes_no_delta(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "LARGEST", 10)
    build(range(6281200000, 6281200005), seq=1)
    build(range(6281200003, 6281200011), seq=2)  # 3 gone, 6 new
    build(range(6281200000, 6281200009), seq=3)  # 2 gone, 3 new
    build(range(6281300000, 6281300009), seq=4)  # all gone
    assert len(folders.snapshots()) == 4
    assert len(folders.deltas()) == 2


@pytest.mark.parametrize("file", ["numbers-62.rice", "cards-62-00001.ndjson.gz"])
def test_a_damaged_snapshot_before_is_no_obstacle(file: str) -> None:
    older = build(EVERYBODY, seq=1)
    path = folder_of(older) / file
    path.write_bytes(path.read_bytes()[:-9])
    newer = build(EVERYBODY, seq=2)
    assert folders.snapshots() == [newer, older]
    assert folders.deltas() == []
    assert not list(checking.faults(newer))


def test_a_snapshot_before_with_a_card_too_few_is_no_obstacle() -> None:
    older = build(EVERYBODY, seq=1)
    fewer = b"".join(card(number) + b"\n" for number in INDONESIA[:-1])
    (folder_of(older) / "cards-62-00001.ndjson.gz").write_bytes(gzip.compress(fewer))
    build(EVERYBODY, seq=2)
    assert folders.deltas() == []


def test_what_there_is_stands_in_an_index() -> None:
    older, newer = build(EVERYBODY, seq=1), build(EVERYBODY, seq=2, day=1)
    index = json.loads((folder_of(folders.INDEX)).read_bytes())
    assert [row["id"] for row in index["snapshots"]] == [newer, older]
    assert [(row["from"], row["to"]) for row in index["deltas"]] == [(older, newer)]
    for row in [*index["snapshots"], *index["deltas"]]:
        assert folder_of(row["manifest"]).exists()
        assert folder_of(row["signed_manifest"]).exists()
    assert folders.moment_of(newer) == datetime(2026, 11, 23, 19, 11, 5, tzinfo=UTC)
