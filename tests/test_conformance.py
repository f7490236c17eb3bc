"""The API against its own document, and against bad input, over real HTTP: no call may end in a 500."""

import http.client
import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
import requests

from accounts.clients import keys
from tests.cardstore.wire import has_applied_all
from tests.factories import PDF
from tests.server import ROOT, App, Server, running, until

pytestmark = pytest.mark.alone

LOOKUP = "/v1/contacts/lookup"
UNKNOWN = "+12025550999"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("conformance")) as server:
        yield server


@pytest.fixture(scope="module")
def app(server: Server) -> App:
    return App(server, server.first_run()["api_key"])


def refusal(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of a refusal: its code, in both languages, and what to do."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), (
        answer.text
    )
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["type"].endswith(f"/problems/{code}")
    assert problem["detail"] and problem["sentences"]["id"] and problem["sentences"]["en"]
    assert '"listed"' not in answer.text
    return problem


# --- against the document ---


def schemathesis(server: Server, *arguments: str, seconds: int) -> None:
    """All checks in all phases, as `schemathesis.toml` says; see there for a run by hand."""
    key = server.first_run()["api_key"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/v1/openapi.json"),
            *("--header", f"Authorization: Bearer {key}", "--checks", "all", "--continue-on-failure"),
            *("--phases", "examples,coverage,fuzzing,stateful", "--no-color", *arguments),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert re.search(rf"✅  {phase} \(in", done.stdout), done.stdout
    tested = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", done.stdout)
    assert tested and len(set(tested.groups())) == 1, done.stdout


def test_every_call_is_as_the_document_says(server: Server) -> None:
    schemathesis(server, "--max-examples=5", "--generation-deterministic", seconds=180)


@pytest.mark.soak
def test_every_call_is_as_the_document_says_at_length(server: Server) -> None:
    schemathesis(server, "--max-examples=150", seconds=3600)


# --- bad input ---


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "required"),
        (b'{"numbers": ["+12025550123"', 400, "malformed"),
        (b'{"numbers": [NaN]}', 400, "malformed"),
        (b"\xff\xfe\x00", 400, "malformed"),
        (b"[]", 422, "wrong_type"),
        (b"null", 422, "wrong_type"),
        (b'{"numbers": "+12025550123"}', 422, "wrong_type"),
        (b'{"numbers": [12025550123]}', 422, "wrong_type"),
        (b'{"numbers": [null]}', 422, "required"),
        (b'{"numbers": [["+12025550123"]]}', 422, "wrong_type"),
        (b"{}", 422, "required"),
        (b'{"numbers": ["+12025550123"], "why": "no reason"}', 422, "field_unknown"),
        (b'{"numbers": [], "numbers": []}', 422, "field_repeated"),
        (b'{"numbers": ["+1202555\\u00000123"]}', 422, "hidden_characters"),
        (b'{"numbers": ["\\ud800"]}', 422, "hidden_characters"),
        (b'{"\\udfff": 1, "numbers": []}', 422, "hidden_characters"),
        (b'{"numbers": ' + b"[" * 5000 + b"]" * 5000 + b"}", 422, "too_deep"),
        (json.dumps({"numbers": ["+12025550123"] * 1001}).encode(), 422, "too_many_numbers"),
        (b'{"numbers": ["' + b"1" * 10_000_000 + b'"]}', 413, "body_too_large"),
    ],
    ids=lambda value: repr(value[:24]) if isinstance(value, bytes) else str(value),
)
def test_a_body_that_is_no_request_is_refused(app: App, body: bytes, status: int, code: str) -> None:
    answer = app.call("POST", LOOKUP, data=body, headers={"Content-Type": "application/json"})
    refusal(answer, status, code)


def test_a_body_without_its_length_is_not_read(app: App) -> None:
    chunks = (b"x" * 65_536 for _ in range(160))
    answer = app.call("POST", LOOKUP, data=chunks, headers={"Content-Type": "application/json"})
    refusal(answer, 411, "length_required")


def test_another_content_type_is_refused(app: App) -> None:
    refusal(app.call("POST", LOOKUP, data="numbers=1"), 415, "unsupported_media_type")


