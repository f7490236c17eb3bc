"""What a web worker's thread hands to the server."""

from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest

from registry import wsgi


class Streamed:
    """An answer that is made bit by bit."""

    closed = False

    def __init__(self, *parts: bytes | Exception) -> None:
        self.parts = parts

    def __iter__(self) -> Any:
        for part in self.parts:
            if isinstance(part, Exception):
                raise part
            yield part

    def close(self) -> None:
        self.closed = True


def test_it_hands_over_all_of_it_so_that_who_reads_slowly_keeps_no_thread(monkeypatch: Any) -> None:
    """Seen before: twelve readers of a large CSV who did not read on, and no look-up was answered any more."""
    streamed = Streamed(b"one,", b"two")
    monkeypatch.setattr(wsgi, "_django", lambda environ, start_response: streamed)
    assert wsgi.application({}, lambda *told: lambda data: None) == [b"one,two"]
    assert streamed.closed


def test_what_breaks_on_the_way_is_closed_too(monkeypatch: Any) -> None:
    streamed = Streamed(b"one,", ValueError("gone"))
    monkeypatch.setattr(wsgi, "_django", lambda environ, start_response: streamed)
    try:
        wsgi.application({}, lambda *told: lambda data: None)
    except ValueError:
        assert streamed.closed
    else:
        raise AssertionError("it was swallowed")


def answered(path: str, **more: str) -> tuple[str, dict[str, str], list[bytes]]:
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    told: list[Any] = []
    environ |= {"PATH_INFO": path, "HTTP_HOST": "127.0.0.1", **more}
    answer = wsgi.application(environ, lambda *given: told.extend(given))
    return told[0], dict(told[1]), answer


@pytest.mark.django_db
@pytest.mark.parametrize(
    "parameter",
    ["charset=hex", "charset=base64", "charset=utf-16", "charset*=bogus''x", "charset*=utf-8''zlib"],
)
def test_a_charset_that_is_not_utf_8_fails_nothing(parameter: str) -> None:
    """Seen before: `charset=hex` on any address, the API's too, was a traceback and a bare 500."""
    for method in ("GET", "POST"):
        for path in ("/sign-in/", "/v1/policy"):
            status, _, _ = answered(
                path, REQUEST_METHOD=method, QUERY_STRING="a=b", CONTENT_TYPE=f"text/plain; {parameter}"
            )
            assert status[:3] in ("200", "401", "403", "405", "415"), (method, path, status)


@pytest.mark.django_db
def test_a_file_and_a_page_come_whole() -> None:
    for path, kind in [("/static/registry/pages.css", "text/css"), ("/healthz/live", "application/json")]:
        status, headers, answer = answered(path)
        assert status == "200 OK", path
        assert headers["Content-Type"].startswith(kind)
        assert isinstance(answer, list)
        assert len(answer[0]) > 0
