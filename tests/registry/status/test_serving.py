"""`/status/…` is answered from files before anything else has a say, and what is old is never called current.

But for one, no test here has the database: pytest-django makes each query an error.
"""

import os
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import feedparser
import pytest
from django.test import Client

from registry.status import publishing
from registry.status.components import NO_DATA
from registry.status.drawing import files
from registry.status.drawing.words import WORDS
from tests.registry.status import pictures

HTML = "text/html,application/xhtml+xml"
LATE = WORDS["late_title"].en


def draw(folder: Path, *, ago: timedelta = timedelta(seconds=20)) -> None:
    """As a prober would have drawn it then."""
    now = datetime.now(UTC) - ago
    publishing.write(files(pictures.picture(now=now, incidents=[pictures.incident(began=now)])), folder)


@pytest.fixture
def empty(tmp_path: Path, settings: Any) -> Path:
    settings.STATUS_DIR = tmp_path / "public"
    settings.STATUS_DIR.mkdir()
    return Path(settings.STATUS_DIR)


@pytest.fixture
def folder(empty: Path) -> Path:
    draw(empty)
    return empty


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("", "text/html; charset=utf-8"),
        ("index.html", "text/html; charset=utf-8"),
        ("id/", "text/html; charset=utf-8"),
        ("en/index.html", "text/html; charset=utf-8"),
        ("status.css", "text/css; charset=utf-8"),
        ("status.js", "text/javascript; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("badge.svg", "image/svg+xml"),
        ("en/badge.svg", "image/svg+xml"),
        ("history.atom", "application/atom+xml; charset=utf-8"),
        ("api/v2/summary.json", "application/json"),
        ("api/v2/scheduled-maintenances/upcoming.json", "application/json"),
        ("published.json", "application/json"),
    ],
)
def test_each_file_with_its_type_and_no_session(
    folder: Path, client: Client, settings: Any, name: str, kind: str
) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "somebody's who is signed in"
    answer = client.get(f"/status/{name}", headers={"Accept": HTML})
    assert answer.status_code == 200
    assert answer["Content-Type"] == kind
    assert answer["Cache-Control"] == "public, max-age=30"
    assert answer["Content-Security-Policy"].count("'self'") == 2
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert int(answer["Content-Length"]) == len(answer.content)
    assert not answer.cookies
    open_to_all = kind.startswith(("application/", "image/"))
    assert answer.headers.get("Access-Control-Allow-Origin") == ("*" if open_to_all else None)
    within = answer.headers["Cross-Origin-Resource-Policy"] if open_to_all else "cross-origin"
    assert within == "cross-origin"


def test_a_head_has_the_headers_and_no_body(folder: Path, client: Client) -> None:
    got, head = client.get("/status/en/"), client.head("/status/en/")
    assert head.content == b""
    for name in ("ETag", "Content-Length", "Last-Modified"):
        assert head[name] == got[name]


