"""Other applications that have something in common with this one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.businesses.models import Account, Business, Membership
from accounts.people.models import User
from accounts.verification import related
from accounts.verification import services as verification
from accounts.verification.models import Application
from tests.factories import (
    age,
    bar_now,
    decline_now,
    make_account,
    make_business,
    make_draft,
    make_owner,
    make_submitted,
    owner_of,
)
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def others_of(application: Application) -> related.Others:
    application = Application.objects.select_related("account__business").get(pk=application.pk)
    members = list(Membership.objects.filter(business=application.account.business))
    return related.others(application, members=members)


def why(application: Application) -> dict[str, list[str]]:
    return {one.application.pk: [str(reason) for reason in one.why] for one in others_of(application).shown}


def test_each_thing_in_common_is_a_reason() -> None:
    owner = make_owner("Ada", "ada.related@owner.example")
    business = make_business(owner, registration_number="NIB-1")
    mine = make_submitted(make_account(business), website="https://ada.example")
    same_business = make_submitted(make_account(business))
    same_owner = make_submitted(make_account(make_business(owner)))
    same_registration = make_submitted(make_account(make_business(registration_number="NIB-1")))
    same_website = make_submitted(website="http://www.ADA.example/menu?x=1")
    make_submitted(website="https://ada.example.org")
    make_submitted()
    earlier = _with_number(mine.number)
    assert why(mine) == {
        same_business.pk: ["same business", "same registration number"],
        same_owner.pk: ["same owner"],
        same_registration.pk: ["same registration number"],
        same_website.pk: ["same website"],
        earlier.pk: ["same number"],
    }


def _with_number(number: str) -> Application:
    """As an earlier one is left that was withdrawn, its number free again."""
    application = make_submitted()
    verification.withdraw(application, by=owner_of(application.account))
    Application.objects.filter(pk=application.pk).update(number=number)
    return application


def test_one_with_much_in_common_stands_there_once() -> None:
    business = make_business(registration_number="NIB-2")
    mine = make_submitted(make_account(business), website="https://toko.example/")
    other = make_submitted(make_account(business), website="https://toko.example/x")
    assert why(mine) == {other.pk: ["same business", "same registration number", "same website"]}


def test_a_host_that_many_share_says_nothing_its_address_does() -> None:
    mine = make_submitted(website="https://instagram.com/warung.ada")
    same = make_submitted(website="https://instagram.com/warung.ada/")
    make_submitted(website="https://instagram.com/warung.budi")
    assert why(mine) == {same.pk: ["same website"]}


def test_what_is_empty_is_not_in_common() -> None:
    make_draft()
    mine = make_submitted()
    assert (mine.website, mine.account.business.registration_number) == ("", "")
    assert why(mine) == {}


def test_earlier_declines_and_bars_are_marked(rita: User) -> None:
    owner = make_owner("Ada", "ada.barred@owner.example")
    mine = make_submitted(make_account(make_business(owner)))
    declined = decline_now(make_submitted(make_account(make_business(owner))))
    barred = bar_now(make_submitted(make_account(make_business(owner))))
    found = {one.application.pk: one for one in others_of(mine).shown}
    assert found[declined.pk].went_wrong and found[declined.pk].bar is None
    assert found[barred.pk].went_wrong and found[barred.pk].bar is not None
    page = browser_of(rita).get(reverse("admin:verification_application_change", args=[mine.pk]))
    assert "business barred" in page.content.decode()


def test_the_latest_come_first_and_the_rest_is_counted(monkeypatch: Any) -> None:
    business = make_business()
    mine = make_submitted(make_account(business))
    others = [make_submitted(make_account(business)) for _ in range(5)]
    for days, other in enumerate(others):
        age(other, timedelta(days=days), "created_at")
    monkeypatch.setattr(related, "MOST_SHOWN", 3)
    found = others_of(mine)
    assert [one.application.pk for one in found.shown] == [other.pk for other in others[:3]]
    assert (found.more, found.at_least) == (2, False)
    monkeypatch.setattr(related, "MOST_FOUND", 4)
    assert others_of(mine).at_least


def test_it_asks_three_times_however_many_there_are() -> None:
    business = make_business(registration_number="NIB-3")
    mine = make_submitted(make_account(business), website="https://toko3.example")
    for _ in range(4):
        make_submitted(make_account(business), website="https://toko3.example")
    application = Application.objects.select_related("account__business").get(pk=mine.pk)
    members = list(Membership.objects.filter(business=business))
    with CaptureQueriesContext(connection) as queries:
        found = related.others(application, members=members)
        assert [one.application.account.business.legal_name for one in found.shown] == ["CV Ada Jaya"] * 4
    assert len(queries) == 3


def crowd() -> None:
    """Among a handful of rows every plan is as good as any other."""
    people = User.objects.bulk_create(User(email=f"{n}@crowd.example") for n in range(300))
    businesses = Business.objects.bulk_create(
        Business(kind="company", legal_name="CV", country="ID", registration_number=f"C-{n}")
        for n in range(300)
    )
    Membership.objects.bulk_create(
        Membership(business=one, person=person) for one, person in zip(businesses, people, strict=True)
    )
    accounts = Account.objects.bulk_create(
        Account(business=one, category="food", country="ID") for one in businesses
    )
    Application.objects.bulk_create(
        Application(
            account=one, category="food", number=f"+1202555{n:04}", website=f"https://crowd{n}.example"
        )
        for n, one in enumerate(accounts)
    )


@pytest.mark.parametrize(
    ("reason", "indexes"),
    [
        ("number", ["applications_of_a_number"]),
        ("website", ["applications_of_a_host"]),
        ("registration", ["business_registration", "verification_application_account"]),
        ("owner", ["businesses_membership_person", "verification_application_account"]),
        ("business", ["businesses_account_business", "verification_application_account"]),
    ],
)
def test_each_reason_has_its_index(reason: str, indexes: list[str]) -> None:
    mine = make_submitted(
        make_account(make_business(registration_number="N-4")), website="https://toko4.example"
    )
    asked = related.conditions(mine, list(mine.account.business.memberships.all()))[reason]
    crowd()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    plan = Application.objects.filter(asked).values_list("pk", "created_at").explain()
    for index in indexes:
        assert index in plan, plan
