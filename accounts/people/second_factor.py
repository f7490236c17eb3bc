"""What a session of the staff has to show before a page opens: a second factor, and a password that is its own."""

from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import auth
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve, reverse

from accounts.people import recently
from accounts.people.doors import BY_CODE
from accounts.people.models import User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # a recovery code stands in for one of them
# Where a session gets what it lacks. All other pages of the staff, those to come as well, ask for everything.
SIGN_IN = frozenset(
    {"login", "logout", "account_login", "account_logout", "mfa_authenticate", "mfa_login_webauthn"}
)
AGAIN = frozenset({"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"})
SET_UP = frozenset({"mfa_index", "mfa_activate_totp", "mfa_add_webauthn"})
OWN_PASSWORD = frozenset({"account_change_password", "password_change", "jsi18n"})


def passed(request: HttpRequest) -> bool:
    """What allauth noted in this session decides: signing in by other means (`force_login`) is not enough."""
    return any(record.get("method") == "mfa" for record in recently.records(request))


def lacking(request: HttpRequest) -> HttpResponse | None:
    """Where a signed-in member of the staff has to go first; None where the page may open. No query once passed."""
    person, page = request.user, resolve(request.path_info).url_name
    assert isinstance(person, User)
    if any(record["method"] == BY_CODE for record in recently.records(request)):
        auth.logout(request)  # an owner's: whoever has come to the staff since has another door
        return HttpResponseRedirect(reverse("account_login"))
    if page in SIGN_IN | AGAIN:
        return None
    if passed(request):
        if person.password_is_temporary and page not in OWN_PASSWORD:
            return _first("account_change_password", request)
        return None
    kinds = set(Authenticator.objects.filter(user=person).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        return _first("mfa_reauthenticate", request)
    if kinds:
        return _first("mfa_reauthenticate_webauthn", request)
    return None if page in SET_UP else _first("mfa_index", request)


def _first(page: str, request: HttpRequest) -> HttpResponse:
    """A POST is not repeated later: it came from a session that was not allowed to send it."""
    back = {REDIRECT_FIELD_NAME: request.get_full_path()} if request.method == "GET" else {}
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode(back)}" if back else reverse(page))
