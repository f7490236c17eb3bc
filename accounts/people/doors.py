"""The two doors of the registry: staff come in with a password and a second factor, owners with a code.

Which one somebody stands at, the address says. Everywhere but on the page that takes owners' codes it is the staff's,
which lets no owner in; the owners' lets no staff in. Nobody goes from one to the other but by signing in there, and
then nothing of the session from before is left.
"""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.stagekit import clear_login
from allauth.account.models import Login
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.people import recently
from accounts.people.adapters import BEGAN_WITH, SignInAdapter, address_of
from accounts.people.models import User

OWNERS_DOOR = "owner_code"  # the name of its address
OWNERS_SESSION = timedelta(days=14)  # after the last day on which it was used
BY_CODE = "code"  # what allauth's record of a session calls it


def adapter(request: HttpRequest | None = None) -> DefaultAccountAdapter:
    """What settings.ACCOUNT_ADAPTER names; allauth asks for it without a request, too."""
    match = getattr(request or context.request, "resolver_match", None)
    return (OwnersDoor if match is not None and match.url_name == OWNERS_DOOR else SignInAdapter)(request)


def let_owner_in(request: HttpRequest, person: User, after: str) -> HttpResponse | None:
    """Open a session for whoever showed a code, which leads on to `after`, a path of ours; None: it may not be.

    What an anonymous session holds stays, under a new key; what another person's session holds does not.
    """
    if SESSION_KEY in request.session:
        request.session.flush()
    request.session.pop(BEGAN_WITH, None)
    clear_login(request)  # a sign-in of the staff that was begun here
    record_authentication(request, person, BY_CODE)
    response: HttpResponse = perform_login(request, Login(user=person, redirect_url=after))
    if request.session.get(SESSION_KEY) != person.pk:
        return None
    # In seconds, which Django counts from each time it is written; a timedelta it would count from now, once.
    request.session.set_expiry(int(OWNERS_SESSION.total_seconds()))
    return response


class OwnersDoor(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return []

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """None: the pages say it."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """No password is good here."""

    def reauthenticate(self, user: User, password: str) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        return None if _may(request, user) else self.respond_user_inactive(request, user)

    def login(self, request: HttpRequest, user: User) -> None:
        if not _may(request, user):
            raise ImmediateHttpResponse(self.respond_user_inactive(request, user))
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        audit.log("signed_in", by=user, on=user, data={"with": [BY_CODE]})
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        clear_login(request)
        return HttpResponseRedirect(reverse("owner_sign_in"))


def _may(request: HttpRequest, user: User) -> bool:
    showed = [record["method"] for record in recently.records_of(request, user)]
    return user.is_active and not user.is_staff and showed == [BY_CODE]
