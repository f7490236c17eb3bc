"""Every answer carries its request's id, and so does every line that is logged meanwhile; with a real registry."""

import json
import os
import signal
from collections.abc import Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
import requests

from registry import wsgi
from registry.logs.context import REQUEST_ID, request_id
from tests.cardstore.wire import has_applied_all
from tests.server import Server, children_of, running, until

pytestmark = pytest.mark.alone

NUMBER, NAME, ADDRESS, TOKEN = (
    "+6281298765432",
    "Zubaidah",
    "zubaidah@warung.example",
    "Zk3Vb9QxYz7LmN2pRsT4wU",
)
LAUNCHED = "Launching a worker on all queues"
FIELDS = {
    "time", "level", "logger", "message", "process", "request_id", "job",
    "method", "route", "status", "milliseconds", "exception", "stack",
}  # fmt: skip


@pytest.mark.parametrize(
    "given",
    [
        "abcd1234",
        "a.b-c_d.1",
        "x" * 64,
        "018f6f3c-7c4e-7b52-8c1f-012345678901",  # the last part is digits by chance
        "4bf92f3577b34da6a3ce929d0e0e4736",  # as nginx makes them
        "01JD3V9QK2M5N7P8R9S0T1V2W3",
    ],
)
def test_an_id_that_a_proxy_gave_stays(given: str) -> None:
    assert request_id({"HTTP_X_REQUEST_ID": given}) == given == REQUEST_ID.get()


@pytest.mark.parametrize(
    "given",
    [
        "", "short", "x" * 65, "with space", "a\r\nb: c", "é" * 9, "a/../../b", "abcdefg\n", "vbr_test_abcdefgh",
        "6281298765432", "081298765432", "0812-9876-5432", "of-6281298765432", "user_6281298765432.1",
    ],
)  # fmt: skip
def test_one_that_may_be_a_number_or_a_key_or_breaks_a_line_does_not(given: str) -> None:
    assert request_id({"HTTP_X_REQUEST_ID": given}) != given


def test_new_ones_are_new_in_a_forked_worker_too() -> None:
    mine = {request_id({}) for _ in range(1_000)}
    assert len(mine) == 1_000
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writer, request_id({}).encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reader, 100).decode()
    assert theirs.partition("-")[0] != next(iter(mine)).partition("-")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/healthz/live", "/nowhere", "/static/registry/pages.css", "/v1/policy", "/admin/", "/v1/contacts/1"],
)
def test_every_kind_of_answer_carries_it(path: str) -> None:
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {"PATH_INFO": path, "HTTP_HOST": "127.0.0.1", "HTTP_X_REQUEST_ID": "given-by-us"}
    told: list[Any] = []
    wsgi.application(environ, lambda *given: told.extend(given))
    assert [value for name, value in told[1] if name == "X-Request-ID"] == ["given-by-us"]


# --- a registry that logs objects ---


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("objects")
    with running(folder, LOG_FORMAT="json", WEB_WORKERS="2") as server:
        assert until(lambda: has_applied_all(server))
        yield server
    failed = [line for line in lines(server) if line["level"] in ("error", "critical")]
    assert all(line["logger"].startswith("_granian") for line in failed), failed  # we kill one of its workers


def lines(server: Server) -> list[dict[str, Any]]:
    """Every line is one object, but for the one that procrastinate prints when it starts."""
    return [json.loads(line) for line in server.said().splitlines() if line != LAUNCHED]


def lines_of(server: Server, asked: str) -> list[dict[str, Any]]:
    def found() -> list[dict[str, Any]]:
        return [line for line in lines(server) if line.get("request_id") == asked]

    assert until(lambda: bool(found())), server.said()[-2000:]
    return found()


def test_a_request_is_one_line_with_its_id(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.first_run()['api_key']}", "X-Request-ID": "of-a-proxy.1"}
    answer = requests.get(f"{server.url}/v1/accounts?search={NAME}", headers=headers, timeout=10)
    assert answer.headers["X-Request-ID"] == "of-a-proxy.1"
    (line,) = lines_of(server, "of-a-proxy.1")
    assert line["milliseconds"] > 0
    assert (line["logger"], line["process"], line["level"]) == ("registry.requests", "web", "info")
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/accounts", 200)