WRONG_NUMBERS = {
    "081234567890": ("number_not_e164", None),
    "+00812345678": ("number_not_e164", None),
    "+6208123456789": ("number_not_canonical", "+628123456789"),
    "+１２０２５５５０１２３": ("number_not_canonical", "+12025550123"),
    "+1 202 555 0123": ("number_not_canonical", "+12025550123"),
    "+1202555012３": ("number_not_canonical", "+12025550123"),
    "+1234567890123456": ("number_not_e164", None),
    "": ("number_not_e164", None),
}


@pytest.mark.parametrize("number", [number for number in WRONG_NUMBERS if number])
def test_a_number_written_wrongly_is_never_not_listed(app: App, number: str) -> None:
    code, canonical = WRONG_NUMBERS[number]
    problem = refusal(app.call("GET", f"/v1/contacts/{quote(number, safe='')}"), 422, code)
    assert problem.get("canonical") == canonical


def test_numbers_written_wrongly_are_told_apart_in_a_batch(app: App) -> None:
    found = app.post(LOOKUP, {"numbers": [*WRONG_NUMBERS, UNKNOWN]}, status=200)
    assert found["not_listed"] == [UNKNOWN]
    told = {wrong["number"]: (wrong["code"], wrong["canonical"]) for wrong in found["invalid"]}
    assert told == WRONG_NUMBERS


def test_an_address_with_nul_or_broken_utf8_is_refused(server: Server, app: App) -> None:
    key = str(app.http.headers["Authorization"])
    for path in (
        "/v1/contacts/%00",
        "/v1/accounts?search=%00",
        "/v1/accounts?search=%ff",
        "/v1/contacts/%ed%a0%80",
    ):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", path, headers={"Authorization": key})
        answer = connection.getresponse()
        problem = json.loads(answer.read())
        assert (answer.status, problem["status"]) == (422, 422), problem
        connection.close()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/v1/accounts?cursor=made-up", "cursor_invalid"),
        ("/v1/businesses?cursor=WzEsIDJd:1abcde:xyz", "cursor_invalid"),
        ("/v1/contacts/changes?after=made-up", "cursor_invalid"),
        ("/v1/contacts/changes?after=999999999999", "cursor_invalid"),
        ("/v1/contacts/changes?after=-1", "cursor_invalid"),
        ("/v1/accounts?categroy=food", "field_unknown"),
        ("/v1/accounts?category=", "required"),
        ("/v1/accounts?limit=0", "value_too_low"),
        ("/v1/accounts?limit=many", "wrong_type"),
    ],
)
def test_a_made_up_parameter_is_refused(app: App, path: str, code: str) -> None:
    refusal(app.call("GET", path), 422, code)


def test_a_change_needs_the_etag_of_what_was_read(app: App) -> None:
    owner = {"contact": "etag@owner.example", "name": "Ada"}
    business = app.post(
        "/v1/businesses", {"kind": "company", "legal_name": "CV Ada Jaya", "country": "ID", "owner": owner}
    )
    path = f"/v1/businesses/{business['id']}"
    change = {"legal_name": "CV Ada Jaya Abadi"}
    read = app.call("GET", path).headers["ETag"]
    refusal(app.call("PATCH", path, change), 428, "precondition_required")
    for stale in ('"0"', f"W/{read}", "*", '"', "{}"):
        refusal(app.call("PATCH", path, change, headers={"If-Match": stale}), 412, "stale")
    assert app.get(path)["legal_name"] == "CV Ada Jaya"
    assert (
        app.call("PATCH", path, change, headers={"If-Match": read}).json()["legal_name"]
        == change["legal_name"]
    )
    refusal(app.call("PATCH", path, change, headers={"If-Match": read}), 412, "stale")


def test_evidence_has_to_be_what_its_name_says(app: App) -> None:
    owner = {"contact": "evidence@owner.example", "name": "Ada"}
    business = app.post(
        "/v1/businesses", {"kind": "company", "legal_name": "CV Bukti", "country": "ID", "owner": owner}
    )
    account = app.post(f"/v1/businesses/{business['id']}/accounts", {"category": "food"})
    draft = app.post(
        f"/v1/accounts/{account['id']}/applications", {"kind": "new", "display_name": "Roti Bukti"}
    )
    path = f"/v1/applications/{draft['id']}/evidence"
    for file, status, code in [
        (("nib.pdf", b""), 422, "evidence_empty"),
        (("nib.exe", b"MZ\x90\x00 no paper"), 422, "evidence_kind"),
        (("nib.png", PDF), 422, "evidence_not_what_it_says"),
        (("nib.pdf", PDF + b"x" * 10 * 2**20), 422, "evidence_too_large"),
        (("nib.pdf", b"x" * 11 * 2**20), 422, "evidence_too_large"),
        (("nib.png", bomb()), 422, "evidence_too_many_pixels"),
    ]:
        refusal(app.call("POST", path, files={"file": file}), status, code)
    refusal(app.call("POST", path), 422, "required")
    assert app.get(path)["results"] == []
    app.post(path, files={"file": ("nib.pdf", PDF)})
    assert len(app.get(path)["results"]) == 1


