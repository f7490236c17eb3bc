"""What somebody has here: the first page, the account after its approval, and the sheet that hangs at the counter."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts import ids
from accounts.badges import services as badges
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Business, MemberRole, Membership
from accounts.onboarding.following.showing import public_address, qr_code
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Kind
from tests.factories import (
    age,
    badge_of,
    make_account,
    make_approved,
    make_business,
    make_draft,
    make_owner,
    make_reviewer,
    make_submitted,
    prove,
)
from tests.owners import owner_browser

pytestmark = pytest.mark.django_db

ACCOUNT_QUERIES = 12
MY_QUERIES = 13


@pytest.fixture
def business(ada: User) -> Business:
    return make_business(ada)


@pytest.fixture
def account(business: Business) -> Account:
    return make_approved(account=make_account(business), display_name="Warung Bu Ada")


def mine(reader: User, query: str = "") -> Any:
    answer: Any = owner_browser(reader).get(reverse("my") + query)
    assert answer.status_code == 200
    return answer


def of(account: Account, reader: User, *, language: str = "en") -> Any:
    answer: Any = owner_browser(reader, language=language).get(reverse("my_account", args=[account.pk]))
    assert answer.status_code == 200
    return answer


def member(business: Business, role: MemberRole) -> User:
    person = make_owner(role.title(), f"{role}@owner.example")
    Membership.objects.create(business=business, person=person, role=role)
    return person


def older(account: Account, days: int) -> None:
    age(badge_of(account), timedelta(days=days), "issued_at", "term_ends_at", "expires_at")


# The first page.


def test_who_has_nothing_is_led_to_the_start(ada: User) -> None:
    seen = mine(ada).context["seen"]
    assert seen.is_empty and seen.to_do == []


def test_what_needs_somebody_comes_first(business: Business, ada: User) -> None:
    draft = make_draft(make_account(business))
    asked = make_submitted(make_account(business))
    reviewer = make_reviewer()
    prove(asked)
    verification.claim(asked, by=reviewer)
    verification.ask(asked, field="about", text="Where is the shop?", by=reviewer)
    to_do = mine(ada).context["seen"].to_do
    assert [one.address for one in to_do] == [
        reverse("application_status", args=[asked.pk]),
        reverse("application_status", args=[draft.pk]),
    ]
    assert [str(one.words) for one in to_do] == [
        "A reviewer asks you something",
        "Go on with your application",
    ]


def test_a_badge_that_ends_soon_or_is_suspended_needs_somebody(business: Business, ada: User) -> None:
    soon, suspended = (make_approved(account=make_account(business)) for _ in range(2))
    make_approved(account=make_account(business))
    older(soon, 320)
    badges.suspend(badge_of(suspended), reason="spam", by=make_reviewer())
    words = {one.address: str(one.words) for one in mine(ada).context["seen"].to_do}
    assert words == {
        reverse("my_account", args=[soon.pk]): "Renew the badge",
        reverse("my_account", args=[suspended.pk]): "The badge is suspended",
    }


def test_several_businesses_each_with_its_accounts(ada: User) -> None:
    first, second = make_business(ada, legal_name="CV Satu"), make_business(ada, legal_name="CV Dua")
    make_approved(account=make_account(first))
    make_submitted(make_account(second))
    make_business(ada, legal_name="CV Tiga")
    make_approved()
    seen = mine(ada).context["seen"]
    lines = [(line.account.business.legal_name, str(line.state)) for line in seen.lines]
    assert lines == [("CV Dua", "Being checked"), ("CV Satu", "Verified")]
    assert [one.legal_name for one in seen.without_account] == ["CV Tiga"]


def test_how_each_account_stands(business: Business, ada: User) -> None:
    names = ["revoked", "suspended", "closed", "confirmed", "renaming"]
    made = {name: make_approved(account=make_account(business)) for name in names}
    badges.revoke(badge_of(made["revoked"]), reason="fraud", by=make_reviewer())
    badges.suspend(badge_of(made["suspended"]), reason="spam", by=make_reviewer())
    businesses.close_account(made["closed"], by=ada)
    verification.start(
        made["renaming"], kind=Kind.NAME_CHANGE, source="form", by=ada, display_name="Toko Baru Sekali"
    )
    states = {line.account.pk: line for line in mine(ada).context["seen"].lines}
    assert str(states[made["revoked"].pk].state) == "Badge revoked"
    assert str(states[made["suspended"].pk].state) == "Badge suspended"
    assert str(states[made["closed"].pk].state) == "Closed"
    assert str(states[made["renaming"].pk].state) == "Verified"
    assert str(states[made["renaming"].pk].under_way) == "New name"


def test_who_may_only_look_is_not_told_to_act(business: Business) -> None:
    make_draft(make_account(business))
    seen = mine(member(business, MemberRole.VIEWER)).context["seen"]
    assert seen.to_do == [] and len(seen.lines) == 1


@pytest.mark.parametrize("accounts", [1, 8])
def test_the_first_page_costs_the_same_however_much_there_is(
    accounts: int, ada: User, django_assert_num_queries: Any
) -> None:
    for _ in range(accounts):
        business = make_business(ada)
        make_approved(account=make_account(business))
        make_submitted(make_account(business))
    browser = owner_browser(ada)
    with django_assert_num_queries(MY_QUERIES):
        answer = browser.get(reverse("my"))
    assert len(answer.content) < 50_000


def test_many_accounts_come_in_pages(ada: User, business: Business) -> None:
    for _ in range(23):
        make_account(business)
    assert len(mine(ada).context["seen"].lines) == 20
    assert len(mine(ada, "?page=2").context["seen"].lines) == 3
    assert len(mine(ada, "?page=nonsense").context["seen"].lines) == 20
    assert len(mine(ada).content) < 50_000


# The account.


def test_R1_the_pin_stands_beside_photo_and_name(account: Account, ada: User) -> None:
    shown = of(account, ada).content.decode()
    contact = shown[shown.index('class="contact"') :]
    assert (
        contact.index('class="photo"')
        < contact.index("mark-pin colour-green")
        < contact.index("Warung Bu Ada")
    )


def test_R2_both_readings_of_the_name_are_shown(account: Account, ada: User) -> None:
    shown = of(account, ada).content.decode()
    assert "Who has not saved your number" in shown and "The name that they saved" in shown


def test_R3_R4_the_chat_is_yellow_and_its_messages_stay(account: Account, ada: User) -> None:
    shown = of(account, ada).content.decode()
    assert "bubble notice colour-yellow" in shown and "bubble colour-yellow" in shown
    assert "delete messages of a verified account" in shown


def test_a_suspension_says_why_and_what_to_do(account: Account, ada: User) -> None:
    badges.suspend(badge_of(account), reason="spam", by=make_reviewer())
    shown = of(account, ada).content.decode()
    assert "It sends messages nobody asked for." in shown
    assert reverse("reinstate_badge", args=[account.pk]) in shown
    assert "mark-pin" not in shown and reverse("badge_sheet", args=[account.pk]) not in shown


def test_what_an_unproven_number_suspended_is_ended_by_proving_it(account: Account, ada: User) -> None:
    badges.suspend(badge_of(account), reason="number_unproven", by=make_reviewer())
    assert of(account, ada).context["standing"].to_prove == "prove_again"


def test_a_renewal_is_offered_from_sixty_days_before_the_end(account: Account, ada: User) -> None:
    older(account, 304)
    assert not of(account, ada).context["standing"].can_renew
    older(account, 2)
    answer = of(account, ada)
    assert answer.context["standing"].can_renew
    assert reverse("renew_badge", args=[account.pk]) in answer.content.decode()


@pytest.mark.parametrize("role", list(MemberRole))
def test_what_somebody_may_not_do_is_not_offered(account: Account, role: MemberRole) -> None:
    Account.objects.filter(pk=account.pk).update(website="https://ada.example")
    shown = of(account, member(account.business, role)).content.decode()
    assert (reverse("my_website", args=[account.pk]) in shown) == (role != MemberRole.VIEWER)
    assert (reverse("change_name", args=[account.pk]) in shown) == (role != MemberRole.VIEWER)
    assert (reverse("close_account", args=[account.pk]) in shown) == (role == MemberRole.OWNER)


def test_a_closed_account_is_a_page_that_says_so(account: Account, ada: User) -> None:
    businesses.close_account(account, by=ada)
    answer = of(account, ada)
    assert "was closed on" in answer.content.decode()
    assert not answer.context["can_change"] and answer.context["drawing"] is None


def test_an_account_before_its_approval(business: Business, ada: User) -> None:
    submitted = make_submitted(make_account(business))
    answer = of(submitted.account, ada)
    assert "was not approved yet" in answer.content.decode()
    assert [one["application"].pk for one in answer.context["under_way"]] == [submitted.pk]


def test_the_accounts_page_has_a_fixed_price(
    account: Account, ada: User, django_assert_num_queries: Any
) -> None:
    verification.start(account, kind=Kind.NAME_CHANGE, source="form", by=ada, display_name="Toko Baru Sekali")
    browser = owner_browser(ada)
    with django_assert_num_queries(ACCOUNT_QUERIES):
        answer = browser.get(reverse("my_account", args=[account.pk]))
    assert len(answer.content) < 50_000


def test_another_servers_photo_is_not_fetched(account: Account, ada: User, settings: Any) -> None:
    Account.objects.filter(pk=account.pk).update(photo="https://elsewhere.example/spy.jpg")
    assert "elsewhere.example" not in of(account, ada).content.decode()
    path = reverse("photo", args=[ids.new_id("pho")])
    Account.objects.filter(pk=account.pk).update(photo=f"{settings.PUBLIC_URL}{path}")
    assert f'src="{path}"' in of(account, ada).content.decode()


# The sheet.


def test_the_sheet_names_the_account_and_its_page(account: Account, ada: User) -> None:
    shown = owner_browser(ada).get(reverse("badge_sheet", args=[account.pk])).content.decode()
    assert "Warung Bu Ada" in shown and "Verified business" in shown
    assert public_address(account.pk).partition("://")[2] in shown
    assert reverse("badge_code", args=[account.pk]) in shown and "<script" not in shown


def test_the_code_is_a_picture(account: Account, ada: User) -> None:
    answer = owner_browser(ada).get(reverse("badge_code", args=[account.pk]))
    assert answer["Content-Type"] == "image/svg+xml" and answer.content.startswith(b"<svg")
    assert answer.content == qr_code(public_address(account.pk))
    assert not re.search(rb"script|style=|href", answer.content)


def test_two_accounts_have_two_codes(account: Account) -> None:
    assert qr_code(public_address(account.pk)) != qr_code(public_address(make_approved().pk))


@pytest.mark.parametrize("how", ["suspend", "revoke", "close", "expire"])
def test_without_a_badge_there_is_no_sheet(account: Account, ada: User, how: str) -> None:
    browser = owner_browser(ada)
    if how == "close":
        businesses.close_account(account, by=ada)
    elif how == "expire":
        older(account, 400)
    else:
        getattr(badges, how)(badge_of(account), reason="spam", by=make_reviewer())
    sheet = browser.get(reverse("badge_sheet", args=[account.pk]))
    assert sheet["Location"] == reverse("my_account", args=[account.pk])
    assert browser.get(reverse("badge_code", args=[account.pk])).status_code == 404
