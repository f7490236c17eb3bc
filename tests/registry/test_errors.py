"""Every refusal is a problem document with a stable code, or a plain page for a browser; never a 500."""

import json
import re
from collections.abc import Iterator
from typing import Any

import psycopg_pool
import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from rest_framework import exceptions as drf
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import errors as domain
from accounts.businesses.models import Account, Business
from accounts.clients.serializers import StrictSerializer
from accounts.sentences import SENTENCES
from registry import errors, parsers

HTML = "text/html,application/xhtml+xml"


class Inner(StrictSerializer):
    name = serializers.CharField(max_length=5)
    a_day = serializers.DateField(required=False)


class Outer(StrictSerializer):
    inner = Inner(required=False)
    several = Inner(many=True, required=False)
    count = serializers.IntegerField(min_value=1, max_value=9, required=False)
    yes = serializers.BooleanField(required=False)
    kind = serializers.ChoiceField(choices=["a", "b"], required=False)
    seen = serializers.CharField(read_only=True)


class Body(APIView):
    """Takes a body as every view of the registry does."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        serializer = Outer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(serializer.validated_data)


class Raises(APIView):
    authentication_classes = ()
    permission_classes = ()
    error: Exception = Exception()

    def get(self, request: Request) -> Response:
        raise self.error


def plain(request: HttpRequest) -> HttpResponse:
    raise Raises.error


handler400, handler403 = "registry.errors.bad_request", "registry.errors.forbidden"
handler404, handler500 = "registry.errors.not_found", "registry.errors.server_error"
urlpatterns = [
    path("v1/body", Body.as_view()),
    path("v1/raises", Raises.as_view()),
    path("page", plain),
    path("", include("registry.urls")),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def send(client: Client, body: bytes | str, content_type: str = "application/json", **more: Any) -> Any:
    return client.post("/v1/body", body, content_type=content_type, **more)


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """A problem document with everything that each of them has."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"].endswith(f"/problems/{code}")
    assert problem["detail"] == problem["sentences"]["en"] != problem["sentences"]["id"]
    assert isinstance(problem["title"], str) and isinstance(problem["problems"], list)
    assert b"Traceback" not in answer.content and b'File "' not in answer.content
    return problem


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"not json",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5_000 + b"}",
        b"\xef\xbb\xbf{}",
        b'{"a": "\xff"}',
        "{}".encode("utf-16"),
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": "\x01"}',
    ],
    ids=lambda body: repr(body[:16]),
)
def test_what_is_no_json_is_400(client: Client, body: bytes) -> None:
    if body:
        refused(send(client, body), 400, "malformed")
    else:
        assert send(client, body).status_code == 200  # no body: every field here is optional


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b'{"inner": {"name": "a", "name": "b"}}', "field_repeated", "/inner/name"),
        (b'{"inner": {"name": "\\u0000"}}', "hidden_characters", "/inner/name"),
        (b'{"inner": {"name": "\\ud800"}}', "hidden_characters", "/inner/name"),
        (b'{"several": [{"name": "a"}, {"name": "\\udfff"}]}', "hidden_characters", "/several/1/name"),
        (b'{"\\ud800": 1}', "hidden_characters", ""),
        (b"[]", "wrong_type", ""),
        (b'"text"', "wrong_type", ""),
        (b"null", "wrong_type", ""),
        (b"[" * 100_000, "too_deep", ""),
        (b"[" * 20 + b"]" * 20, "too_deep", ""),
        (b'{"a/b~c": 1}', "field_unknown", "/a~1b~0c"),
        (b'{"inner": {"name": "a", "nickname": "b"}}', "field_unknown", "/inner/nickname"),
        (b'{"seen": "x"}', "field_read_only", "/seen"),
        (b'{"inner": []}', "wrong_type", "/inner"),
        (b'{"inner": {}}', "required", "/inner/name"),
        (b'{"inner": {"name": null}}', "required", "/inner/name"),
        (b'{"inner": {"name": ""}}', "required", "/inner/name"),
        (b'{"inner": {"name": 12}}', "wrong_type", "/inner/name"),
        (b'{"inner": {"name": "abcdef"}}', "value_too_long", "/inner/name"),
        (b'{"inner": {"name": "a", "a_day": "1st"}}', "value_invalid", "/inner/a_day"),
        (b'{"several": {"name": "a"}}', "wrong_type", "/several"),
        (b'{"several": [{"name": "a"}, 3]}', "wrong_type", "/several/1"),
        (b'{"count": 0}', "value_too_low", "/count"),
        (b'{"count": 10}', "value_too_high", "/count"),
        (b'{"count": "1"}', "wrong_type", "/count"),
        (b'{"count": true}', "wrong_type", "/count"),
        (b'{"count": 1.5}', "wrong_type", "/count"),
        (b'{"yes": "true"}', "wrong_type", "/yes"),
        (b'{"yes": 1}', "wrong_type", "/yes"),
        (b'{"kind": "c"}', "choice_unknown", "/kind"),
    ],
)
def test_a_body_that_cannot_be_accepted_names_the_place(
    client: Client, body: bytes, code: str, pointer: str
) -> None:
    problem = refused(send(client, body), 422, code)
    (fault,) = problem["problems"]
    assert (fault["code"], fault["pointer"]) == (code, pointer)
    assert fault["sentences"]["id"] and fault["sentences"]["en"] == fault["detail"]


