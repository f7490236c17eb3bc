"""R10: the official page answers, and says what is so: without the database, without the server, and after both."""

import contextlib
import functools
import html
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import feedparser
import pytest
import requests

from tests.server import Server, is_gone, running, until

pytestmark = pytest.mark.alone

SLACK = (
    8.0  # seconds around a moment: rounds a second apart, checks that wait for their time-out, two busy cores
)


class Site:
    """The folder of the page behind an address: the registry's own, or a static server's."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> requests.Response:
        answer = requests.get(self.url + path, timeout=10)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        answer.encoding = "utf-8"
        return answer

    def json(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"api/v2/{name}.json").json()
        return found

    def statuses(self) -> dict[str, str]:
        components = self.json("components")["components"]
        return {one["name"]: one["status"] for one in components if not one["group"]}

    def incidents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json("incidents")["incidents"]
        return found

    def is_all_well(self) -> bool:
        return bool(self.json("status")["status"]["indicator"] == "none") and not self.incidents()

    def require_all_agree(self, title: str, stage: str) -> None:
        """Page in both languages, JSON and feed name the incident, and were drawn a moment ago."""
        (incident,) = self.incidents()
        assert (incident["name"], incident["status"]) == (title, stage)
        assert title in html.unescape(self.get("en/").text)
        assert incident["names"]["id"] in html.unescape(self.get("id/").text)
        feed = feedparser.parse(self.get("en/history.atom").text)
        assert not feed.bozo
        assert title in [entry.title for entry in feed.entries]
        assert seconds_since(self.json("status")["page"]["updated_at"]) < SLACK


def moment_of(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def seconds_since(text: str) -> float:
    return time.time() - moment_of(text)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *ignored: object) -> None:
        pass


@contextlib.contextmanager
def statically(folder: Path) -> Iterator[Site]:
    """What anybody's static server makes of the folder."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_address[1]}/")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, PROBE_EVERY="1") as server:
        yield server


def test_R10_the_page_is_there_and_true_while_everything_else_is_down(registry: Server) -> None:
    ours = Site(f"{registry.url}/status/")
    folder = registry.var_dir / "status" / "public"
    assert until(lambda: (folder / "index.html").exists(), 30), registry.said()
    assert until(ours.is_all_well, 60), json.dumps(ours.json("summary"))[:2_000]
    assert set(ours.statuses().values()) == {"operational"}

    database, web = registry.services()["database"], registry.services()["web"]
    os.kill(registry.pid, signal.SIGSTOP)  # nobody starts anything again meanwhile
    with statically(folder) as elsewhere:
        try:
            fell = time.time()
            registry.kill("database")
            assert until(lambda: is_gone(database))
            for site in (ours, elsewhere):
                assert until(lambda site=site: bool(site.incidents()), 40), registry.said()
            statuses = ours.statuses()
            assert statuses["Owners' forms"] == statuses["Reviewers' admin"] == "major_outage"
            assert statuses["Look-ups"] in (
                "operational",
                "degraded_performance",
            )  # from the store, as it says
            assert until(lambda: ours.statuses()["Messages and codes"] == "major_outage", 60)
            (incident,) = ours.incidents()
            assert abs(moment_of(incident["started_at"]) - fell) < SLACK
            ours.require_all_agree(incident["name"], "investigating")
            assert requests.get(f"{registry.url}/healthz/ready", timeout=10).status_code == 503

            dead = time.time()
            registry.kill("web")
            assert until(lambda: is_gone(web))
            assert until(lambda: elsewhere.statuses()["Look-ups"] == "major_outage", 40), registry.said()
            (incident,) = elsewhere.incidents()
            assert incident["impact"] == "critical"
            # Written last, so it may be a moment behind the others.
            assert until(lambda: elsewhere.json("status")["status"]["indicator"] == "critical", 10)
            elsewhere.require_all_agree(incident["name"], "investigating")
            assert time.time() - dead < 60
        finally:
            os.kill(registry.pid, signal.SIGCONT)
        assert registry.comes_back("web", web), registry.said()
        back = time.time()
        assert until(lambda: ours.incidents()[0]["status"] == "resolved", 90), registry.said()
        (over,) = ours.incidents()
        assert over["id"] == incident["id"]
        assert moment_of(over["started_at"]) == moment_of(incident["started_at"])
        assert fell < moment_of(over["resolved_at"]) < back + 3 * SLACK
        assert [update["status"] for update in reversed(over["incident_updates"])][-2:] == [
            "monitoring",
            "resolved",
        ]
        ours.require_all_agree(over["name"], "resolved")
        elsewhere.require_all_agree(over["name"], "resolved")
        assert set(ours.statuses().values()) == {"operational"}
    kept = registry.rows(
        "SELECT started_at, resolved_at, (SELECT count(*) FROM status_incidentupdate) FROM status_incident"
    )
    ((started_at, resolved_at, updates),) = kept
    assert started_at.timestamp() == pytest.approx(moment_of(over["started_at"]), abs=1)
    assert resolved_at.timestamp() == pytest.approx(moment_of(over["resolved_at"]), abs=1)
    assert updates == len(over["incident_updates"])
    assert started_at < resolved_at < datetime.now(UTC)
