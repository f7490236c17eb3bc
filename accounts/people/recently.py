"""Signing in again before what can't be taken back, when the last time is too long ago."""

import json
import os
import time
from typing import Any
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.internal.httpkit import serialize_request
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

# What names of a request's META begin with (RFC 3875), and of Django's own CSRF cookie in it.
_OF_A_REQUEST = (
    "HTTP_",
    "CONTENT_",
    "REQUEST_",
    "REMOTE_",
    "SERVER_",
    "PATH_INFO",
    "QUERY_",
    "SCRIPT_",
    "CSRF_",
)


def records(request: HttpRequest) -> list[dict[str, Any]]:
    """Which ways this session signed in, and again, and when (`at`, in seconds since 1970)."""
    return records_of(request, request.user)


def records_of(request: HttpRequest, person: Any) -> list[dict[str, Any]]:
    """As above, also of a person who is just about to be signed in."""
    found: list[dict[str, Any]] = get_authentication_records(request, person)
    return found


def signed_in_recently(request: HttpRequest) -> bool:
    """Any way counts: the sign-in itself, or a password, code or passkey given since."""
    age = time.time() - max((record["at"] for record in records(request)), default=0)
    return age < settings.SIGN_IN_AGAIN_AFTER.total_seconds()


def sign_in_again(request: HttpRequest, *, waits: bool = True) -> HttpResponse | None:
    """None, or where to go first. A POST waits in the session and goes on, with all that was typed, after that.

    It goes on only by the POST of the password, code or passkey, whose CSRF token is checked; its own was checked
    before it came here. Opening a page forgets a POST that waited: it shall not go on behind somebody's back.
    What is too secret to stand in a session is not kept (`waits=False`): the page asks for it anew.
    """
    if signed_in_recently(request):
        return None
    if request.method == "POST" and waits:
        request.session[STATE_SESSION_KEY] = {"request": _kept(request)}
        back = request.path  # its query waits with it
    else:
        request.session.pop(STATE_SESSION_KEY, None)
        back = request.get_full_path()
    return HttpResponseRedirect(
        f"{reverse('account_reauthenticate')}?{urlencode({REDIRECT_FIELD_NAME: back})}"
    )


def _kept(request: HttpRequest) -> str:
    """As allauth keeps it, but for cookies and for what the server took from the process: secrets of the registry."""
    kept = json.loads(serialize_request(request))
    kept["META"] = {name: value for name, value in kept["META"].items() if _is_of_a_request(name)}
    return json.dumps(kept)


def _is_of_a_request(name: str) -> bool:
    return name.startswith(_OF_A_REQUEST) and name not in os.environ and name != "HTTP_COOKIE"


def is_waiting(request: HttpRequest) -> bool:
    """Whether a POST goes on after signing in again."""
    return STATE_SESSION_KEY in request.session