def test_a_look_up_from_the_store_carries_its_id_and_is_no_line(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.first_run()['api_key']}", "X-Request-ID": "of-a-look-up"}
    for path, status in (("+13035550101", 200), ("081234567890", 422)):
        answer = requests.get(f"{server.url}/v1/contacts/{path}", headers=headers, timeout=10)
        assert (answer.status_code, answer.headers["X-Request-ID"]) == (status, "of-a-look-up")
    requests.get(f"{server.url}/healthz/live", headers={"X-Request-ID": "after-it"}, timeout=10)
    assert lines_of(server, "after-it")
    assert not [line for line in lines(server) if line.get("request_id") == "of-a-look-up"]


def test_a_person_is_told_the_id_that_stands_in_the_log(server: Server) -> None:
    answer = requests.get(f"{server.url}/nowhere/{NAME}", headers={"Accept": "text/html"}, timeout=10)
    asked = answer.headers["X-Request-ID"]
    assert f"<code>{asked}</code>" in answer.text
    (line,) = lines_of(server, asked)
    assert (line["route"], line["status"]) == ("(none)", 404)


def test_every_process_logs_objects_with_these_fields_and_no_others(server: Server) -> None:
    """Of a web worker that is killed its server tells, of a worker of the jobs the supervisor."""
    web = server.services()["web"]
    worker = next(iter(children_of(web)))
    os.kill(worker, signal.SIGKILL)
    assert until(lambda: any(line["logger"] == "_granian" for line in lines(server)))
    jobs = server.services()["jobs"]
    server.kill("jobs")
    assert until(lambda: server.services().get("jobs", jobs) != jobs)
    assert until(server.is_ready)
    told = lines(server)
    assert {"web", "follower", "run"} <= {line["process"] for line in told}
    assert set().union(*told) <= FIELDS
    assert any("ended; it starts again" in line["message"] for line in told if line["process"] == "run")


def test_nothing_personal_stands_in_any_line(server: Server) -> None:
    """Numbers, names and addresses in paths, queries, forms, headers and keys: searched for in all that was written."""
    facts = server.first_run()
    app = {"Authorization": f"Bearer {facts['api_key']}"}
    browser = requests.Session()
    browser.headers.update({"User-Agent": NAME, "Referer": f"{server.url}/{NAME}", "Cookie": f"a={NAME}"})
    wrong = {"Authorization": "Bearer vbr_test_" + "Q9" * 18}
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/v1/contacts/{NUMBER}?x={NAME}", {"headers": app}),
        ("GET", f"/v1/contacts/{NUMBER}", {"headers": wrong}),
        ("DELETE", f"/v1/contacts/{NUMBER}", {"headers": app}),
        ("GET", f"/v1/accounts?search={NAME}", {"headers": {**app, "X-Request-ID": NUMBER[1:]}}),
        ("PUT", f"/v1/numbers/{NUMBER}/kind", {"headers": app, "json": {"kind": "personal"}}),
        ("GET", f"/i/{TOKEN}/", {}),
        ("POST", f"/i/{TOKEN}/", {"data": {"contact": ADDRESS}}),
        ("GET", f"/{NAME}/{NUMBER}?{ADDRESS}", {}),
        ("POST", "/sign-in/", {"data": {"contact": ADDRESS, "name": NAME}}),
        ("POST", "/admin/sign-in/", {"data": {"login": NAME, "password": NAME}}),
        ("GET", f"/admin/?{NAME}", {"headers": {"Host": f"{NAME}.example"}}),
        (NAME.upper(), f"/{NAME}", {}),
    ]
    for method, path, more in calls:
        browser.request(method, server.url + path, timeout=20, allow_redirects=False, **more)
    requests.get(f"{server.url}/healthz/live", headers={"X-Request-ID": "the-last-of-all"}, timeout=10)
    assert lines_of(server, "the-last-of-all")
    secrets = [facts["api_key"], *(person["password"] for person in facts["staff"])]
    written = server.said().lower()
    for word in (NUMBER[1:], NAME, ADDRESS, TOKEN, "Q9" * 18, *secrets):
        assert word.lower() not in written, word
