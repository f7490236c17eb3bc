"""What the follower makes of a reader's doubt, and of a store that lost its place in the journal."""

import pytest

from accounts.cardstore import building, following, generations
from accounts.cardstore.store import CURSOR, DAMAGED, DOUBT_BYTES, DOUBTED
from tests.factories import make_approved

pytestmark = pytest.mark.usefixtures("committed", "no_undo_window")


@pytest.mark.parametrize("size", [0, 3, DOUBT_BYTES])
def test_a_doubt_that_is_being_written_is_no_damage(stepwise: following.Follower, size: int) -> None:
    """Seen before: read as the number 0, which free seats are full of, it had a store replaced that was sound."""
    number = make_approved().number or ""
    path = building.build()
    stepwise.look()
    (path / DOUBTED).write_bytes(int(number).to_bytes(DOUBT_BYTES, "big")[:size])
    stepwise.look()
    assert not (path / DAMAGED).exists() and not (path / DOUBTED).exists()


def test_a_store_without_a_cursor_is_given_up(stepwise: following.Follower) -> None:
    """Seen before: the follower ended of it, again and again, and nobody built another one."""
    make_approved()
    path = building.build()
    environment = generations.open_environment(path, write=True)
    with environment.begin(write=True, db=environment.open_db(b"meta")) as transaction:
        assert transaction.delete(CURSOR)
    environment.close()
    stepwise.look()
    assert stepwise.writer is None
    stepwise.rebuilding.stop()  # it had begun another one
    building.build()
    stepwise.look()
    assert stepwise.writer is not None


def test_what_a_reader_left_of_an_older_generation_is_removed_as_well(stepwise: following.Follower) -> None:
    """It was about to open that one: LMDB made its lock anew, in the folder that was being removed."""
    building.build()
    path = building.build()
    stepwise.look()
    left = path.with_name("0000000001")
    left.mkdir()
    (left / "lock.mdb").touch()
    stepwise.look()
    assert generations.existing() == [path]
