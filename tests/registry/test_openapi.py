"""The OpenAPI document: valid, complete, and true of the cards."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.validation import validate_schema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no stubs here
from rest_framework.renderers import JSONRenderer

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Tier
from registry import openapi
from registry.run import ROOT
from tests.factories import badge_of, make_approved, next_number

OPERATIONS = [
    (path, method, operation)
    for path, operations in openapi.document()["paths"].items()
    for method, operation in operations.items()
]


def named(case: Any) -> str:
    return case if isinstance(case, str) else ""


def validator(component: str) -> Draft202012Validator:
    components = openapi.document()["components"]
    return Draft202012Validator({"$ref": f"#/components/schemas/{component}", "components": components})


def test_it_is_a_valid_openapi_3_1_document() -> None:
    document = json.loads(JSONRenderer().render(openapi.document()))
    validate_schema(document)
    assert document["openapi"].startswith("3.1")


FIRST_READERS = """
import django; django.setup()
from concurrent.futures import ThreadPoolExecutor
from registry import openapi
from registry.run import ROOT
with ThreadPoolExecutor(8) as pool:
    print(len({id(made) for made in pool.map(lambda _: openapi.document(), range(8))}))
"""


def test_its_first_readers_may_come_at_once() -> None:
    """In a new process, where nothing of drf-spectacular is loaded yet. It fails without the lock."""
    ran = subprocess.run(
        [sys.executable, "-c", FIRST_READERS],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "registry.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "1\n", ran.stderr


def test_making_it_warns_of_nothing(capsys: Any) -> None:
    openapi._document.__wrapped__()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=named)
def test_every_call_has_a_name_of_its_own_a_key_and_its_refusals(
    path: str, method: str, operation: Any
) -> None:
    names = [other["operationId"] for _, _, other in OPERATIONS]
    assert names.count(operation["operationId"]) == 1
    assert "bearerKey" in operation["security"][0]
    assert {"400", "401", "403", "406", "422", "429", "503"} <= operation["responses"].keys()
    refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
    responses = openapi.document()["components"]["responses"]
    for answer in refusals.values():
        shape = responses[answer["$ref"].rsplit("/", 1)[1]]["content"]
        assert list(shape) == ["application/problem+json"]
    if "requestBody" in operation:
        assert {"413", "415"} <= operation["responses"].keys()


@pytest.mark.usefixtures("db", "no_undo_window")
def test_the_cards_of_every_state_are_as_described(kais_key: str) -> None:
    http = Client(headers={"authorization": f"Bearer {kais_key}"})
    suspended, revoked = make_approved(), make_approved()
    badges.suspend(badge_of(suspended), reason="spam", by=audit.SYSTEM)
    badges.revoke(badge_of(revoked), reason="fraud", by=audit.SYSTEM)
    shown = [make_approved().number, make_approved(Tier.CONFIRMED).number, suspended.number, revoked.number]
    for number in (*shown, next_number()):
        validator("Card").validate(http.get(f"/v1/contacts/{number}").json())
    lookup = http.post(
        "/v1/contacts/lookup", {"numbers": [*shown, next_number(), "0812"]}, content_type="application/json"
    )
    validator("Found").validate(lookup.json())
    validator("Changes").validate(http.get("/v1/contacts/changes").json())
    validator("PaginatedCardList").validate(http.get("/v1/accounts").json())
    validator("Policy").validate(http.get("/v1/policy").json())
    validator("Problem").validate(http.get("/v1/contacts/0812").json())


def test_a_card_with_anything_more_would_not_be_as_described() -> None:
    assert not validator("Text").is_valid({"id": "a", "en": "b", "fr": "c"})


def test_it_is_served_with_a_tag(client: Client) -> None:
    answer = client.get("/v1/openapi.json")
    assert answer.json()["info"]["title"]
    again = client.get("/v1/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_generated_documents_are_written_and_then_up_to_date(
    tmp_path: Path, settings: Any, capsys: Any
) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(SystemExit):
        call_command("generate_docs", check=True)
    assert "stale: openapi.yaml, states.md" in capsys.readouterr().err
    assert not (tmp_path / "docs").exists()
    call_command("generate_docs")
    call_command("generate_docs", check=True)
    (tmp_path / "docs" / "openapi.yaml").write_text("old")
    with pytest.raises(SystemExit):
        call_command("generate_docs", check=True)
