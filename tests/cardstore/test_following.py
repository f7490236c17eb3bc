"""The follower with real processes and real signals: whatever happens to it, the store equals what the renderer says."""

import pytest

from accounts.businesses.models import Account
from tests.cardstore.following import Follower, Worker, rendered, verified
from tests.factories import make_approved, make_draft

pytestmark = pytest.mark.usefixtures("no_undo_window")


def numbers_of(*accounts: Account) -> list[str]:
    return [account.number or "" for account in accounts]


def test_a_store_is_built_from_nothing_and_follows(follower: Follower, worker: Worker) -> None:
    first = make_approved()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    second = make_approved(tier="confirmed")
    make_draft()
    assert follower.has_caught_up(), follower.said()
    asked = [*numbers_of(first, second), "+12025550000"]
    assert worker.ask(asked) == rendered(asked)
    assert "The store equals the database" in verified()
