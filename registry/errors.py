"""What went wrong, as one HTTP answer: an RFC 9457 problem for an app, a plain page for a browser."""

import json
import logging
import math
import sys
from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core import exceptions as django_exceptions
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header
from psycopg_pool import PoolTimeout
from rest_framework import exceptions as drf

from accounts.clients.authentication import challenge
from accounts.clients.quotas import QuotaExceeded
from accounts.clients.serializers import invalid
from accounts.errors import (
    DomainError,
    Forbidden,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    Stale,
    TooMany,
    Unauthenticated,
)
from accounts.onboarding.keeping import to_send_again
from accounts.spoken import spoken
from accounts.text import Text
from registry.database import outage
from registry.logs.context import REQUEST_ID

logger = logging.getLogger("registry")

PROBLEM_TYPE = "application/problem+json"
STATUS_OF: dict[type[DomainError], int] = {
    NotAllowed: 409,
    Forbidden: 403,
    Unauthenticated: 401,
    NotFound: 404,
    Invalid: 422,
    Stale: 412,
    TooMany: 429,
}
# Codes whose status HTTP itself fixes.
STATUS_OF_CODE = {
    "malformed": 400,
    "bad_request": 400,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "length_required": 411,
    "body_too_large": 413,
    "unsupported_media_type": 415,
    "range_unsatisfiable": 416,
    "precondition_required": 428,
    "internal": 500,
    "database_unavailable": 503,
    "status_page_missing": 503,
    "policy_missing": 503,
    "snapshot_keys_unusable": 503,
}
RETRY_AFTER = 5  # seconds: what PostgreSQL needs to come back after a crash, more or less
MOST_PROBLEMS = 100  # in one answer
_OURS = frozenset({"type", "title", "status", "code", "detail", "sentences", "problems"})


