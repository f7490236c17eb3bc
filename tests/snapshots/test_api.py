"""Downloading: who may, what is told of a file, and parts of it (RFC 9110)."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from accounts.clients.models import Scope
from accounts.errors import Invalid
from accounts.snapshots import folders, ranges
from tests.partner import partner, refused
from tests.snapshots.made_up import build, folder_of

pytestmark = pytest.mark.usefixtures("db")
FILE = "numbers-62.rice"


@pytest.fixture
def app() -> Any:
    return partner("Kai's messenger", Scope.SNAPSHOTS_READ)


@pytest.fixture
def name() -> str:
    return build([*range(6281200000, 6281200900)], seq=1)


@pytest.fixture
def address(name: str) -> str:
    return f"/v1/snapshots/{name}/{FILE}"


@pytest.fixture
def content(name: str) -> bytes:
    return (folder_of(name) / FILE).read_bytes()


# --- who, and what ---


def test_there_is_nothing_yet(app: Any) -> None:
    assert app.http.get("/v1/snapshots/").json() == {"snapshots": [], "deltas": []}


def test_the_list_says_what_there_is(app: Any, name: str) -> None:
    newer = build([6281200000], seq=2)
    answer = app.http.get("/v1/snapshots/")
    assert [row["id"] for row in answer.json()["snapshots"]] == [newer, name]
    assert [row["to"] for row in answer.json()["deltas"]] == [newer]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    again = app.http.get("/v1/snapshots/", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_every_file_that_a_manifest_names_is_there(app: Any, name: str) -> None:
    newer = build([6281200000, 6281200901], seq=2)
    for row in [
        *app.http.get("/v1/snapshots/").json()["snapshots"],
        *app.http.get("/v1/snapshots/").json()["deltas"],
    ]:
        manifest = app.http.get(f"/v1/snapshots/{row['manifest']}").json()
        assert (
            app.http.get(f"/v1/snapshots/{row['signed_manifest']}").headers["Content-Type"]
            == "application/jose"
        )
        for file in manifest["files"]:
            answer = app.http.get(f"/v1/snapshots/{row['id']}/{file['name']}")
            assert answer.status_code == 200
            assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
    assert newer in folders.snapshots()


@pytest.mark.parametrize("address", ["/v1/snapshots/", f"/v1/snapshots/x/{FILE}"])
def test_a_key_needs_the_scope(address: str) -> None:
    others = [scope for scope in Scope if scope != Scope.SNAPSHOTS_READ]
    assert refused(partner("Other", *others).get(address), 403, "scope_missing")["scope"] == "snapshots:read"
    refused(Client().get(address), 401, "key_missing")


@pytest.mark.parametrize(
    "path",
    [
        f"20260101T000000Z-1/{FILE}",
        "{name}/numbers-63.rice",
        "{name}/..%2f..%2fvar%2fsecret-key",
        "{name}/%2e%2e",
        "..%2f{name}/" + FILE,
        ".lock/x",
        "index.json/x",
        "{name}_{name}/manifest.json",
        "x" * 3_000 + "/x",
    ],
)
def test_what_no_manifest_names_is_not_there(app: Any, name: str, path: str) -> None:
    answer = app.http.get("/v1/snapshots/" + path.format(name=name))
    assert answer.status_code == 404, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_snapshot_that_was_removed_is_not_there(app: Any, address: str, name: str) -> None:
    assert app.http.get(address).status_code == 200
    folder_of(name).rename(folder_of(f".removing-{name}"))
    refused(app.http.get(address), 404, "not_found")


def test_a_made_up_parameter_is_refused(app: Any, address: str) -> None:
    refused(app.http.get(f"{address}?part=1"), 422, "field_unknown")
    refused(app.http.get("/v1/snapshots/?limit=1"), 422, "field_unknown")


# --- how ---


def test_a_file_is_answered_with_what_a_download_needs(app: Any, address: str, content: bytes) -> None:
    answer = app.http.get(address)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private, max-age=86400, immutable"


def test_a_file_is_what_it_is_whatever_is_accepted(app: Any, address: str, content: bytes) -> None:
    assert app.http.get(address, headers={"Accept": "application/gzip"}).content == content


def test_head_tells_the_same_without_the_file(app: Any, address: str, content: bytes) -> None:
    answer = app.http.head(address, headers={"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(content))
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=10-", 10, -1),
        ("bytes=-7", -7, -1),
        ("bytes=-999999999", 0, -1),
        ("bytes=5-999999999", 5, -1),
        ("BYTES=1-2", 1, 2),
        ("bytes= 1-2 ", 1, 2),
    ],
)
def test_a_part_is_answered(
    app: Any, address: str, content: bytes, asked: str, first: int, last: int
) -> None:
    size = len(content)
    first, last = first % size, last % size
    answer = app.http.get(address, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (206, content[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers["ETag"] == f'"{hashlib.sha256(content).hexdigest()}"'


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=999999998-999999999", "bytes=-0"])
def test_a_part_that_is_not_there_is_416(app: Any, address: str, content: bytes, asked: str) -> None:
    answer = app.http.get(address, headers={"Range": asked})
    refused(answer, 416, "range_unsatisfiable")
    assert answer.headers["Content-Range"] == f"bytes */{len(content)}"


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=5-3",
        "bytes=-",
        "bytes=",
        "bytes=a-b",
        "bytes=+1-2",
        "bytes=１-２",
        "bytes=1-2;",
        "lines=1-2",
        "bytes 1-2",
        "bytes=" + "9" * 50 + "-",
        "",
    ],
)
def test_a_range_that_is_none_or_several_is_the_whole(
    app: Any, address: str, content: bytes, asked: str
) -> None:
    answer = app.http.get(address, headers={"Range": asked.encode().decode("latin-1")})
    assert (answer.status_code, answer.content) == (200, content)


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{tag}", 206),
        ("W/{tag}", 200),
        ('"another"', 200),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 200),
        ("*", 200),
    ],
)
def test_a_part_of_another_file_is_answered_whole(
    app: Any, address: str, condition: str, status: int
) -> None:
    tag = app.http.get(address).headers["ETag"]
    answer = app.http.get(address, headers={"Range": "bytes=0-9", "If-Range": condition.format(tag=tag)})
    assert answer.status_code == status


@pytest.mark.parametrize("condition", ["{tag}", "W/{tag}", '"another", {tag}', "*"])
def test_a_copy_that_is_still_right_is_304(app: Any, address: str, condition: str) -> None:
    tag = app.http.get(address).headers["ETag"]
    headers = {"If-None-Match": condition.format(tag=tag), "Range": "bytes=0-9"}
    answer = app.http.get(address, headers=headers)
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    ("condition", "status"), [("{tag}", 200), ("*", 200), ('"another"', 412), ("W/{tag}", 412)]
)
def test_if_match(app: Any, address: str, condition: str, status: int) -> None:
    tag = app.http.get(address).headers["ETag"]
    assert app.http.get(address, headers={"If-Match": condition.format(tag=tag)}).status_code == status


def test_no_part_of_an_empty_file_is_there() -> None:
    for asked in ("bytes=0-", "bytes=-5"):
        with pytest.raises(Invalid):
            ranges.part(asked, 0)
    assert ranges.part(None, 0) is None
