"""Accounts, as a partner app opens and changes them."""

from typing import Any

import pytest

from accounts.businesses.models import Account
from tests.partner import ACCOUNT, Partner, refused

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


def test_an_account_is_opened_for_a_business(app: Partner) -> None:
    business = app.business()
    facts = {**ACCOUNT, "website": "https://ada.example", "about": "Roti.\nSetiap pagi."}
    answer = app.post(f"/v1/businesses/{business}/accounts", facts)
    account = Account.objects.get()
    assert answer.headers["Location"] == f"/v1/accounts/{account.pk}"
    read = app.get(answer.headers["Location"])
    assert read.json() == answer.json() == read.json() | facts | {"business": business, "country": "ID"}
    assert read.json() == read.json() | {"number": None, "display_name": None, "photo": None}
    assert app.get(f"/v1/businesses/{business}/accounts").json()["results"] == [read.json()]


def test_R8_what_an_account_writes_about_is_free_within_the_list(app: Partner) -> None:
    address = f"/v1/accounts/{app.account()}"
    wanted = {"about": "Kue basah", "contact_purposes": ["delivery", "order_updates"]}
    answer = app.patch(address, wanted, app.get(address).headers["ETag"])
    assert answer.json()["about"] == "Kue basah"
    assert answer.json()["contact_purposes"] == ["order_updates", "delivery"]
    assert answer.json() == app.get(address).json()


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"category": "bank"}, "choice_unknown", "/category"),
        ({"country": ""}, "required", "/country"),
        ({"country": "ZZ"}, "country_unknown", "/country"),
        ({"website": "ada.example"}, "website_invalid", "/website"),
        ({"website": "javascript:alert(1)"}, "website_invalid", "/website"),
        ({"website": "https://" + "x" * 200 + ".example"}, "value_too_long", "/website"),
        ({"website": "https://ada.example/\n"}, "website_invalid", "/website"),
        ({"about": "x" * 513}, "value_too_long", "/about"),
        ({"about": "\x07"}, "hidden_characters", "/about"),
        ({"about": None}, "required", "/about"),
        ({"contact_purposes": "promotions"}, "wrong_type", "/contact_purposes"),
        ({"contact_purposes": ["spam"]}, "choice_unknown", "/contact_purposes/0"),
        ({"contact_purposes": [None]}, "required", "/contact_purposes/0"),
        ({"contact_purposes": ["promotions"] * 7}, "value_too_long", "/contact_purposes"),
        ({"number": "+12025550123"}, "field_unknown", "/number"),
    ],
)
def test_an_account_that_is_written_wrongly_is_refused(
    app: Partner, wrong: dict[str, Any], code: str, pointer: str
) -> None:
    answer = app.post(f"/v1/businesses/{app.business()}/accounts", {**ACCOUNT, **wrong})
    refused(answer, 422, code, pointer)
    assert not Account.objects.exists()