def to_response(exception: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER. None lets what nobody foresaw go on to `server_error`."""
    error = domain_error(exception, accepted=_accepted(context.get("view")))
    return None if error is None else problem(context["request"], error)


def domain_error(exception: BaseException, *, accepted: str = "application/json") -> DomainError | None:
    """What the frameworks raised, in the domain's words; None for what nobody foresaw."""
    match exception:
        case DomainError():
            return exception
        case drf.ValidationError():
            return invalid(exception.detail)
        case drf.ParseError():
            return Invalid("malformed")
        case drf.MethodNotAllowed():
            return Invalid("method_not_allowed")
        case drf.NotAcceptable():
            return Invalid("not_acceptable")
        case drf.UnsupportedMediaType():
            return Invalid("unsupported_media_type", accepted=accepted)
        case drf.Throttled():
            wait: float | None = getattr(exception, "wait", None)
            return TooMany("throttled", retry_after=None if wait is None else math.ceil(wait))
        case drf.NotAuthenticated() | drf.AuthenticationFailed():
            return Unauthenticated("key_missing")
        case drf.PermissionDenied() | django_exceptions.PermissionDenied():
            return Forbidden("forbidden")
        case drf.NotFound() | Http404():
            return NotFound("not_found")
        case django_exceptions.RequestDataTooBig():
            return Invalid("body_too_large", limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case (
            django_exceptions.SuspiciousOperation() | django_exceptions.BadRequest() | MultiPartParserError()
        ):
            return Invalid("bad_request")
        case django_exceptions.ValidationError():
            return Invalid("value_invalid")
        case _:
            return _database_error(exception)


def _database_error(exception: BaseException) -> DomainError | None:
    match exception:
        case OperationalError() | InterfaceError() | PoolTimeout():
            logger.warning("The database is away: %s", type(exception.__cause__ or exception).__name__)
            outage.suspect()
            return NotAllowed("database_unavailable")
        case DataError():
            return Invalid("hidden_characters" if "NUL" in str(exception) else "value_invalid")
        case UnicodeEncodeError() if exception.reason == "surrogates not allowed":
            return Invalid("hidden_characters")
        case IntegrityError():
            # A service checks first; only two at the very same moment come this far.
            diagnosis = getattr(exception.__cause__, "diag", None)
            logger.warning("Two at once: %s", getattr(diagnosis, "constraint_name", "?"))
            return NotAllowed("conflict")
        case _:
            return None


def status_of(error: DomainError) -> int:
    if error.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[error.code]
    return next(status for kind, status in STATUS_OF.items() if isinstance(error, kind))


def problem(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer to an app: `application/problem+json`, its `detail` in the language asked for."""
    status = status_of(error)
    language = language_of(request)
    response = HttpResponse(
        json.dumps(document(error, status, language), ensure_ascii=False, default=_as_text),
        status=status,
        content_type=PROBLEM_TYPE,
    )
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    return _finished(response, error)


def document(error: DomainError, status: int, language: str) -> dict[str, Any]:
    text = error.text
    params = {("state" if name == "status" else name): value for name, value in error.params.items()}
    return {
        "type": type_of(error.code),
        "title": error.code.replace("_", " ").capitalize(),
        "status": status,
        "code": error.code,
        "detail": text.in_language(language),
        "sentences": text.in_both(),
        "problems": [_entry(fault, language) for fault in error.problems[:MOST_PROBLEMS]],
        **{name: value for name, value in params.items() if name not in _OURS},
        **_waiting(error),
    }


def type_of(code: str) -> str:
    return f"{settings.PUBLIC_URL}/problems/{code}"


def language_of(request: HttpRequest) -> Literal["id", "en"]:
    """Of an app: what it asks for, else English."""
    for tag, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")[:500].lower()):
        match tag.split("-")[0]:
            case "id":
                return "id"
            case "en":
                return "en"
    return "en"


def answer(request: HttpRequest, error: DomainError) -> HttpResponse:
    """A page for a browser that asks for a page, a problem for everybody else."""
    if request.path.startswith("/v1/") or "text/html" not in request.headers.get("Accept", ""):
        return problem(request, error)
    status = status_of(error)
    text: Text = error.text
    # Without the request: a context processor would ask the database who this is.
    page = render_to_string(
        "registry/error.html",
        {
            "status": status,
            "text": text,
            "spoken": spoken(text),
            "error": error,
            "path": request.path,
            "request_id": REQUEST_ID.get(),
            "typed": to_send_again(request) if error.code == "database_unavailable" else [],
        },
    )
    return _finished(HttpResponse(page, status=status), error)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, domain_error(exception) or Invalid("bad_request"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    said = exception.__cause__
    return answer(request, said if isinstance(said, Forbidden) else Forbidden("forbidden"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return answer(request, NotFound("not_found"))


def server_error(request: HttpRequest) -> HttpResponse:
    exception = sys.exc_info()[1]
    error = domain_error(exception) if exception else None
    if error is None:
        match = request.resolver_match
        logger.error("%s %s failed", request.method, match.route if match else "?", exc_info=exception)
        error = NotAllowed("internal")
    return answer(request, error)


class ReadableRequest:
    """Refuses what Django would quietly read as something else.

    An address that is no UTF-8 or holds NUL; a body without a length, which would count as empty; a form in another
    charset than UTF-8 (the API's parser sees to its own).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path or (query and not _is_text(query)):
            return answer(request, Invalid("hidden_characters"))
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return answer(request, Invalid("length_required"))
        charset = str((request.content_params or {}).get("charset", "utf-8")).lower()
        if charset not in ("utf-8", "utf8", "us-ascii") and not request.path.startswith("/v1/"):
            return answer(request, Invalid("unsupported_media_type", accepted="charset=utf-8"))
        return self.get_response(request)


class DatabaseAway:
    """Answers what views outside of DRF let through: the database away, and what the database can't hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(
            exception, (DomainError, DatabaseError, InterfaceError, PoolTimeout, UnicodeEncodeError)
        ):
            return None
        error = domain_error(exception)
        return None if error is None else answer(request, error)


def _is_text(query: str) -> bool:
    raw = unquote_to_bytes(query.encode("latin-1"))
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return b"\x00" not in raw


def _finished(response: HttpResponse, error: DomainError) -> HttpResponse:
    patch_vary_headers(response, ["Accept-Language"])
    if isinstance(error, Unauthenticated) or error.code == "scope_missing":
        response.headers["WWW-Authenticate"] = challenge(error)
    if waiting := _waiting(error):
        response.headers["Retry-After"] = str(waiting["retry_after"])
    if isinstance(error, QuotaExceeded):
        for name, value in error.budget.headers():
            response.headers[name] = value
    # Django would log the path, and a path may be a phone number.
    response._has_been_logged = True  # type: ignore[attr-defined]  # the mark of django.utils.log.log_response
    return response


def _waiting(error: DomainError) -> dict[str, int]:
    if status_of(error) == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"retry_after": RETRY_AFTER}
    if isinstance(error, TooMany) and error.retry_after is not None:
        return {"retry_after": error.retry_after}
    return {}


def _entry(fault: Problem, language: str) -> dict[str, Any]:
    params = {name: value for name, value in fault.params.items() if name not in _OURS}
    return {
        "code": fault.code,
        "pointer": fault.pointer,
        "detail": fault.text.in_language(language),
        "sentences": fault.text.in_both(),
        **params,
    }


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value)


def _accepted(view: Any) -> str:
    return (
        " / ".join(parser.media_type for parser in getattr(view, "parser_classes", [])) or "application/json"
    )
