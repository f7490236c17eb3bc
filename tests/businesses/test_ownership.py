"""Whose a number is (R7): what a declaration is worth once the account that had the number is gone."""

import pytest

from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import NumberDispute
from accounts.clients.models import ClientApp
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.verification import services as verification
from tests.factories import make_account, make_approved, make_submitted, owner_of

pytestmark = pytest.mark.django_db


def test_R7_a_declaration_outlives_the_account_that_had_the_number(kai: ClientApp, rudi: User) -> None:
    account = make_approved()
    number = account.number or ""
    assert ownership.declare_personal(number, by=kai) == "disputed"
    businesses.close_account(account, by=owner_of(account))
    with pytest.raises(NotAllowed, match="number_is_personal"):
        make_submitted(number=number)
    ownership.settle_dispute(NumberDispute.objects.get(), note="asked; it was a mistake", by=rudi)
    make_submitted(number=number)


def test_R7_a_declaration_outlives_the_application_that_held_the_number(kai: ClientApp) -> None:
    application = make_submitted()
    ownership.declare_personal(application.number, by=kai)
    verification.withdraw(application, by=owner_of(application.account))
    with pytest.raises(NotAllowed, match="number_is_personal"):
        make_submitted(number=application.number)
    ownership.release_personal(application.number, by=kai)
    make_submitted(number=application.number)


def test_a_declaration_is_repeated_while_the_number_changes_hands(kai: ClientApp) -> None:
    """One open case a number and client, whoever has the number now."""
    first, second = make_account(), make_account()
    ownership.take_number("+12025550123", first)
    ownership.declare_personal("+12025550123", by=kai)
    first.number_uses.update(account=second)
    assert ownership.declare_personal("+12025550123", by=kai) == "disputed"
    assert NumberDispute.objects.count() == 1
