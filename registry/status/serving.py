"""Hands out the status page as files, before sessions and the database have a say: it answers while all is down."""

import json
import re
import time
from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import is_valid_path
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date

from accounts.errors import Invalid, NotAllowed, NotFound
from registry import errors
from registry.status.drawing import page_at_the_top
from registry.status.drawing.late import is_late, said_late
from registry.status.publishing import CLOCK, LARGEST

PREFIX = "/status/"
METHODS = "GET, HEAD, OPTIONS"
TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "atom": "application/atom+xml; charset=utf-8",
    "svg": "image/svg+xml",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}
EMBEDDED = frozenset({"json", "atom", "svg"})  # what other sites may read
_NAME = re.compile(rf"([a-z0-9][a-z0-9-]*/)*[a-z0-9][a-z0-9-]*\.({'|'.join(TYPES)})")


class StatusFiles:
    """`/status/…`: a file of the folder, a view of ours that is no file (subscribing), or not found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path == PREFIX.rstrip("/"):
            return HttpResponseRedirect(PREFIX)
        if not path.startswith(PREFIX):
            return self.get_response(request)
        asked = path.removeprefix(PREFIX)
        language = translation.get_language_from_request(request) if asked == "" else _language_in(asked)
        if asked and language and not asked.endswith("/"):
            return HttpResponseRedirect(f"{path}/")
        name = page_at_the_top(language or "id") if asked == "" else asked
        if language and asked:
            name = f"{asked}index.html"
        if not _NAME.fullmatch(name):
            return self._otherwise(request)
        response = _answer(request, name)
        if response is None:
            return self._otherwise(request)
        if asked == "":
            patch_vary_headers(response, ["Accept-Language", "Cookie"])
        if language:
            response.headers["Content-Language"] = language
        return response

    def _otherwise(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if is_valid_path(path) or (not path.endswith("/") and is_valid_path(f"{path}/")):
            return self.get_response(request)
        return errors.answer(request, NotFound("not_found"))


def _language_in(asked: str) -> str | None:
    code = asked.removesuffix("/")
    return code if code in dict(settings.LANGUAGES) else None


def _answer(request: HttpRequest, name: str) -> HttpResponse | None:
    """None: there is no such file, and there was a round that would have made it."""
    ending = name.rsplit(".", 1)[1]
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
        response.headers["Allow"] = METHODS
    elif request.method not in ("GET", "HEAD"):
        response = errors.answer(request, Invalid("method_not_allowed"))
        response.headers["Allow"] = METHODS
    else:
        found = _read(name)
        drawn = _drawn()
        if found is None and drawn is not None:
            return None
        if found is None or drawn is None:
            response = errors.answer(request, NotAllowed("status_page_missing"))
        else:
            response = _file(request, name, *found, drawn)
    response.headers["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    if ending in EMBEDDED:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Allow-Methods"] = METHODS
        response.headers["Access-Control-Expose-Headers"] = "Date, ETag, Last-Modified"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _file(
    request: HttpRequest, name: str, body: bytes, changed: float, drawn: tuple[float, float]
) -> HttpResponse:
    at, every = drawn
    late = is_late(time.time() - at, every=every)
    if late:
        body = said_late(name, body)
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    response = HttpResponse(
        b"" if request.method == "HEAD" else body, content_type=TYPES[name.rsplit(".", 1)[1]]
    )
    response.headers["Content-Length"] = str(len(body))
    response.headers["Cache-Control"] = "public, max-age=30"
    response.headers["ETag"] = etag
    if not late:  # what is said of an old drawing is not as old as the file
        response.headers["Last-Modified"] = http_date(changed)
    return (
        get_conditional_response(
            request, etag=etag, last_modified=None if late else int(changed), response=response
        )
        or response
    )


def _read(name: str) -> tuple[bytes, float] | None:
    """Its bytes, and when it last changed. Nothing outside of the folder, wherever a link in it leads."""
    root = Path(settings.STATUS_DIR).resolve()
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or not path.is_file():
            return None
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
        return (body, path.stat().st_mtime) if len(body) <= LARGEST else None  # half of one is none
    except OSError:
        return None


def _drawn() -> tuple[float, float] | None:
    """When all of the folder was drawn, in Unix seconds, and the seconds from one round to the next."""
    found = _read(CLOCK)
    if found is None:
        return None
    try:
        page = json.loads(found[0])["page"]
        return datetime.fromisoformat(page["updated_at"]).timestamp(), float(page["interval_seconds"])
    except (ValueError, KeyError, TypeError):
        return None
