"""The invitation's page and the waiting list.

GET never accepts an invitation: chat apps fetch links before anybody has read them. Its address is a secret, so no
page that it leads to is told where the reader came from, and nobody keeps a copy. What a session keeps of it is the
digest: whoever reads the sessions' table can't go in by it.
"""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View

from accounts.errors import DomainError, Forbidden, NotFound
from accounts.onboarding.inviting.standing import Standing, standing_of
from accounts.onboarding.pages import OwnerPage, has_agreed
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot import waiting
from accounts.pilot.models import Invitation

KEPT = "invitation"  # in the session, while somebody signs in
GONE = {Standing.USED, Standing.EXPIRED, Standing.REVOKED, Standing.CLOSED}


class ShowsInvitation(ContextMixin, TemplateResponseMixin):
    template_name = "onboarding/invitation.html"

    def shown(self, invitation: Invitation | None, reader: User | None) -> HttpResponse:
        """None: a link that leads nowhere. What it looks like says nothing of why."""
        if invitation is None:
            return self.render_to_response(self.get_context_data(standing="unknown"), status=404)
        standing = standing_of(invitation, reader)
        context = self.get_context_data(
            standing=standing.value, cohort=invitation.cohort, inviter=settings.REGISTRY_NAME
        )
        return self.render_to_response(context, status=410 if standing in GONE else 200)


class InvitationLink(ShowsInvitation, View):
    """For whoever has the link. Accepting it needs a person: without one, the sign-in comes first."""

    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        # Not "no-referrer": browsers then send `Origin: null` with the form, which is no origin of ours.
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self.shown(_found(token), request.user if isinstance(request.user, User) else None)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = _found(token)
        if invitation is None:
            return self.shown(None, None)
        if isinstance(request.user, User) and request.user.is_staff:
            raise Forbidden("owners_only")
        if not isinstance(request.user, User) or not has_agreed(request, request.user):
            request.session[KEPT] = bytes(invitation.digest).hex()
            return HttpResponseRedirect(reverse("kept_invitation"))
        return _accept(request, invitation, request.user)


class KeptInvitation(ShowsInvitation, OwnerPage):
    """The same page once somebody has signed in: until then it leads to the sign-in, and from there back here."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        invitation = self._kept()
        if invitation is None:
            return HttpResponseRedirect(reverse("start"))
        return self.shown(invitation, self.reader)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        invitation = self._kept()
        if invitation is None:
            return HttpResponseRedirect(reverse("start"))
        return _accept(request, invitation, self.reader)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(signed_in_as=self.reader.email or self.reader.phone, **kwargs)

    def _kept(self) -> Invitation | None:
        digest = bytes.fromhex(self.request.session.get(KEPT, ""))
        return pilot.with_digest(digest)


def _found(token: str) -> Invitation | None:
    try:
        return pilot.look(token)
    except NotFound:
        return None


def _accept(request: HttpRequest, invitation: Invitation, reader: User) -> HttpResponse:
    """On to the form; or back to the page, which says why not."""
    try:
        accepted = pilot.redeem(invitation, by=reader)
    except DomainError:
        return HttpResponseRedirect(request.path)
    request.session.pop(KEPT, None)
    return HttpResponseRedirect(reverse("start" if accepted.account_id is None else "my"))


class Waiting(OwnerPage):
    template_name = "onboarding/waiting.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        country = waiting.country_of(self.reader)
        entry = waiting.entry_of(self.reader, country)
        return super().get_context_data(
            entry=entry,
            number=entry and waiting.place_number(entry),
            contact=self.reader.email or self.reader.phone,
            way_in=pilot.way_in(self.reader, country) is not None,
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """`leave` or not is which of the two buttons was pressed; each may be pressed twice."""
        country = waiting.country_of(self.reader)
        if "leave" not in request.POST:
            with suppress(DomainError):  # where there is a way in: the page says so
                pilot.join(self.reader, country, by=self.reader)
        elif (entry := waiting.entry_of(self.reader, country)) is not None:
            pilot.leave(entry, by=self.reader)
            messages.success(request, _("You are no longer on the waiting list."))
        return HttpResponseRedirect(reverse("waiting"))
