"""Single and batch look-up: headers, query counts, and every number that is written wrongly."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.clients import keys
from accounts.clients import services as clients
from accounts.clients.models import ClientApp, Scope
from accounts.display.serializers import LOOKUP_LIMIT
from tests.display.conftest import App
from tests.factories import badge_of, make_approved, next_number

pytestmark = pytest.mark.usefixtures("no_undo_window")
LOOKUP = "/v1/contacts/lookup"
FULL_WIDTH = "+６２８１２３４５６７８９０"


def test_a_look_up_is_one_query_its_key_and_all(app: App, django_assert_num_queries: Any) -> None:
    account = make_approved()
    app.card(account.number)
    with django_assert_num_queries(1):
        app.card(account.number)
    with django_assert_num_queries(1):
        app.card(next_number())


def test_a_policy_that_the_process_has_not_seen_costs_no_further_query(
    app: App, django_assert_num_queries: Any
) -> None:
    account = make_approved()
    app.card(account.number)
    badges.publish_policy("seen.first.now", badges.current_policy().tiers, by=audit.SYSTEM)
    with django_assert_num_queries(1):
        assert app.card(account.number)["policy"] == "seen.first.now"


def test_a_batch_is_two_queries_however_many_numbers(app: App, django_assert_num_queries: Any) -> None:
    known = [make_approved().number for _ in range(3)]
    asked = [*known, *(next_number() for _ in range(200))]
    app.post(LOOKUP, {"numbers": asked})
    with django_assert_num_queries(2):
        answer = app.post(LOOKUP, {"numbers": asked}).json()
    assert [card["number"] for card in answer["cards"]] == known
    assert answer["not_listed"] == asked[3:]
    assert answer["invalid"] == []


def test_headers_say_how_fresh_an_answer_is(app: App) -> None:
    answer = app.get(f"/v1/contacts/{make_approved().number}")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Registry-Stale"] == "false"
    assert answer.headers["Registry-As-Of"].endswith("Z")
    assert answer.headers["ETag"].startswith('"')


@pytest.mark.parametrize("form", ["{}", "W/{}", '"something else", {}', "*"])
def test_a_copy_that_is_still_right_is_304(app: App, form: str) -> None:
    url = f"/v1/contacts/{make_approved().number}"
    tag = app.get(url).headers["ETag"]
    answer = app.get(url, headers={"If-None-Match": form.format(tag)})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert "Registry-As-Of" in answer.headers


@pytest.mark.parametrize("nonsense", ["", '"other"', "not a tag", '"', "\x7f"])
def test_another_tag_is_answered_whole(app: App, nonsense: str) -> None:
    answer = app.get(f"/v1/contacts/{next_number()}", headers={"If-None-Match": nonsense})
    assert answer.status_code == 200


def test_the_tag_changes_with_the_card_and_with_the_policy(app: App) -> None:
    account = make_approved()
    url = f"/v1/contacts/{account.number}"
    first = app.get(url).headers["ETag"]
    badges.publish_policy("next.1", badges.current_policy().tiers, by=audit.SYSTEM)
    second = app.get(url).headers["ETag"]
    badges.suspend(badge_of(account), reason="spam", by=audit.SYSTEM)
    assert len({first, second, app.get(url).headers["ETag"]}) == 3


@pytest.mark.parametrize("path", ["/v1/contacts/%2B12025550123", "/v1/contacts/+12025550123"])
def test_a_plus_may_be_escaped(app: App, path: str) -> None:
    assert app.get(path).json()["number"] == "+12025550123"


MISSPELT = [
    ("081234567890", "number_not_e164", None),  # of which country?
    ("6281234567890", "number_not_e164", None),
    ("+006281234567890", "number_not_e164", None),
    ("+06281234567890", "number_not_e164", None),
    ("+62081234567890", "number_not_canonical", "+6281234567890"),
    (FULL_WIDTH, "number_not_canonical", "+6281234567890"),
    ("+62 812-3456-7890", "number_not_canonical", "+6281234567890"),
    ("+1234567890123456", "number_not_e164", None),
    ("+12345", "number_not_e164", None),
    ("+12025550123\n", "number_not_canonical", "+12025550123"),
    ("+1202555O123", "number_not_e164", None),
    ("tel:+12025550123", "number_not_e164", None),
    ("lookup me", "number_not_e164", None),
    ("+", "number_not_e164", None),
    ("٠١٢٣٤٥٦٧٨", "number_not_e164", None),
]


@pytest.mark.parametrize(("number", "code", "canonical"), MISSPELT)
def test_a_number_written_otherwise_is_422_and_never_silently_not_listed(
    app: App, number: str, code: str, canonical: str | None
) -> None:
    batch = app.post(LOOKUP, {"numbers": [number]}).json()
    assert batch == {
        "cards": [],
        "not_listed": [],
        "invalid": [{"number": number, "code": code, "canonical": canonical}],
    }
    if "\n" in number:
        return
    answer = app.get(f"/v1/contacts/{number}")
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem.get("canonical")) == (422, code, canonical)
    assert problem["problems"][0]["pointer"] == "/number"


def test_a_stray_slash_is_a_number_written_wrongly(app: App) -> None:
    assert app.get("/v1/contacts/+12025550123/").status_code == 422


def test_a_batch_sorts_numbers_out_and_answers_a_repeated_one_once(app: App) -> None:
    listed, unknown = make_approved().number, next_number()
    asked = [unknown, listed, "0812", unknown, listed, "0812"]
    answer = app.post(LOOKUP, {"numbers": asked})
    assert answer.headers["Registry-Stale"] == "false"
    assert [card["number"] for card in answer.json()["cards"]] == [listed]
    assert answer.json()["not_listed"] == [unknown]
    assert [entry["number"] for entry in answer.json()["invalid"]] == ["0812"]


def test_a_card_in_a_batch_is_the_card_itself(app: App) -> None:
    number = make_approved().number
    assert app.get(f"/v1/contacts/{number}").content in app.post(LOOKUP, {"numbers": [number]}).content


def test_an_empty_batch_has_an_empty_answer(app: App) -> None:
    assert app.post(LOOKUP, {"numbers": []}).json() == {"cards": [], "not_listed": [], "invalid": []}


def test_a_thousand_numbers_are_fine_and_one_more_is_not(app: App) -> None:
    numbers = [f"+1202{last * 7919:07}" for last in range(LOOKUP_LIMIT + 1)]  # no two of a block
    assert len(app.post(LOOKUP, {"numbers": numbers[:-1]}).json()["not_listed"]) == LOOKUP_LIMIT
    answer = app.post(LOOKUP, {"numbers": numbers})
    assert (answer.status_code, answer.json()["code"], answer.json()["limit"]) == (
        422,
        "too_many_numbers",
        1_000,
    )


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "required", "/numbers"),
        ({"numbers": None}, "required", "/numbers"),
        ({"numbers": "+12025550123"}, "wrong_type", "/numbers"),
        ({"numbers": {"0": "+12025550123"}}, "wrong_type", "/numbers"),
        ({"numbers": [12025550123]}, "wrong_type", "/numbers/0"),
        ({"numbers": ["+12025550123", None]}, "required", "/numbers/1"),
        ({"numbers": ["+12025550123", ["+12025550123"]]}, "wrong_type", "/numbers/1"),
        ({"numbers": [True]}, "wrong_type", "/numbers/0"),
        ({"numbers": [], "number": "+12025550123"}, "field_unknown", "/number"),
        ({"numbers": ["\x00"]}, "hidden_characters", "/numbers/0"),
    ],
)
def test_a_body_of_the_wrong_shape_names_the_field(app: App, body: Any, code: str, pointer: str) -> None:
    answer = app.post(LOOKUP, json.dumps(body))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, code)
    assert [fault["pointer"] for fault in problem["problems"]] == [pointer]


def test_a_key_without_the_scope_looks_nothing_up(kai: ClientApp) -> None:
    _, secret = clients.create_key(kai, scopes=[Scope.NUMBERS_DECLARE], by=audit.SYSTEM)
    caller = App(secret)
    for answer in (
        caller.get("/v1/contacts/+12025550123"),
        caller.post(LOOKUP, {"numbers": []}),
        caller.get("/v1/contacts/changes"),
        caller.get("/v1/accounts"),
        caller.get("/v1/policy"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("number", ["+12025550123", "0812"], ids=["E.164", "misspelt"])
def test_a_key_that_is_not_good_gets_no_card_whatever_the_number(kai: ClientApp, number: str) -> None:
    listed = make_approved().number if number.startswith("+") else number
    url = f"/v1/contacts/{listed}"

    def refused(header: str) -> str:
        answer = Client().get(url, headers={"Authorization": header} if header else {})
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert b"display_name" not in answer.content
        return str(answer.json()["code"])

    key, secret = clients.create_key(kai, scopes=[Scope.CONTACTS_READ], by=audit.SYSTEM)
    assert refused("") == "key_missing"
    assert refused(f"Bearer {secret[:-1]}") == "key_malformed"
    assert refused(f"Bearer {secret}, Bearer {secret}") == "key_repeated"
    assert refused(f"Bearer {keys.generate('test')}") == "key_unknown"
    assert refused(f"Bearer {keys.generate('live')}") == "key_wrong_deployment"
    clients.set_active(kai, False, by=audit.SYSTEM)
    assert refused(f"Bearer {secret}") == "app_disabled"
    clients.set_active(kai, True, by=audit.SYSTEM)
    clients.revoke_key(key, by=audit.SYSTEM)
    assert refused(f"Bearer {secret}") == "key_revoked"


def test_the_policy_says_how_each_tier_is_drawn(app: App) -> None:
    policy = app.get("/v1/policy").json()
    assert policy["version"] == "pilot-2017.1"
    assert policy["tiers"]["verified"]["mark"]["symbol"] == "pin"
    assert policy["actions"] == {"block": True, "report": True, "account_may_block": True}
    assert policy["offline_grace"] == 86_400
