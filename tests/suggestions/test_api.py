"""`/v1/suggestions`, each answer held against the OpenAPI document."""

from typing import Any

import pytest

from accounts.audit.models import Event
from accounts.clients.models import ClientApp, Scope
from accounts.people.models import User
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import Suggestion
from tests.partner import Partner, partner, refused
from tests.suggestions.conftest import ANSWERS, TITLES, send, triage

pytestmark = pytest.mark.usefixtures("db")
SUGGESTIONS = "/v1/suggestions"
UNKNOWN = "sug_01h2xcejqtf2nbrexx3vqjhp41"
BODY = {"text": "Show the opening hours.", "language": "en"}


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


def test_R9_an_app_suggests_something(app: Partner, kai: ClientApp) -> None:
    answer = app.post(SUGGESTIONS, BODY)
    assert answer.status_code == 201
    suggestion = Suggestion.objects.get()
    received = answer.json()
    assert received == {
        "id": suggestion.pk,
        **BODY,
        "status": "new",
        "title": None,
        "answer": None,
        "created_at": received["created_at"],
        "status_changed_at": None,
    }
    assert answer.headers["Location"] == f"{SUGGESTIONS}/{suggestion.pk}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (suggestion.client, suggestion.person) == (kai, None)
    event = Event.objects.get(kind="suggestion.sent")
    assert (event.on, event.by, event.data) == (suggestion.pk, kai.pk, {})


def test_the_same_text_again_is_the_first_one(app: Partner) -> None:
    first = app.post(SUGGESTIONS, BODY)
    again = app.post(SUGGESTIONS, {"text": f" {BODY['text']}\n"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert "Location" not in again.headers
    assert Suggestion.objects.count() == 1


def test_what_became_of_it_is_told_in_both_languages(app: Partner, kai: ClientApp, olga: User) -> None:
    planned, declined = send(kai, "One"), send(kai, "Two")
    triage("plan", planned, by=olga, **ANSWERS)
    triage("decline", declined, by=olga)
    found = app.get(f"{SUGGESTIONS}/{planned.pk}").json()
    assert (found["status"], found["language"]) == ("planned", "")
    assert found["title"] == {"id": TITLES["title_id"], "en": TITLES["title_en"]}
    assert found["answer"] == {"id": ANSWERS["answer_id"], "en": ANSWERS["answer_en"]}
    assert found["status_changed_at"].endswith("Z")
    found = app.get(f"{SUGGESTIONS}/{declined.pk}").json()
    assert (found["status"], found["title"]) == ("declined", None)
    assert found["answer"]["en"] == ANSWERS["answer_en"]


def test_nobody_sees_anothers_and_the_404_is_the_same(
    app: Partner, kai: ClientApp, ada: User, olga: User
) -> None:
    mine, owners = send(kai), send(ada)
    other = partner("Other", Scope.SUGGESTIONS_WRITE)
    answers = {
        other.get(f"{SUGGESTIONS}/{pk}").content
        for pk in (mine.pk, owners.pk, UNKNOWN, "made-up", "x" * 3_000)
    }
    assert len(answers) == 1
    refused(app.get(f"{SUGGESTIONS}/{owners.pk}"), 404, "not_found")
    assert other.get(SUGGESTIONS).json() == {"results": [], "next": None}
    assert [row["id"] for row in app.get(SUGGESTIONS).json()["results"]] == [mine.pk]


def test_the_list_goes_by_cursor_and_its_queries_are_two(
    app: Partner, kai: ClientApp, django_assert_num_queries: Any
) -> None:
    sent = [send(kai, f"Number {n}").pk for n in range(5)]
    found, cursor = [], ""
    while True:
        with django_assert_num_queries(2):  # the key, the rows
            page = app.get(f"{SUGGESTIONS}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        found += [row["id"] for row in page["results"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == sent[::-1]
    assert [row["id"] for row in app.get(f"{SUGGESTIONS}?ordering=created").json()["results"]] == sent
    refused(app.get(f"{SUGGESTIONS}?status=new"), 422, "field_unknown")
    refused(app.get(f"{SUGGESTIONS}?cursor=made-up"), 422, "cursor_invalid")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "required", "/text"),
        ({"text": ""}, "required", "/text"),
        ({"text": " \n"}, "required", "/text"),
        ({"text": None}, "required", "/text"),
        ({"text": 7}, "wrong_type", "/text"),
        ({"text": "x" * 2_001}, "value_too_long", "/text"),
        ({"text": "nul \0"}, "hidden_characters", "/text"),
        ({"text": "zero\u200bwidth"}, "hidden_characters", "/text"),
        ({**BODY, "language": "Indonesian"}, "value_invalid", "/language"),
        ({**BODY, "language": ""}, "required", "/language"),
        ({**BODY, "language": "id\n"}, "value_invalid", "/language"),
        ({**BODY, "status": "done"}, "field_unknown", "/status"),
    ],
    ids=str,
)
def test_what_is_not_said_rightly_is_refused(
    app: Partner, body: dict[str, Any], code: str, pointer: str
) -> None:
    refused(app.post(SUGGESTIONS, body), 422, code, pointer)
    assert not Suggestion.objects.exists()


def test_no_key_gets_the_scope_by_itself() -> None:
    others = [scope for scope in Scope if scope != Scope.SUGGESTIONS_WRITE]
    narrow = partner("Everything else", *others)
    for answer in (
        narrow.post(SUGGESTIONS, BODY),
        narrow.get(SUGGESTIONS),
        narrow.get(f"{SUGGESTIONS}/{UNKNOWN}"),
    ):
        assert refused(answer, 403, "scope_missing")["scope"] == "suggestions:write"
    keyless = Partner("")
    refused(keyless.get(SUGGESTIONS), 401, "key_malformed")


def test_the_days_limit_is_an_answer_with_retry_after(app: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suggestions, "A_CLIENT_A_DAY", 1)
    app.post(SUGGESTIONS, BODY)
    answer = app.post(SUGGESTIONS, {"text": "One more"})
    refused(answer, 429, "suggestions_used_up")
    assert int(answer.headers["Retry-After"]) > 0
