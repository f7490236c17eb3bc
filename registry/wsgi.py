"""The entry point of every WSGI server; `make run` serves it with granian."""

import os
import signal
from collections.abc import Iterable
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


_django = Utf8Handler()


def application(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
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
