"""Whoever is erased leaves the store with the event; what is forgotten months later changes nobody else's card."""

from datetime import timedelta

import pytest

from accounts.audit.models import EventNumber
from accounts.businesses.models import Account
from accounts.cardstore import building, following, verifying
from accounts.display import queries
from accounts.privacy import erasure
from accounts.privacy.models import Erasure
from tests.cardstore.following import Worker, rendered
from tests.cardstore.stepwise import let_go
from tests.factories import age, make_approved, make_draft, owner_of

pytestmark = pytest.mark.usefixtures("committed", "no_undo_window")


def erase_owner(account: Account) -> None:
    owner = owner_of(account)
    erasure.erase(owner, by=owner)


def months_pass() -> None:
    age(Erasure.objects.get(), timedelta(days=erasure.CHANGES_KEPT_DAYS), "erased_at")
    erasure.finish_due()


def version_of(number: str) -> int | None:
    return queries.find([number]).rows[0].last_change


def changes_of(number: str) -> list[int]:
    return [change.seq for change in queries.changes(0).changes if number in (change.numbers or [])]


def test_an_erased_person_leaves_the_store(stepwise: following.Follower, worker: Worker) -> None:
    accounts = [make_approved() for _ in range(2)]
    gone, other = (account.number or "" for account in accounts)
    building.build()
    stepwise.look()
    erase_owner(accounts[0])
    stepwise.look()
    assert stepwise.writer is not None
    with stepwise.writer.reading() as view:
        assert stepwise.writer.record(view, gone) is None and stepwise.writer.record(view, other)
    assert int(gone) not in stepwise.writer.roll
    months_pass()
    assert not EventNumber.objects.filter(number=gone).exists()
    stepwise.look()
    let_go(stepwise)
    assert worker.ask([gone, other]) == rendered([gone, other])
    assert verifying.verify().count == 0


def test_the_next_business_of_the_number_keeps_its_version(stepwise: following.Follower) -> None:
    """Seen before: its events went as well, for they have the same number, and the card had no version any more."""
    number = make_approved().number or ""
    erase_owner(Account.objects.get(number=number))
    (*_, closed) = changes_of(number)
    make_approved(number=number)
    building.build()
    stepwise.look()
    version, changes = version_of(number), [seq for seq in changes_of(number) if seq > closed]
    months_pass()
    assert version_of(number) == version
    assert changes_of(number) == changes  # what befell the erased one is forgotten
    stepwise.look()
    let_go(stepwise)
    assert verifying.verify().count == 0


def test_the_business_whose_number_was_only_applied_for_keeps_its_version(
    stepwise: following.Follower,
) -> None:
    """Seen before: the number stood in a draft of the erased one, and so all of its changes went."""
    number = make_approved().number or ""
    erase_owner(make_draft(number=number).account)
    building.build()
    stepwise.look()
    version = version_of(number)
    months_pass()
    assert version_of(number) == version
    assert changes_of(number) == [version]  # whoever is behind is told of it still
    stepwise.look()
    let_go(stepwise)
    assert verifying.verify().count == 0
