"""The figures for Prometheus, of a real registry with two workers, and of a page without one."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from registry.metrics.counting import FLUSH_EVERY_SECONDS
from registry.metrics.routes import CONTACT
from tests.cardstore.wire import has_applied_all
from tests.registry.test_errors import refused
from tests.server import ROOT, App, Server, children_of, environment, running, until

pytestmark = pytest.mark.alone

TOKEN = "a-token-of-the-tests"  # nobody else's
LISTED, UNKNOWN, MISSPELT = "+13035550101", "+13035559999", "0062815550199"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scraped(text: str) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def total(samples: Samples, name: str, **labels: str) -> float:
    return sum(
        value for (found, having), value in samples.items() if found == name and labels.items() <= set(having)
    )


# --- who may read them ---


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_without_a_token_there_is_no_such_page(client: Client) -> None:
    refused(client.get("/metrics", headers=bearer(TOKEN)), 404, "not_found")
    unlike, like = client.get("/metrics"), client.get("/nothing-here")
    assert unlike.content == like.content


@pytest.mark.parametrize(
    "given",
    ["", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer", "Bearer \xe9"],
)
def test_only_who_has_the_token_reads_them(client: Client, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = TOKEN
    answer = client.get("/metrics", headers={"Authorization": given})
    refused(answer, 401, "metrics_token_wrong")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_they_are_read_without_database_and_session(client: Client, settings: Any) -> None:
    """Neither is allowed here: the test has no mark for a database."""
    settings.METRICS_TOKEN = TOKEN
    client.cookies["sessionid"] = "x" * 32
    answer = client.get("/metrics", headers=bearer(TOKEN))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert total(scraped(answer.text), "registry_web_workers") == 1
    assert client.head("/metrics", headers=bearer(TOKEN)).status_code == 200
    posted = client.post("/metrics", headers=bearer(TOKEN))
    assert (posted.status_code, posted.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("token", ["fifteen-letters", "with a space in its middle", "sixteen-letters-\xe9"])
def test_a_token_that_can_be_guessed_ends_the_start(token: str, tmp_path: Any) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment(METRICS_TOKEN=token, VAR_DIR=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: METRICS_TOKEN can't be used")
    assert token not in done.stderr


# --- of a whole registry ---


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    # The prober asks as well: once, and then no more.
    settings = {"METRICS_TOKEN": TOKEN, "QUOTA_REQUESTS_PER_MINUTE": "1000000", "PROBE_EVERY": "3600"}
    with running(tmp_path_factory.mktemp("metrics"), WEB_WORKERS="2", **settings) as server:
        assert until(lambda: has_applied_all(server) and server.is_ready())
        assert until((server.var_dir / "status" / "public" / "index.html").exists)
        time.sleep(2 * FLUSH_EVERY_SECONDS)
        yield server


def text(server: Server) -> str:
    answer = requests.get(f"{server.url}/metrics", headers=bearer(TOKEN), timeout=20)
    assert answer.status_code == 200, answer.text
    return answer.text


def read(server: Server) -> Samples:
    return scraped(text(server))


def contacts(server: Server, **labels: str) -> float:
    return total(read(server), "registry_requests_total", route=CONTACT, **labels)


def look_up(server: Server, times: int) -> None:
    """From connections of their own, so that both workers are asked."""

    def ask(number: str) -> None:
        App(server, key).call("GET", f"/v1/contacts/{number}")

    key = server.first_run()["api_key"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, [LISTED] * times))


def test_every_request_is_counted_once(server: Server) -> None:
    before = contacts(server)
    look_up(server, 400)
    assert until(lambda: contacts(server) == before + 400, 5)
    time.sleep(2.5)
    after = read(server)
    assert total(after, "registry_requests_total", route=CONTACT) == before + 400
    assert total(after, "registry_request_seconds_count", route=CONTACT) == before + 400
    assert total(after, "registry_request_seconds_bucket", route=CONTACT, le="+Inf") == before + 400
    assert 0 < total(after, "registry_request_seconds_sum", route=CONTACT) < 400
    assert total(after, "registry_web_workers") == 2
    assert len(list((server.var_dir / "metrics").glob("*.json"))) == 2, "only one worker was asked"


def test_who_answered_is_told(server: Server) -> None:
    before, app = read(server), App(server, server.first_run()["api_key"])
    app.card(LISTED)
    app.call("GET", f"/v1/contacts/{MISSPELT}")
    app.get(f"/v1/contacts/{LISTED}?x=1")  # a query is for the long way round
    app.post("/v1/contacts/lookup", {"numbers": [LISTED]}, status=200)
    requests.get(f"{server.url}/nowhere/{LISTED}", timeout=10)
    requests.get(f"{server.url}/static/registry/pages.css", timeout=10)

    def more(**labels: str) -> float:
        name = "registry_requests_total"
        return total(read(server), name, **labels) - total(before, name, **labels)

    assert until(lambda: more(route=CONTACT, by="store", status="2xx", method="GET") == 1, 5)
    assert until(lambda: more(route=CONTACT, by="store", status="4xx") == 1, 5)
    assert until(lambda: more(route=CONTACT, by="django", status="2xx") == 1, 5)
    assert until(lambda: more(route="/v1/contacts/lookup", by="store", method="POST") == 1, 5)
    assert until(lambda: more(route="(none)", status="4xx") == 1, 5)
    assert until(lambda: more(route="/static/", status="2xx") == 1, 5)


def test_a_killed_worker_takes_no_count_along(server: Server) -> None:
    """Seen to fail where the next one begins at nothing."""
    look_up(server, 100)
    time.sleep(2.5)  # what was noted in the last second would be lost
    before = contacts(server)
    for _ in range(3):
        worker, killed_at = next(iter(children_of(server.services()["web"]))), time.time()
        os.kill(worker, signal.SIGKILL)
        seen = [before]

        def is_replaced(seen: list[float] = seen, killed_at: float = killed_at) -> bool:
            """Both workers have answered since, and each has counted it."""
            with contextlib.suppress(requests.RequestException):  # the dead one may have been asked
                seen.append(contacts(server))
            written = [path.stat().st_mtime for path in (server.var_dir / "metrics").glob("*.json")]
            return len(written) >= 2 and min(written) > killed_at + 0.5

        assert until(is_replaced, 60)
        assert seen == sorted(seen)
        assert seen[-1] == before
    look_up(server, 50)
    assert until(lambda: contacts(server) == before + 50, 5)
    files = sorted(path.name for path in (server.var_dir / "metrics").iterdir())
    assert [name for name in files if name.endswith(".json")] == ["0.json", "1.json"], files


def test_the_machine_and_the_database_are_told_of(server: Server) -> None:
    assert until(lambda: total(read(server), "registry_badges", status="active") > 0, 10)
    samples = read(server)
    assert total(samples, "registry_database_up") == 1
    assert total(samples, "registry_journal_head") == server.rows("SELECT max(seq) FROM audit_event")[0][0]
    ((active,),) = server.rows("SELECT count(*) FROM badges_badge WHERE status = 'active'")
    assert total(samples, "registry_badges", status="active") == active
    assert total(samples, "registry_badges", status="revoked") == 0
    assert abs(total(samples, "registry_badges_counted_timestamp_seconds") - time.time()) < 600
    assert total(samples, "registry_store_usable") == 1
    assert 0 <= total(samples, "registry_store_age_seconds") < 10
    assert total(samples, "registry_store_head") <= total(samples, "registry_journal_head")
    assert 0 <= total(samples, "registry_jobs_worker_silent_seconds") < 90
    assert total(samples, "registry_disk_free_bytes") > 0
    assert 0 < total(samples, "registry_quota_slots_used") < total(samples, "registry_quota_slots")
    names = {name for name, _ in samples}
    assert {"registry_jobs_due", "registry_jobs_oldest_due_seconds", "registry_messages_due"} <= names
    App(server, server.first_run()["api_key"]).get(
        "/v1/accounts"
    )  # a worker has connections once it has asked
    assert until(lambda: total(read(server), "registry_database_pool_size") >= 1, 10)


def test_while_the_database_is_away_the_rest_is_told(server: Server) -> None:
    assert until(lambda: total(read(server), "registry_badges", status="active") > 0, 10)
    with server.without("database"):
        assert until(lambda: total(read(server), "registry_database_up") == 0, 10)
        time.sleep(1.2)  # what the other worker knows from before is told no longer
        began = time.monotonic()
        samples = read(server)
        assert time.monotonic() - began < 1
        names = {name for name, _ in samples}
        assert {"registry_requests_total", "registry_store_age_seconds", "registry_disk_free_bytes"} <= names
        assert not {"registry_journal_head", "registry_jobs_due", "registry_messages_due"} & names
    assert until(lambda: total(read(server), "registry_database_up") == 1, 10)


def test_nothing_personal_is_told(server: Server) -> None:
    """Of numbers, addresses and names that were asked for in every place of a request."""
    app = App(server, server.first_run()["api_key"])
    for path in (
        f"/v1/contacts/{UNKNOWN}", f"/{UNKNOWN}", "/b/Warung-Bu-Siti", "/sign-in/?to=bu.siti@mail.example",
        f"/static/{UNKNOWN}", f"/status/{UNKNOWN}", f"/v1/accounts?search=Siti{UNKNOWN}", f"/admin/{UNKNOWN}/",
    ):  # fmt: skip
        for method in ("GET", "POST", f"SITI{UNKNOWN[1:]}"):
            app.call(method, path)
    time.sleep(1.5)
    said = text(server)
    for personal in (
        UNKNOWN[1:],
        LISTED[1:],
        "siti",
        "Siti",
        "SITI",
        "mail.example",
        TOKEN,
        app.http.headers["Authorization"][7:],
    ):
        assert personal not in said
    assert 'method="other"' in said
