"""A form whose token is no longer valid: the page was open while somebody signed in or out in another tab."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import resolve

from accounts.errors import Forbidden
from accounts.onboarding.keeping import keep


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW: an owner's page is shown again with what was typed, and nothing was done.

    Only to a browser that sent its session: another site's form comes without one (SameSite), and gets none.
    """
    view = getattr(resolve(request.path_info).func, "view_class", None)
    known = settings.SESSION_COOKIE_NAME in request.COOKIES
    if known and view is not None and hasattr(view, "form_class") and view.__module__.startswith(__package__):
        if getattr(view, "keeps_what_was_typed", True):
            keep(request)
        return HttpResponseRedirect(request.path)
    raise PermissionDenied from Forbidden("form_expired")  # the middleware that asks knows no errors of ours
