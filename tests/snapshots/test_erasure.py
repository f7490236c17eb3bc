"""Whose data is erased: gone from the next snapshot, and from everything that lies here within a week."""

from datetime import UTC, datetime

import pytest

from accounts.badges import cards
from accounts.badges.standing import standing
from accounts.display import queries
from accounts.privacy import erasure
from accounts.snapshots import building, folders
from tests.factories import make_approved, owner_of
from tests.snapshots.made_up import NOW, cards_of, contents, folder_of, numbers_of

pytestmark = pytest.mark.usefixtures("db", "no_undo_window")


def a_snapshot(seq: int, *numbers: str) -> str:
    found = queries.find(sorted(numbers))
    policy = found.policy
    assert policy is not None
    listed = [(row.number, cards.render(row, policy)) for row in found.rows if standing(row).listed]
    return building.build(seq, NOW, policy.version, listed)


def test_an_erased_number_leaves_every_copy() -> None:
    accounts = [make_approved() for _ in range(3)]
    numbers = [str(account.number) for account in accounts]
    first = a_snapshot(1, *numbers)
    assert numbers_of(first) == sorted(int(number) for number in numbers)
    owner = owner_of(accounts[0])
    erasure.erase(owner, by=owner)
    second = a_snapshot(2, *numbers)
    assert numbers_of(second) == sorted(int(number) for number in numbers[1:])
    assert not [card for card in cards_of(second)["1"] if numbers[0].encode() in card]
    delta = contents(folder_of(f"{first}_{second}"))
    assert b'"removed": [\n"%b"\n]' % numbers[0].encode() in delta["delta.json"]
    assert len(delta) == 3  # and no card of anybody
    with folders.alone():
        folders.remove_old(max(NOW, datetime.now(UTC)) + folders.KEPT)
    assert [*contents(folder_of(".").resolve())] == [".lock", folders.INDEX]
    assert numbers[0] not in folder_of(folders.INDEX).read_text()
