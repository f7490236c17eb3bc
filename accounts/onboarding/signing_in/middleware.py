"""The owners' pages speak the language of who has signed in, whose session lasts as long as it is used."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from accounts.people.models import User

LAST_DAY = "last_day"  # in the session: on which it was used, as an ordinal
_OURS = "accounts.onboarding."


class OwnersSession:
    """Costs no query where nobody has a session, nor on any page but the owners'; a session is written once a day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        person = request.user if view.__module__.startswith(_OURS) else None
        if not isinstance(person, User) or person.is_staff:
            return
        translation.activate(person.language)
        request.LANGUAGE_CODE = translation.get_language() or ""
        used_today(request)


def used_today(request: HttpRequest) -> None:
    today = timezone.localdate().toordinal()
    if request.session.get(LAST_DAY) != today:
        request.session[LAST_DAY] = today
