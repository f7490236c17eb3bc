"""From the card store of a running registry to a platform's copy, over real HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.server import App, Server, running, until
from tests.snapshots import readers

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("snapshots")) as server:
        yield server


@pytest.fixture(scope="module")
def app(server: Server) -> App:
    return App(server, server.first_run()["api_key"])


def built(server: Server) -> str:
    """By the job, as the worker would run it."""
    code = "from accounts.snapshots.jobs import build; print(build(0))"
    said = ""

    def done() -> bool:  # the store takes a moment after the start
        nonlocal said
        said = server.manage("shell", "--no-imports", "-c", code).strip()
        return " cards, policy " in said

    assert until(done, 60), said + server.said()
    return said.splitlines()[-1].partition(":")[0]


def downloaded(app: App, name: str, folder: Path) -> Path:
    """Every file of a snapshot or delta, a part at a time."""
    folder = folder / name
    folder.mkdir()
    manifest = app.get(f"/v1/snapshots/{name}/manifest.json")
    for file in ("manifest.json", "manifest.jws", *(file["name"] for file in manifest["files"])):
        head = app.call("HEAD", f"/v1/snapshots/{name}/{file}")
        size, content = int(head.headers["Content-Length"]), b""
        assert (head.status_code, head.content) == (200, b"")
        while len(content) < size:
            headers = {
                "Range": f"bytes={len(content)}-{len(content) + 999}",
                "If-Range": head.headers["ETag"],
            }
            answer = app.call("GET", f"/v1/snapshots/{name}/{file}", headers=headers)
            assert answer.status_code == 206
            content += answer.content
        (folder / file).write_bytes(content)
    return folder


def test_a_platforms_copy_is_what_the_registry_answers(server: Server, app: App, tmp_path: Path) -> None:
    verified = server.first_run()["verified_number"]
    name = built(server)
    assert [row["id"] for row in app.get("/v1/snapshots/")["snapshots"]] == [name]
    folder = downloaded(app, name, tmp_path)
    key_set = requests.get(f"{server.url}/.well-known/jwks.json", timeout=10).json()
    snapshot = readers.python.Snapshot(folder, key_set)
    assert snapshot.is_listed(verified)
    assert not snapshot.is_listed("+12025550999")
    cards = list(snapshot.cards())
    assert len(cards) == snapshot.manifest["count"] > 0
    for card in cards:
        assert app.card(card["number"]) == card
    assert server.manage("snapshots", "verify").split() == [f"{name}:", "right"]


def test_no_range_beyond_the_end_over_real_http(server: Server, app: App) -> None:
    (row,) = app.get("/v1/snapshots/")["snapshots"]
    answer = app.call("GET", f"/v1/snapshots/{row['manifest']}", headers={"Range": "bytes=99999999-"})
    assert (answer.status_code, answer.json()["code"]) == (416, "range_unsatisfiable")
    assert answer.headers["Content-Range"].startswith("bytes */")
    assert requests.get(f"{server.url}/v1/snapshots/", timeout=10).status_code == 401


def test_a_store_that_nobody_follows_is_not_copied(server: Server) -> None:
    """With the database away the store stands still; past CARDS_STALE_AFTER nothing is built."""
    with server.without("database"):
        assert until(lambda: "was last right at" in refused(server), 60), refused(server)
        held = server.manage("snapshots", "list")
        assert "was last right at" in refused(server)
        assert server.manage("snapshots", "list") == held


def refused(server: Server) -> str:
    try:
        return server.manage("snapshots", "build")
    except AssertionError as failed:
        return str(failed)