def bomb() -> bytes:
    """A PNG of a few kilobytes that unpacks to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 10_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


# --- keys ---


@pytest.fixture(scope="module")
def other_keys(server: Server) -> dict[str, str]:
    """More keys, made past the admin: one that was revoked, and one that may only declare numbers."""
    code = (
        "from accounts.audit import journal as audit; from accounts.clients import services as clients\n"
        "app = clients.create_app('Kai', 'kai@app.example', by=audit.SYSTEM)\n"
        "key, revoked = clients.create_key(app, ['contacts:read'], by=audit.SYSTEM)\n"
        "clients.revoke_key(key, by=audit.SYSTEM)\n"
        "_, narrow = clients.create_key(app, ['numbers:declare'], by=audit.SYSTEM)\n"
        "print(revoked, narrow)"
    )
    revoked, narrow = server.manage("shell", "--no-imports", "-c", code).split()
    return {"revoked": revoked, "narrow": narrow}


def with_key(server: Server, *keys: str) -> Any:
    """A look-up whose Authorization header stands there once for each key."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("GET", f"/v1/contacts/{UNKNOWN}")
    for key in keys:
        connection.putheader("Authorization", f"Bearer {key}")
    connection.endheaders()
    answer = connection.getresponse()
    found = requests.Response()
    found.status_code, found._content = answer.status, answer.read()
    found.headers = requests.structures.CaseInsensitiveDict(answer.getheaders())
    connection.close()
    return found


def test_a_key_that_may_not_is_told_why(server: Server, app: App, other_keys: dict[str, str]) -> None:
    good = server.first_run()["api_key"]
    assert with_key(server, good).status_code == 200
    for sent, code in [
        ((), "key_missing"),
        (("hello",), "key_malformed"),
        ((good[:-1] + "?",), "key_malformed"),
        ((keys.generate("test"),), "key_unknown"),
        ((keys.generate("live"),), "key_wrong_deployment"),
        ((other_keys["revoked"],), "key_revoked"),
        ((good, good), "key_repeated"),
    ]:
        answer = with_key(server, *sent)
        refusal(answer, 401, code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")
    problem = refusal(with_key(server, other_keys["narrow"]), 403, "scope_missing")
    assert problem["scope"] == "contacts:read"


# --- the database away ---


def test_without_the_database_nobody_is_called_not_listed(server: Server, app: App) -> None:
    """Look-ups go on from the store (tests/cardstore); whatever needs the database says so."""
    number = server.first_run()["verified_number"]
    before = app.card(number)
    calls: list[tuple[str, str, Any]] = [
        ("GET", f"/v1/contacts/{number}?from=the-database", None),
        ("GET", "/v1/contacts/changes", None),
        ("GET", "/v1/accounts", None),
        ("POST", "/v1/businesses", {}),
    ]
    assert until(lambda: has_applied_all(server))
    web = server.services()["web"]
    with server.without("database"):
        with ThreadPoolExecutor() as several:
            for answer in several.map(lambda call: app.call(*call), calls):
                problem = refusal(answer, 503, "database_unavailable")
                assert int(answer.headers["Retry-After"]) == problem["retry_after"] > 0
        assert server.answers("/healthz/live")
        assert not server.is_ready()
        assert app.card(number) == before
    # Each web worker finds the database again by itself; the readiness of one says nothing of the other.
    assert until(lambda: app.call("GET", f"/v1/contacts/{number}").status_code == 200)
    assert until(lambda: all(app.call(*call).status_code != 503 for call in calls * 3))
    assert app.card(number) == before
    assert server.services()["web"] == web  # it was never restarted


def test_nothing_of_all_this_was_an_error_of_ours(server: Server) -> None:
    """Last in this file: `running` looks once more when the server has stopped."""
    assert not server.failures()
