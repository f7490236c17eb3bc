"""The staff's pages speak the reader's own language, and open to nobody who has not passed a second factor."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts.people import second_factor


def _of_the_staff(request: HttpRequest) -> bool:
    """The admin, and what is routed below its address beside it."""
    match = request.resolver_match
    return match is not None and ("admin" in match.app_names or match.route.startswith("admin/"))


class LanguageOfTheStaff:
    """In the admin, the language that a person's own row says; everywhere else LocaleMiddleware's choice stands.

    Stands after AuthenticationMiddleware. An address outside of the admin costs no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if _of_the_staff(request) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language() or ""


class SecondFactor:
    """Every page of the staff asks for a second factor, except those on which it is given.

    Who has not signed in at all is sent away by the page itself, as the admin does it. Costs no query.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if not _of_the_staff(request) or not request.user.is_authenticated:
            return None
        if request.user.is_staff:
            return second_factor.lacking(request)
        if "admin" in getattr(request.resolver_match, "app_names", ()):
            return None  # its own views send an owner away, in the admin's way
        raise PermissionDenied
