"""Moving to a new number, from two phones at once. Each was run once without the lock that its docstring names."""

from typing import Any

import pytest

from accounts.businesses.models import Account
from accounts.onboarding.numbers import moving
from accounts.people.models import User
from accounts.verification.models import Application, Kind, Status
from tests.factories import make_account, make_approved, make_business
from tests.racing import outcomes, race

pytestmark = pytest.mark.usefixtures("committed")
NEW, OTHER = "+6281290000811", "+6281290000812"
TAPS = 8


@pytest.fixture
def account(committed: None, ada: User) -> Account:
    return make_approved(account=make_account(make_business(ada)))


def wish(account: Account) -> Application:
    return Application.objects.get(account=account, kind=Kind.NUMBER_CHANGE)


def begin(account: Account, number: str, by: User) -> Any:
    return lambda: moving.begin(account, number=number, still_works=True, by=by)


def test_one_draft_of_one_new_number(account: Account, ada: User) -> None:
    """Without the account's lock in `asking.prepare`, all but one are refused open_application_exists."""
    assert outcomes(race(*[begin(account, NEW, ada)] * TAPS)) == {"done": TAPS}
    assert (wish(account).number, wish(account).status) == (NEW, Status.DRAFT)


def test_of_two_new_numbers_the_last_one_stands_and_nobody_is_refused(account: Account, ada: User) -> None:
    """Without the account's lock in `asking.prepare`, the second is refused open_application_exists."""
    assert outcomes(race(begin(account, NEW, ada), begin(account, OTHER, ada))) == {"done": 2}
    assert wish(account).number in (NEW, OTHER)