@pytest.mark.parametrize("path", ["/status/", "/status/api/v2/status.json"])
def test_what_has_not_changed_is_not_sent_again(folder: Path, client: Client, path: str) -> None:
    first = client.get(path)
    for condition in (
        {"If-None-Match": first["ETag"]},
        {"If-None-Match": f"W/{first['ETag']}"},
        {"If-Modified-Since": first["Last-Modified"]},
    ):
        again = client.get(path, headers=condition)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]
        for name in ("Access-Control-Allow-Origin", "Vary"):
            assert again.headers.get(name) == first.headers.get(name)
    draw(folder, ago=timedelta(0))
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "cookie", "language"),
    [("en", "", "en"), ("id,en;q=0.5", "", "id"), ("fr", "", "id"), ("en", "id", "id"), ("id", "en", "en")],
)
def test_the_front_page_is_in_the_visitors_language(
    folder: Path, client: Client, settings: Any, asked: str, cookie: str, language: str
) -> None:
    if cookie:
        client.cookies = SimpleCookie({settings.LANGUAGE_COOKIE_NAME: cookie})
    answer = client.get("/status/", headers={"Accept-Language": asked})
    assert f'<html lang="{language}">' in answer.text
    assert answer["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))
    assert f'<html lang="{language}">' in client.get(f"/status/{language}/").text


@pytest.mark.parametrize("path", ["/status", "/status/en", "/status/id"])
def test_a_folder_without_its_slash_leads_to_it(folder: Path, client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"{path}/"


@pytest.mark.parametrize(
    "name",
    [
        "nothing.html",
        "api/v2/",
        "api/v2/nothing.json",
        "../secret-key",
        "../../etc/passwd",
        "en/../../secret.json",
        "%2e%2e/secret.json",
        "..%2fsecret.json",
        "//secret.json",
        ".written.json",
        ".index.html.1.half",
        "link.json",
        "linked/secret.json",
        "en/index.html/",
        "INDEX.HTML",
        "index.html%00",
        "de/",
        "é.html",
    ],
)
def test_nothing_else_is_a_file(folder: Path, client: Client, name: str) -> None:
    outside = folder.parent / "elsewhere"
    outside.mkdir()
    for secret in (folder.parent / "secret.json", folder.parent / "secret-key", outside / "secret.json"):
        secret.write_text('{"secret": true}')
    (folder / "link.json").symlink_to(outside / "secret.json")
    (folder / "linked").symlink_to(outside)
    (folder / ".index.html.1.half").write_text("secret")
    answer = client.get(f"/status/{name}")
    assert answer.status_code in (404, 422)
    assert b"secret" not in answer.content.replace(name.encode(), b"")


def test_a_large_file_is_handed_out_whole_or_not_at_all(folder: Path, client: Client) -> None:
    """Half of `published.json` would be none to a prober elsewhere, which takes as much as is handed out."""
    for size, status in ((publishing.LARGEST, 200), (publishing.LARGEST + 1, 404)):
        (folder / "published.json").write_bytes(b" " * size)
        answer = client.get("/status/published.json")
        assert answer.status_code == status
        assert status == 404 or len(answer.content) == size


def test_a_folder_that_is_itself_a_link_is_served(folder: Path, client: Client, settings: Any) -> None:
    """As releases are put in place."""
    link = folder.parent / "current"
    link.symlink_to(folder)
    settings.STATUS_DIR = link
    assert client.get("/status/en/").status_code == 200


@pytest.mark.django_db
def test_what_is_no_file_is_a_view(folder: Path, client: Client) -> None:
    assert client.get("/status/subscribe/").status_code == 200
    assert client.get("/status/subscribe")["Location"] == "/status/subscribe/"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_only_reading(folder: Path, client: Client, method: str) -> None:
    answer = getattr(client, method)("/status/api/v2/status.json")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_a_browser_elsewhere_may_ask_whether_it_may_read(folder: Path, client: Client) -> None:
    answer = client.options("/status/api/v2/status.json", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "GET" in answer["Access-Control-Allow-Methods"]


# --- the prober is dead ---


def test_a_drawing_of_four_rounds_ago_is_not_called_current(empty: Path, client: Client) -> None:
    """The component's word, the banner, the JSON and the badge: none says how things are now."""
    draw(empty, ago=timedelta(seconds=115))
    fresh = client.get("/status/en/")
    assert f'<p class="overall">{LATE}' in fresh.text  # it is there for the script
    assert 'class="banner is-unknown" data-when="late" hidden' in fresh.text

    draw(empty, ago=timedelta(seconds=125))
    old = client.get("/status/en/")
    assert 'class="banner is-unknown" data-when="late">' in old.text
    assert ' data-when="now">' not in old.text and ' data-when="late" hidden' not in old.text
    assert old.text.count(' data-when="now" hidden>') == fresh.text.count(' data-when="now">')
    status = client.get("/status/api/v2/status.json").json()
    assert status["status"]["description"] == NO_DATA.en
    components = client.get("/status/api/v2/components.json").json()["components"]
    assert {one["measured"] for one in components} == {False}
    assert "operational" not in {one["status"] for one in components}
    assert NO_DATA.id in client.get("/status/badge.svg").text
    assert NO_DATA.en in client.get("/status/en/badge.svg").text
    assert not feedparser.parse(client.get("/status/history.atom").content).bozo


def test_a_page_becomes_late_without_changing_its_file(empty: Path, client: Client) -> None:
    """Who has the page of before must be told, though the file is the same: by neither its age nor its tag."""
    draw(empty, ago=timedelta(seconds=115))
    before = client.get("/status/en/")
    os.utime(empty / "en/index.html")
    publishing.write(
        {
            **publishing.read(empty),
            publishing.CLOCK: files(pictures.picture(now=datetime.now(UTC) - timedelta(hours=1)))[
                publishing.CLOCK
            ],
        },
        empty,
    )
    for condition in (
        {"If-None-Match": before["ETag"]},
        {"If-Modified-Since": before["Last-Modified"]},
    ):
        after = client.get("/status/en/", headers=condition)
        assert after.status_code == 200
        assert "Last-Modified" not in after.headers


def test_a_drawing_from_the_future_is_not_current_either(empty: Path, client: Client) -> None:
    """A clock was put back, and nobody has drawn since."""
    draw(empty, ago=timedelta(hours=-1))
    assert client.get("/status/api/v2/status.json").json()["status"]["description"] == NO_DATA.en


# --- before the first round ---


@pytest.mark.parametrize(
    "left", [None, "", "{}", '{"page": {"updated_at": "yesterday"}}', "[]", '{"page": {}}']
)
def test_without_a_drawing_there_is_a_plain_page_that_says_so(
    empty: Path, client: Client, left: str | None
) -> None:
    if left is not None:
        (empty / "api" / "v2").mkdir(parents=True)
        (empty / publishing.CLOCK).write_text(left)
    page = client.get("/status/", headers={"Accept": HTML})
    assert page.status_code == 503
    assert int(page["Retry-After"]) > 0
    for text in ("Halaman status belum ada", "There is no status page yet"):
        assert text in page.text
    problem = client.get("/status/api/v2/summary.json")
    assert (problem.status_code, problem.json()["code"]) == (503, "status_page_missing")
    assert problem["Access-Control-Allow-Origin"] == "*"
    assert "max-age" not in problem["Cache-Control"]
