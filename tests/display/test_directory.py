"""The public directory: who stands in it, its filters, and its cursors."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import signing

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Tier
from accounts.badges.standing import standing
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.display import directory, queries
from accounts.proofs.models import NumberProof
from tests.display.conftest import App
from tests.factories import age, badge_of, make_account, make_approved, make_draft

pytestmark = pytest.mark.usefixtures("no_undo_window")
DIRECTORY = "/v1/accounts"


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [card["account"]["display_name"] for card in answer.json()["results"]]


def test_it_lists_exactly_the_accounts_whose_cards_have_a_tier(app: App) -> None:
    def ran_out(account: Account, *, suspended: bool, told: bool) -> None:
        if suspended:
            badges.suspend(badge_of(account), reason="spam", by=audit.SYSTEM)
        age(account, timedelta(days=400), "confirmed_at")
        moments = ("issued_at", "term_ends_at", "expires_at", "suspended_at")
        age(badge_of(account), timedelta(days=400), *moments)
        if told:
            badges.expire_due()

    make_draft()
    make_approved()
    make_approved(Tier.CONFIRMED)
    for suspended in (True, False):
        for told in (True, False):
            ran_out(make_approved(), suspended=suspended, told=told)
    badges.suspend(badge_of(make_approved()), reason="spam", by=audit.SYSTEM)
    badges.revoke(badge_of(make_approved()), reason="spam", by=audit.SYSTEM)
    businesses.close_account(make_approved(), by=audit.SYSTEM)
    unproven = make_approved(Tier.CONFIRMED)
    NumberProof.objects.filter(account=unproven).update(failed_at=unproven.created_at)
    revoked = make_approved()
    badges.revoke(badge_of(revoked), reason="fraud", by=audit.SYSTEM)
    badges.issue(revoked, methods=[], cause="app_test", by=audit.SYSTEM)
    Account.objects.filter(pk=revoked.pk).update(confirmed_at=badge_of(revoked).issued_at)

    with_a_number = list(Account.objects.exclude(number=None).values_list("number", flat=True))
    rows = queries.find([number for number in with_a_number if number]).rows
    tiers = {row.number: standing(row).tier for row in rows}
    for tier in Tier:
        listed = app.get(f"{DIRECTORY}?tier={tier}").json()["results"]
        assert {card["number"] for card in listed} == {number for number, has in tiers.items() if has == tier}
    assert {card["number"] for card in app.get(DIRECTORY).json()["results"]} == {
        number for number, has in tiers.items() if has
    }
    assert len(with_a_number) == 10


def test_an_entry_is_the_card(app: App) -> None:
    account = make_approved()
    assert app.get(DIRECTORY).json() == {"results": [app.card(account.number)], "next": None}


def test_its_filters_narrow_it(app: App) -> None:
    make_approved(account=make_account(category="food", country="ID"), display_name="Warung Bu Siti")
    make_approved(account=make_account(category="beauty", country="MY"), display_name="Salon Melati")
    make_approved(
        Tier.CONFIRMED, account=make_account(category="food", country="ID"), display_name="Bakso Solo"
    )
    assert names(app.get(f"{DIRECTORY}?category=food")) == ["Bakso Solo", "Warung Bu Siti"]
    assert names(app.get(f"{DIRECTORY}?country=MY")) == ["Salon Melati"]
    assert names(app.get(f"{DIRECTORY}?tier=confirmed")) == ["Bakso Solo"]
    assert names(app.get(f"{DIRECTORY}?search=sit")) == ["Warung Bu Siti"]
    assert names(app.get(f"{DIRECTORY}?search=BU war")) == ["Warung Bu Siti"]
    assert names(app.get(f"{DIRECTORY}?search=itu")) == []
    assert names(app.get(f"{DIRECTORY}?search=%27%3A*%20%26%20%21")) == []
    assert names(app.get(f"{DIRECTORY}?ordering=-name&category=food")) == ["Warung Bu Siti", "Bakso Solo"]
    assert names(app.get(f"{DIRECTORY}?ordering=-since")) == ["Bakso Solo", "Salon Melati", "Warung Bu Siti"]


@pytest.mark.parametrize("ordering", directory.ORDERINGS)
def test_pages_follow_on_also_where_names_are_equal(app: App, ordering: str) -> None:
    accounts = [make_approved(display_name="Warung Bu Siti") for _ in range(3)]
    accounts += [make_approved() for _ in range(2)]
    whole = app.get(f"{DIRECTORY}?ordering={ordering}").json()["results"]
    assert len(whole) == len(accounts)
    page = app.get(f"{DIRECTORY}?ordering={ordering}&limit=2").json()
    collected = page["results"]
    while page["next"]:
        page = app.get(f"{DIRECTORY}?ordering={ordering}&limit=2&cursor={page['next']}").json()
        collected += page["results"]
    assert collected == whole


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("category=plumbing", "choice_unknown", "category"),
        ("country=id", "country_unknown", "country"),
        ("country=IDN", "country_unknown", "country"),
        ("country=", "required", "country"),
        ("search=", "required", "search"),
        ("tier=gold", "choice_unknown", "tier"),
        ("ordering=price", "choice_unknown", "ordering"),
        ("limit=0", "value_too_low", "limit"),
        ("limit=201", "value_too_high", "limit"),
        ("limit=many", "wrong_type", "limit"),
        ("limit=", "required", "limit"),
        ("categroy=food", "field_unknown", "categroy"),
        ("search=" + "x" * 76, "value_too_long", "search"),
        ("cursor=abc", "cursor_invalid", "cursor"),
        ("cursor=999999999", "cursor_invalid", "cursor"),
        # A signature holds its time: without a name of its own, the test would be called otherwise each second.
        pytest.param(
            "cursor=" + signing.dumps(["name", "a", "b"], salt="another salt"),
            "cursor_invalid",
            "cursor",
            id="signed with another salt",
        ),
    ],
)
def test_a_parameter_that_makes_no_sense_is_named(app: App, query: str, code: str, parameter: str) -> None:
    answer = app.get(f"{DIRECTORY}?{query}")
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert problem["problems"][0]["parameter"] == parameter


def test_a_cursor_of_another_ordering_is_refused(app: App) -> None:
    for _ in range(2):
        make_approved()
    cursor = app.get(f"{DIRECTORY}?limit=1&ordering=name").json()["next"]
    answer = app.get(f"{DIRECTORY}?limit=1&ordering=-name&cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid")


def test_a_page_is_three_queries_however_long(app: App, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        make_approved()
    with django_assert_num_queries(3):
        app.get(DIRECTORY)
