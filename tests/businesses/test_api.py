"""Businesses, as a partner app sends them; and what all calls of the owner's side have in common."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.audit.models import Event
from accounts.businesses.models import Account, Business
from accounts.clients.models import ClientApp
from accounts.people.models import User
from tests.factories import make_approved
from tests.partner import BUSINESS, Partner, refused

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


# Businesses.


def test_a_business_is_made_with_its_owner(app: Partner, kai: ClientApp) -> None:
    answer = app.post("/v1/businesses", BUSINESS)
    business = Business.objects.get()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/businesses/{business.pk}"
    assert app.get(answer.headers["Location"]).json() == answer.json()
    assert answer.json()["legal_name"] == "CV Ada Jaya"
    assert answer.json()["created_at"].endswith("Z")
    assert business.client == kai
    owner = business.members.get()
    assert (owner.email, owner.name, owner.language) == ("ada@owner.example", "Ada", "id")
    assert Event.objects.get(kind="business.opened").by == kai.pk


def test_what_is_known_of_an_owner_is_not_told(app: Partner, ada: User) -> None:
    """Another app, or Ada herself, may have given that contact a name."""
    answer = app.post("/v1/businesses", {**BUSINESS, "owner": {"contact": "ADA@owner.example", "name": "?"}})
    assert Business.objects.get().members.get() == ada
    assert 'Ada"' not in answer.content.decode()
    assert "owner" not in answer.json()


def test_a_business_whose_owner_is_refused_leaves_nothing(app: Partner, rita: User) -> None:
    people = User.objects.count()
    answer = app.post("/v1/businesses", {**BUSINESS, "country": "QQ"})
    refused(answer, 422, "country_unknown", "/country")
    answer = app.post("/v1/businesses", {**BUSINESS, "owner": {"contact": "not a contact"}})
    refused(answer, 422, "owner_contact_invalid", "/owner/contact")
    assert not Business.objects.exists()
    assert User.objects.count() == people


@pytest.mark.parametrize(
    ("wrong", "code", "pointer"),
    [
        ({"kind": "ngo"}, "choice_unknown", "/kind"),
        ({"kind": None}, "required", "/kind"),
        ({"kind": 7}, "wrong_type", "/kind"),
        ({"legal_name": ""}, "required", "/legal_name"),
        ({"legal_name": " \t "}, "required", "/legal_name"),
        ({"legal_name": None}, "required", "/legal_name"),
        ({"legal_name": ["CV"]}, "wrong_type", "/legal_name"),
        ({"legal_name": "x" * 161}, "value_too_long", "/legal_name"),
        ({"legal_name": "x" * 1_000_000}, "value_too_long", "/legal_name"),
        ({"legal_name": "C\x00V"}, "hidden_characters", "/legal_name"),
        ({"legal_name": "C\x1bV"}, "hidden_characters", "/legal_name"),
        ({"registration_number": "9" * 41}, "value_too_long", "/registration_number"),
        ({"country": "Indonesia"}, "country_unknown", "/country"),
        ({"country": "id"}, "country_unknown", "/country"),
        ({"country": "QQ"}, "country_unknown", "/country"),
        ({"owner": None}, "required", "/owner"),
        ({"owner": "ada@owner.example"}, "wrong_type", "/owner"),
        ({"owner": {}}, "required", "/owner/contact"),
        ({"owner": {"contact": "x" * 255}}, "value_too_long", "/owner/contact"),
        ({"owner": {"contact": "0812"}}, "owner_contact_invalid", "/owner/contact"),
        ({"owner": {"contact": "a@b.example", "name": "x" * 121}}, "value_too_long", "/owner/name"),
        ({"owner": {"contact": "a@b.example", "language": "fr"}}, "choice_unknown", "/owner/language"),
        ({"owner": {"contact": "a@b.example", "role": "owner"}}, "field_unknown", "/owner/role"),
        ({"client": "cli_1"}, "field_unknown", "/client"),
    ],
)
def test_a_business_that_is_written_wrongly_is_refused(
    app: Partner, wrong: dict[str, Any], code: str, pointer: str
) -> None:
    refused(app.post("/v1/businesses", {**BUSINESS, **wrong}), 422, code, pointer)
    assert not Business.objects.exists()


def test_a_lone_surrogate_is_refused(app: Partner) -> None:
    body = json.dumps({**BUSINESS, "legal_name": "CV \ud800"})
    refused(app.post("/v1/businesses", body), 422, "hidden_characters", "/legal_name")


def test_staff_are_no_owners(app: Partner, rita: User) -> None:
    User.objects.filter(pk=rita.pk).update(email="rita@registry.example")
    answer = app.post("/v1/businesses", {**BUSINESS, "owner": {"contact": "rita@registry.example"}})
    refused(answer, 422, "owner_contact_invalid", "/owner/contact")


# If-Match.


def test_a_change_needs_the_tag_of_what_was_read(app: Partner) -> None:
    address = f"/v1/businesses/{app.business()}"
    tag = app.get(address).headers["ETag"]
    changed = app.patch(address, {"legal_name": "CV Ada Makmur"}, tag)
    assert changed.status_code == 200
    assert changed.json()["legal_name"] == "CV Ada Makmur"
    assert changed.headers["ETag"] not in ("", tag)
    refused(app.patch(address, {"legal_name": "CV Ada Lama"}, tag), 412, "stale")
    assert app.get(address).json()["legal_name"] == "CV Ada Makmur"


@pytest.mark.parametrize("address", ["businesses", "accounts", "applications"])
def test_a_change_without_a_tag_is_asked_for_one(app: Partner, address: str) -> None:
    of = {"businesses": app.business, "accounts": app.account, "applications": app.draft}[address]()
    change = {
        "businesses": {"country": "SG"},
        "accounts": {"about": "x"},
        "applications": {"category": "other"},
    }
    for tag in (None, "", "  "):
        refused(app.patch(f"/v1/{address}/{of}", change[address], tag), 428, "precondition_required")


@pytest.mark.parametrize("tag", ["*", "1", 'W/"1"', '"1', '"1" "2"', '"2"', '""', '"ä"', '"9", "8"', "\x7f"])
def test_a_tag_that_is_weak_malformed_or_anybodys_does_not_match(app: Partner, tag: str) -> None:
    address = f"/v1/businesses/{app.business()}"
    refused(app.patch(address, {"country": "SG"}, tag), 412, "stale")


def test_one_of_several_tags_may_match(app: Partner) -> None:
    address = f"/v1/businesses/{app.business()}"
    tag = app.get(address).headers["ETag"]
    assert app.patch(address, {"country": "SG"}, f'"another", {tag}').status_code == 200


def test_a_change_of_nothing_changes_nothing(app: Partner) -> None:
    address = f"/v1/businesses/{app.business()}"
    before = app.get(address)
    after = app.patch(address, {}, before.headers["ETag"])
    assert (after.status_code, after.headers["ETag"]) == (200, before.headers["ETag"])
    assert not Event.objects.filter(kind="business.changed").exists()


def test_what_can_not_be_changed_is_said(app: Partner) -> None:
    business, account = app.business(), app.account()
    refused(
        app.patch(f"/v1/businesses/{business}", {"kind": "company"}, '"1"'), 422, "field_read_only", "/kind"
    )
    for field, value in {"number": "+12025550123", "category": "other", "display_name": "X"}.items():
        answer = app.patch(f"/v1/accounts/{account}", {field: value}, '"1"')
        refused(answer, 422, "field_read_only", f"/{field}")


@pytest.mark.usefixtures("no_undo_window")
def test_an_approved_business_is_not_changed_any_more(app: Partner, kai: ClientApp) -> None:
    account = make_approved(account=Account.objects.get(pk=app.account()))
    address = f"/v1/businesses/{account.business_id}"
    answer = app.patch(address, {"legal_name": "CV Lain"}, app.get(address).headers["ETag"])
    refused(answer, 409, "account_already_approved")


# Lists.


@pytest.mark.parametrize("rows", [1, 5])
def test_a_list_costs_the_same_however_long(app: Partner, rows: int, django_assert_num_queries: Any) -> None:
    business = app.business()
    for _ in range(rows):
        app.account(business)
        app.business()
    with django_assert_num_queries(2):  # the key, the rows
        assert len(app.get("/v1/businesses").json()["results"]) == rows + 1
    with django_assert_num_queries(3):  # and the business
        assert len(app.get(f"/v1/businesses/{business}/accounts").json()["results"]) == rows


def test_a_list_is_paged_newest_first(app: Partner) -> None:
    newest_first = [app.business() for _ in range(5)][::-1]
    page = app.get("/v1/businesses", data={"limit": 2}).json()
    found = page["results"]
    while page["next"]:
        page = app.get("/v1/businesses", data={"limit": 2, "cursor": page["next"]}).json()
        found += page["results"]
    assert [business["id"] for business in found] == newest_first
    refused(app.get("/v1/businesses", data={"cursor": "made-up"}), 422, "cursor_invalid")
    refused(app.get("/v1/businesses", data={"legal_name": "CV"}), 422, "field_unknown")


def test_a_body_that_is_no_json_is_refused(app: Partner) -> None:
    refused(app.post("/v1/businesses", "{"), 400, "malformed")
    refused(app.post("/v1/businesses", "[]"), 422, "wrong_type")
    refused(
        app.post("/v1/businesses", '{"kind": "company", "kind": "company"}'), 422, "field_repeated", "/kind"
    )
    refused(
        app.post("/v1/businesses", "kind=company", content_type="text/plain"), 415, "unsupported_media_type"
    )
    refused(app.post("/v1/businesses", {"legal_name": "x" * 2**20}), 413, "body_too_large")


def test_an_answer_with_personal_data_is_kept_by_no_cache(app: Partner) -> None:
    business = app.business()
    for address in (f"/v1/businesses/{business}", "/v1/businesses"):
        assert app.get(address).headers["Cache-Control"] == "no-store"


def test_nobody_without_a_key(app: Partner) -> None:
    assert Client().get("/v1/businesses").status_code == 401
