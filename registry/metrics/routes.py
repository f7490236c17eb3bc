"""What a request is counted as: the address as `urls.py` writes it, of which there are so many and no more."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.cardstore.fastpath import CHANGES, CONTACTS, LOOKUP
from accounts.display.answers import Answer
from registry.metrics.counting import Kind

PATH = "/metrics"
METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
FOLDERS = (settings.STATIC_URL, "/status/")  # of files that no route names
UNKNOWN = "(none)"
CONTACT = f"{CONTACTS}<written:number>"
_ROUTES = {LOOKUP: LOOKUP, CHANGES: CHANGES}


def by_django(request: HttpRequest, response: HttpResponseBase) -> Kind:
    method = str(request.method) if request.method in METHODS else "other"
    return route_of(request), method, response.status_code, "django"


def route_of(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return f"/{request.resolver_match.route}"
    if request.path_info == PATH and settings.METRICS_TOKEN:
        return PATH
    return next((folder for folder in FOLDERS if request.path_info.startswith(folder)), UNKNOWN)


def of_the_store(environ: dict[str, Any], answer: Answer) -> Kind:
    by = "stale_store" if answer.is_stale else "store"
    return _ROUTES.get(environ["PATH_INFO"], CONTACT), environ["REQUEST_METHOD"], answer.status, by


def refused_by_the_store(environ: dict[str, Any], status: int) -> Kind:
    return _ROUTES.get(environ["PATH_INFO"], CONTACT), environ["REQUEST_METHOD"], status, "store"