def test_several_faults_are_told_at_once(client: Client) -> None:
    problem = refused(send(client, b'{"count": 99, "more": 1, "inner": {"name": ""}}'), 422, "invalid")
    assert {(fault["code"], fault["pointer"]) for fault in problem["problems"]} == {
        ("value_too_high", "/count"),
        ("field_unknown", "/more"),
        ("required", "/inner/name"),
    }
    assert next(fault["limit"] for fault in problem["problems"] if fault["pointer"] == "/count") == 9


def test_what_can_be_accepted_is(client: Client) -> None:
    body = {
        "inner": {"name": "Süß…", "a_day": "2026-01-31"},
        "several": [],
        "count": 9,
        "yes": False,
        "kind": "a",
    }
    assert send(client, json.dumps(body)).json() == body


def test_a_body_of_10_megabytes_is_413_and_not_read(client: Client) -> None:
    body = json.dumps({"inner": {"name": "x" * 10_000_000}})
    problem = refused(send(client, body), 413, "body_too_large")
    assert problem["limit"] == 2**20


def test_a_body_without_a_length_is_411_rather_than_read_as_none(client: Client) -> None:
    environ = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    refused(send(client, b"{}", **environ), 411, "length_required")


def test_a_body_longer_than_it_says_is_cut_off(settings: Any) -> None:
    request: Any = RequestFactory().post("/", b"x" * 2_000, content_type="application/json")
    request.META.pop("CONTENT_LENGTH")
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000
    with pytest.raises(domain.Invalid, match="body_too_large"):
        parsers.StrictJSONParser().parse(request, "application/json", {"request": request})


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "multipart/form-data; boundary=x",
        "nonsense",
        "",
    ],
)
def test_another_content_type_is_415(client: Client, content_type: str) -> None:
    assert (
        refused(send(client, b"{}", content_type), 415, "unsupported_media_type")["accepted"]
        == "application/json"
    )


def test_utf8_may_be_said(client: Client) -> None:
    assert send(client, b"{}", "application/json; charset=UTF-8").status_code == 200


