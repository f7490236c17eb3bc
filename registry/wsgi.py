"""The entry point of every WSGI server; `make run` serves it with granian."""

import os
import signal
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

from django.core.wsgi import get_wsgi_application

from registry.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")

if os.environ.get("REGISTRY_SUPERVISED"):
    # A worker outlives a granian that was killed with -9, and would go on answering with old code.
    die_with_parent(signal.SIGKILL)

_django = get_wsgi_application()


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
