"""The switch of the language that one reads."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.views.generic import View
from django.views.i18n import set_language

from accounts.errors import Invalid
from accounts.people import services as people
from accounts.people.models import User


class SwitchLanguage(View):
    """Kept in a cookie, and of an owner who has signed in with the person: messages come in it too."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, User) and not person.is_staff:
            with suppress(Invalid):  # set_language passes over what is none, too
                people.choose_language(person, request.POST.get("language", ""))
        return set_language(request)