def test_another_method_is_405_and_says_which(client: Client) -> None:
    answer = client.delete("/v1/body")
    refused(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST, OPTIONS"


def test_an_answer_that_is_no_json_is_406(client: Client) -> None:
    refused(send(client, b"{}", headers={"Accept": "image/png"}), 406, "not_acceptable")


@pytest.mark.parametrize("url", ["/v1/nothing", "/v1/", "/nothing", "/v1/contacts/", "/v1/%F0%9F%92%A9"])
def test_an_address_that_is_not_there_is_404(client: Client, url: str) -> None:
    refused(client.get(url), 404, "not_found")


@pytest.mark.parametrize(
    "url", ["/v1/contacts/%00", "/v1/contacts/+12025550123?a=%00", "/admin/?q=%ff", "/?%ed%a0%80"]
)
def test_an_address_that_is_no_text_is_422(client: Client, url: str) -> None:
    refused(client.get(url), 422, "hidden_characters")


def test_a_host_that_is_not_ours_is_400(client: Client) -> None:
    refused(client.get("/v1/docs", headers={"host": "evil.example"}), 400, "bad_request")


DATABASE_AWAY = [OperationalError("gone"), psycopg_pool.PoolTimeout("none free")]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (domain.NotAllowed("wrong_status", action="approve", status="declined"), 409, "wrong_status"),
        (domain.Forbidden("permission_missing"), 403, "permission_missing"),
        (domain.Unauthenticated("key_unknown"), 401, "key_unknown"),
        (domain.NotFound("not_found"), 404, "not_found"),
        (domain.Stale("stale"), 412, "stale"),
        (domain.Invalid("precondition_required"), 428, "precondition_required"),
        (domain.TooMany("throttled", retry_after=7), 429, "throttled"),
        (drf.Throttled(wait=6.2), 429, "throttled"),
        (drf.PermissionDenied(), 403, "forbidden"),
        (drf.NotAuthenticated(), 401, "key_missing"),
        (PermissionDenied(), 403, "forbidden"),
        (Http404(), 404, "not_found"),
        (drf.NotFound(), 404, "not_found"),
        (RequestDataTooBig(), 413, "body_too_large"),
        (SuspiciousOperation(), 400, "bad_request"),
        (DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes"), 422, "hidden_characters"),
        (DataError("integer out of range"), 422, "value_invalid"),
        (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed"), 422, "hidden_characters"),
        *((error, 503, "database_unavailable") for error in DATABASE_AWAY),
        (ZeroDivisionError("secret detail"), 500, "internal"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
@pytest.mark.parametrize("url", ["/v1/raises", "/page"])
def test_each_error_has_one_answer_wherever_it_is_raised(
    client: Client, monkeypatch: Any, url: str, error: Exception, status: int, code: str
) -> None:
    monkeypatch.setattr(Raises, "error", error)
    answer = client.get(url)
    problem = refused(answer, status, code)
    assert b"secret detail" not in answer.content
    assert ("Retry-After" in answer.headers) == ("retry_after" in problem) == (status in (429, 503))
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_the_state_that_forbids_an_action_is_named(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(
        Raises, "error", domain.NotAllowed("wrong_status", action="approve", status="declined")
    )
    problem = refused(client.get("/v1/raises"), 409, "wrong_status")
    assert (problem["action"], problem["state"]) == ("approve", "declined")
    assert "declined" in problem["detail"]


@pytest.mark.parametrize("code", SENTENCES)
def test_every_code_has_a_page_in_both_languages(client: Client, code: str) -> None:
    answer = client.get(errors.type_of(code).removeprefix("http://127.0.0.1:8000"))
    assert answer.status_code == 200
    content = answer.content.decode()
    assert 'lang="id"' in content and 'lang="en"' in content and code in content


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("id", "id"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("en-GB", "en"),
        ("fr, id;q=0.5", "id"),
        ("ja", "en"),
        ("id;q=0.2, en;q=0.7", "en"),
        ("x" * 1_000, "en"),
        ("\x7f;;,,q", "en"),
    ],
)
def test_the_detail_is_in_the_language_asked_for(client: Client, header: str, language: str) -> None:
    answer = client.get("/v1/nothing", headers={"Accept-Language": header})
    assert answer.headers["Content-Language"] == language
    assert answer.json()["detail"] == answer.json()["sentences"][language]
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize(
    ("error", "status"), [(OperationalError("gone"), 503), (ZeroDivisionError(), 500), (Http404(), 404)]
)
def test_a_browser_gets_a_page_in_both_languages(
    client: Client, monkeypatch: Any, error: Exception, status: int
) -> None:
    monkeypatch.setattr(Raises, "error", error)
    answer = client.get("/page", headers={"Accept": HTML})
    content = answer.content.decode()
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert '<p lang="id">' in content and '<p lang="en">' in content
    assert "style=" not in content and "<style" not in content and "<script" not in content
    assert ('href="/status/"' in content) == (status >= 500)  # what is our fault may be everybody's


def test_nothing_of_a_refusal_is_logged_with_its_path(client: Client, caplog: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(Raises, "error", ZeroDivisionError("division by zero"))
    client.get("/v1/nothing/+12025550123")
    client.get("/v1/raises?number=+12025550123")
    assert "12025550123" not in caplog.text
    assert "v1/raises failed" in caplog.text


# The database itself.


@pytest.fixture
def database_away(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Connections are refused: nobody listens at that port."""
    with django_db_blocker.unblock():
        right = dict(connection.settings_dict)
        _reconnect(
            PORT="1", OPTIONS={**right["OPTIONS"], "pool": {"min_size": 0, "max_size": 1, "timeout": 0.3}}
        )
        yield
        _reconnect(**right)


def _reconnect(**changed: Any) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # of PostgreSQL's wrapper, unknown to the stubs
    connection.settings_dict.update(changed)


def test_while_the_database_is_away_no_look_up_says_not_listed(client: Client, database_away: None) -> None:
    from accounts.clients import keys

    key = keys.generate("test")
    answer = client.get("/v1/contacts/+12025550123", headers={"Authorization": f"Bearer {key}"})
    refused(answer, 503, "database_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert b"listed" not in answer.content
    lookup = client.post(
        "/v1/contacts/lookup",
        {"numbers": ["+12025550123"]},
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    refused(lookup, 503, "database_unavailable")


def test_while_the_database_is_away_pages_say_so_and_the_process_is_alive(
    client: Client, database_away: None
) -> None:
    assert client.get("/healthz/live").status_code == 200
    assert client.get("/healthz/ready").json()["checks"]["database"] == "away"
    assert client.get("/").status_code == 200
    page = client.post("/admin/sign-in/", {"login": "rita", "password": "x"}, headers={"Accept": HTML})
    assert (page.status_code, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["\x00", "\ud800"])
def test_text_that_postgresql_cannot_hold_is_a_refusal(client: Client, monkeypatch: Any, text: str) -> None:
    try:
        Business.objects.filter(legal_name=text).exists()
    except Exception as error:
        monkeypatch.setattr(Raises, "error", error)
    refused(client.get("/v1/raises"), 422, "hidden_characters")


@pytest.mark.django_db
def test_an_id_that_is_none_is_a_refusal(client: Client, monkeypatch: Any) -> None:
    try:
        Account.objects.filter(pk="acc_nonsense").exists()
    except Exception as error:
        monkeypatch.setattr(Raises, "error", error)
    refused(client.get("/v1/raises"), 422, "value_invalid")


# The pages.


@pytest.mark.parametrize("url", ["/", "/problems/", "/v1/docs"])
def test_pages_do_without_inline_style_and_script(client: Client, url: str) -> None:
    answer = client.get(url, headers={"Accept": HTML})
    content = answer.content.decode()
    assert answer.status_code == 200
    assert "style=" not in content and "<style" not in content
    assert "<script>" not in content and "onclick" not in content
    assert not re.search('(src|href|action)="(https?:)?//', content), "it has to work offline"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy


def test_the_docs_script_is_a_file_of_its_own(client: Client) -> None:
    answer = client.get("/v1/docs?script=", headers={"Accept": HTML})
    assert answer.headers["Content-Type"].startswith("application/javascript")
    assert '"/v1/openapi.json"' in answer.content.decode().replace("\\u002D", "-")


def test_the_language_is_switched_by_post_and_kept(client: Client) -> None:
    assert 'lang="id"' in client.get("/").content.decode().split("<head>")[0]
    assert client.get("/language/?language=en").status_code == 405
    answer = client.post("/language/", {"language": "en", "next": "/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert 'lang="en"' in client.get("/").content.decode().split("<head>")[0]
