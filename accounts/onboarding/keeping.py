"""What somebody typed when their session had ended: kept beside the new session, and put back after the sign-in.

While the database is away nothing can be kept: then the page that says so holds it, behind a button.
"""

import time
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from accounts.people.models import User

KEPT = "kept_form"
KEEP_FOR = 3600  # seconds
WHOSE = "typed_by"  # a cookie: on one phone, what one has typed is not shown to the next who signs in
A_YEAR = 365 * 86_400  # seconds: the page of a session that ended may stay open for long
LARGEST = 20_000  # characters in all; files are chosen again


def remember(response: HttpResponse, person: User) -> None:
    """Who has signed in here last, as a keyed hash."""
    response.set_cookie(
        WHOSE,
        _mark(person),
        max_age=A_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def keep(request: HttpRequest) -> None:
    """The fields of a POST that could not be let in. Nothing of it is acted upon."""
    typed = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if sum(len(value) for values in typed.values() for value in values) <= LARGEST:
        whose = request.COOKIES.get(WHOSE, "")
        request.session[KEPT] = {"path": request.path, "typed": typed, "at": time.time(), "whose": whose}


def kept(request: HttpRequest) -> dict[str, Any]:
    """What the reader typed on this very page, once; a field with one value is that value."""
    form = request.session.get(KEPT)
    if form is None:
        return {}
    if form["path"] != request.path and form["at"] + KEEP_FOR > time.time():
        return {}
    del request.session[KEPT]
    if form["at"] + KEEP_FOR <= time.time() or form.get("whose", "") not in ("", _mark(request.user)):
        return {}
    return {name: values[0] if len(values) == 1 else values for name, values in form["typed"].items()}


def _mark(person: Any) -> str:
    return salted_hmac("accounts.onboarding.keeping", str(person.pk), algorithm="sha256").hexdigest()


def to_send_again(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields of a form of ours that could not be saved now; files are chosen again."""
    view = request.resolver_match and request.resolver_match.func
    if request.method != "POST" or view is None or not view.__module__.startswith(__package__):
        return []
    with suppress(Exception):  # this is for the page of an error: a body that can't be read is none
        typed = [(name, value) for name, values in request.POST.lists() for value in values]
        if sum(len(value) for _, value in typed) <= LARGEST:
            return typed
    return []
