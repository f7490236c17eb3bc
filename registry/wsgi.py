"""The entry point of every WSGI server; `make run` serves it with granian."""

import logging
import os
import signal
import time
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

from registry.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")

if os.environ.get("REGISTRY_SUPERVISED"):
    # A worker outlives a granian that was killed with -9, and would go on answering with old code.
    die_with_parent(signal.SIGKILL)

django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402  # what follows needs the apps
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.http.response import HttpResponseBase  # noqa: E402

from accounts.cardstore.fastpath import FastPath, Refused  # noqa: E402
from registry import errors, tracing  # noqa: E402
from registry.database import outage  # noqa: E402
from registry.logs.context import request_id  # noqa: E402
from registry.metrics import routes  # noqa: E402
from registry.metrics.counting import ANSWERED, NOBODY  # noqa: E402
from registry.metrics.page import counted  # noqa: E402

logger = logging.getLogger("registry.requests")


class Utf8Request(WSGIRequest):
    """Read as UTF-8, whatever charset a Content-Type names: Django would try each codec of Python's, also those that
    are none of text (`charset=hex`), before anything of ours could answer.
    """

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:  # a parameter in a charset that nobody knows
            self.content_type, self.content_params = "", {}


class Utf8Handler(WSGIHandler):
    request_class = Utf8Request

    def get_response(self, request: HttpRequest) -> HttpResponseBase:
        response = super().get_response(request)
        request.META[ANSWERED] = routes.by_django(request, response)
        return response


tracing.start()
_django = Utf8Handler()
_fast_path = FastPath(outage.is_database_there)
# Of one Django answer: what belongs to it alone. The rest, security's headers above all, every answer carries.
_ITS_OWN = {"content-type", "content-length", "content-language", "cache-control", "expires", "vary"}


@counted
def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """A look-up from this machine's store, or Django. Every answer carries its request's id."""
    of_request = ("X-Request-ID", request_id(environ))
    try:
        answer = _fast_path(environ)
    except Refused as refusal:
        response = errors.problem(Utf8Request(environ), refusal.error)
        environ[ANSWERED] = routes.refused_by_the_store(environ, response.status_code)
        return _sent(response, [*refusal.headers, of_request], start_response)
    if answer is None:
        return _by_django(environ, start_response, of_request)
    environ[ANSWERED] = routes.of_the_store(environ, answer)
    length = ("Content-Length", str(len(answer.body)))
    start_response(_STATUS[answer.status], [*answer.headers, length, of_request, *_standing_headers()])
    return [answer.body]


def _by_django(
    environ: WSGIEnvironment, start_response: StartResponse, of_request: tuple[str, str]
) -> list[bytes]:
    """With a line in the log and a trace, where they are wanted. Look-ups from the store have neither: to write one
    takes longer than to answer.
    """
    began = time.perf_counter()

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        return start_response(status, [*headers, of_request], exc_info)

    with tracing.request(environ) as answered:
        body = _all_of(environ, start)
        route, method, code, _ = environ.get(ANSWERED, NOBODY)  # never the path, which may be a number
        answered(method, route, code)
    if logger.isEnabledFor(logging.INFO):
        took = round(1000 * (time.perf_counter() - began), 1)
        asked = {"method": method, "route": route, "status": code, "milliseconds": took}
        logger.info("%s %s: %d in %.1f ms", method, route, code, took, extra={"asked": asked})
    return body


def _all_of(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """The whole answer at once: granian sends a list by itself, while what is made bit by bit keeps one of few threads
    until the slowest reader has it. A dozen of those, and no look-up is answered. The largest is a file of evidence,
    or a quarter of decisions: some megabytes.
    """
    answer: Iterable[bytes] = _django(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        if (close := getattr(answer, "close", None)) is not None:
            close()


def _sent(
    response: HttpResponse, besides: list[tuple[str, str]], start_response: StartResponse
) -> list[bytes]:
    length = ("Content-Length", str(len(response.content)))
    headers = [*response.items(), *besides, length, *_standing_headers()]
    start_response(f"{response.status_code} {response.reason_phrase}", headers)
    return [response.content]


_STATUS = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


@cache
def _standing_headers() -> list[tuple[str, str]]:
    """What the middlewares add to every answer, asked of them once."""
    request = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/healthz/live",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "HTTP_HOST": str(settings.ALLOWED_HOSTS[0]),
        "HTTP_X_FORWARDED_PROTO": "https",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
    }
    told: list[tuple[str, str]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        told.extend(headers)

    _all_of(request, start_response)
    return [(name, value) for name, value in told if name.lower() not in _ITS_OWN]
