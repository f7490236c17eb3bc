"""Traces, as a collector receives them from a real registry; and that they cost nothing where nobody asks for them."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from registry import tracing
from registry.tracing import spans
from tests.registry.collecting import Collector, collecting
from tests.server import ROOT, Server, environment, running, until

pytestmark = pytest.mark.alone

SERVER, CLIENT, CONSUMER = 2, 3, 5
NUMBER, NAME, ADDRESS, TOKEN = (
    "+6281298765432",
    "Zubaidah",
    "zubaidah@warung.example",
    "Zk3Vb9QxYz7LmN2pRsT4wU",
)
QUICKLY = {"OTEL_BSP_SCHEDULE_DELAY": "200"}  # milliseconds


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as collector:
        yield collector


@pytest.fixture(scope="module")
def server(collector: Collector, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "WEB_WORKERS": "2", **QUICKLY}
    with running(tmp_path_factory.mktemp("traced"), **settings) as server:
        yield server


def test_a_request_is_one_trace_with_its_queries(server: Server, collector: Collector) -> None:
    app = {"Authorization": f"Bearer {server.first_run()['api_key']}"}
    answer = requests.get(f"{server.url}/v1/policy", headers=app, timeout=10)
    asked = answer.headers["X-Request-ID"]

    def found() -> bool:
        return any(span.attributes.get("registry.request_id") == asked for span in collector.spans())

    assert until(found)
    (root,) = (span for span in collector.spans() if span.attributes.get("registry.request_id") == asked)
    assert (root.name, root.kind, root.parent) == ("GET /v1/policy", SERVER, "")
    assert root.attributes["http.response.status_code"] == answer.status_code
    assert set(root.attributes) == {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "registry.request_id",
    }
    children = [span for span in collector.spans() if span.parent == root.span]
    assert children and {(span.kind, span.trace) for span in children} == {(CLIENT, root.trace)}
    assert all(
        set(span.attributes) == {"db.system.name", "db.operation.name", "db.query.text"} for span in children
    )


def test_the_callers_trace_goes_on(server: Server, collector: Collector) -> None:
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    headers = {"traceparent": f"00-{trace}-{parent}-01", "tracestate": f"who={NAME}"}
    requests.get(f"{server.url}/healthz/ready", headers=headers, timeout=10)
    assert until(lambda: any(span.trace == trace for span in collector.spans()))
    (root,) = (span for span in collector.spans() if span.trace == trace and span.kind == SERVER)
    assert root.parent == parent


def test_a_traceparent_that_is_none_begins_a_trace(server: Server) -> None:
    for wrong in ("", "x", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "ÿ" * 10_000):
        answer = requests.get(
            f"{server.url}/healthz/live", headers={"traceparent": wrong.encode("latin-1")}, timeout=10
        )
        assert answer.status_code == 200


def test_a_job_is_one_trace(server: Server, collector: Collector) -> None:
    server.manage("shell", "--no-imports", "-c", "from accounts.messages.jobs import wake_mail; wake_mail()")

    def found() -> set[str]:
        """The traces of jobs that looked into the outbox."""
        jobs = {span.span for span in collector.named("job deliver")}
        asked = [span for span in collector.spans() if span.parent in jobs]
        return {span.trace for span in asked if "outbox_message" in span.attributes["db.query.text"]}

    assert until(lambda: bool(found()))
    (job,) = (span for span in collector.named("job deliver") if span.trace == next(iter(found())))
    assert (job.kind, job.parent, job.is_error) == (CONSUMER, "", False)
    assert set(job.attributes) == {"registry.job.name", "registry.job.number"}


def test_nothing_personal_leaves_the_house(server: Server, collector: Collector) -> None:
    """Numbers, names and addresses in paths, queries, forms, headers, cookies, keys: searched for in all that came."""
    key = server.first_run()["api_key"]
    app = {"Authorization": f"Bearer {key}"}
    browser = requests.Session()
    browser.headers.update({"User-Agent": NAME, "Referer": f"{server.url}/{NAME}", "Cookie": f"a={NAME}"})
    calls = [
        ("GET", f"/v1/contacts/{NUMBER}?x={NAME}", {"headers": app}),
        ("GET", f"/v1/contacts/{NUMBER}", {"headers": {"Authorization": "Bearer vbr_test_" + "x" * 36}}),
        ("POST", "/v1/contacts/lookup?x=1", {"headers": app, "json": {"numbers": [NUMBER]}}),
        ("GET", f"/v1/accounts?search={NAME}", {"headers": app}),
        ("PUT", f"/v1/numbers/{NUMBER}/kind", {"headers": app, "json": {"kind": "personal"}}),
        ("GET", f"/i/{TOKEN}/", {}),
        ("GET", f"/{NAME}/{NUMBER}?{ADDRESS}", {}),
        ("POST", "/sign-in/", {"data": {"contact": ADDRESS, "name": NAME}}),
        ("POST", "/admin/sign-in/", {"data": {"login": NAME, "password": NAME}}),
        (NAME.upper(), "/", {}),
    ]
    before = len(collector.named("GET /v1/accounts"))
    for method, path, more in calls:
        browser.request(method, server.url + path, timeout=20, allow_redirects=False, **more)
    assert until(lambda: len(collector.named("GET /v1/accounts")) > before)
    assert until(lambda: bool(collector.named("GET (none)")) and bool(collector.named("other /")))
    assert collector.named("GET /i/<str:token>/")
    (searched,) = {
        span.attributes["db.query.text"]
        for span in collector.spans()
        if span.parent == collector.named("GET /v1/accounts")[-1].span
        and "businesses_account" in span.attributes["db.query.text"]
    }
    assert "%s" in searched
    received = b"".join(collector.raw).lower()
    for word in (NUMBER[1:], NAME, ADDRESS, TOKEN, key, "127.0.0.1", "cookie", "x" * 36, server.port):
        assert str(word).lower().encode() not in received, word


@pytest.mark.parametrize("state", ["down", "hanging"])
def test_a_collector_that_is_away_costs_nothing_and_is_said_once(tmp_path: Path, state: str) -> None:
    with collecting() as collector:
        collector.takes.clear()
        address = collector.url if state == "hanging" else "http://127.0.0.1:1"
        settings = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_OTLP_TIMEOUT": "1",
            "OTEL_BSP_MAX_QUEUE_SIZE": "64",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "32",
            "WEB_WORKERS": "1",
            **QUICKLY,
        }
        with running(tmp_path, **settings) as server:
            took = []
            for _ in range(200):
                began = time.monotonic()
                assert requests.get(f"{server.url}/healthz/live", timeout=5).status_code == 200
                took.append(time.monotonic() - began)
            assert sorted(took)[100] < 0.1 and max(took) < 2, sorted(took)[-5:]
            said = "The collector takes no traces"
            assert until(lambda: said in server.said())
            time.sleep(2)
            web = [line for line in server.said().splitlines() if said in line]
            assert len(web) <= 2  # of a web worker and of the worker of the jobs
            assert "Transient error" not in server.said() and "Queue full" not in server.said()
            began = time.monotonic()
        assert time.monotonic() - began < 20


def test_what_the_last_requests_told_arrives_when_the_server_ends(tmp_path: Path) -> None:
    with collecting() as collector:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "60000"}
        with running(tmp_path, WEB_WORKERS="1", **settings) as server:
            requests.get(f"{server.url}/problems/", timeout=10)
            assert not collector.named("GET /problems/")
        assert collector.named("GET /problems/")


LOADED = (
    "import registry.wsgi, sys; print(sorted(name for name in sys.modules if 'opentelemetry' in name)[:1])"
)


@pytest.mark.parametrize(
    ("given", "is_loaded"),
    [
        ({}, False),
        ({"OTEL_SERVICE_NAME": "registry"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"}, False),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, True),
    ],
)
def test_opentelemetry_is_imported_only_where_it_is_wanted(
    tmp_path: Path, given: dict[str, str], is_loaded: bool
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env=environment(VAR_DIR=str(tmp_path), **given),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == ("['opentelemetry']\n" if is_loaded else "[]\n"), done.stderr


def test_an_exporter_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "zipkin")
    with pytest.raises(SystemExit):
        tracing.is_wanted()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What this process tells."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(spans, "_tracer", provider.get_tracer("tests"))
    return kept


def test_a_statement_is_told_without_what_is_written_into_it(kept: InMemorySpanExporter) -> None:
    statement = "SELECT 1 FROM account WHERE number = '+6281298765432' AND name = 'D''Siti' AND line < 42.5"
    with spans.request({}):
        spans._query(lambda *_: None, statement, (), False, {})
    query = kept.get_finished_spans()[0]
    assert query.attributes is not None
    assert query.attributes["db.query.text"] == (
        "SELECT ? FROM account WHERE number = ? AND name = ? AND line < ?"
    )


def test_what_failed_is_an_error_of_its_span_without_a_word_of_it(kept: InMemorySpanExporter) -> None:
    for status in (200, 404, 503):
        with spans.request({}) as answered:
            answered("GET", "/v1/accounts", status)
    with pytest.raises(ValueError), spans.job("deliver", 3):
        raise ValueError(NUMBER)
    *asked, job = kept.get_finished_spans()
    assert [span.status.status_code.name for span in asked] == ["UNSET", "UNSET", "ERROR"]
    assert job.attributes is not None
    assert (job.status.status_code.name, job.attributes["error.type"]) == ("ERROR", "ValueError")
    assert NUMBER not in job.to_json()
