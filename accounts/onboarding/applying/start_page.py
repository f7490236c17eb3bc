"""The page where the form begins: what is needed, how long it takes, and the button."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View

from accounts.errors import Forbidden, NotAllowed
from accounts.onboarding.applying.beginning import MOST_BEGUN, begin, begun_by
from accounts.onboarding.pages import has_agreed, send_first
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot import waiting
from accounts.spoken import spoken


class Start(ContextMixin, TemplateResponseMixin, View):
    """For everybody to read. To begin needs a person."""

    template_name = "onboarding/start.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        response = self.render_to_response(self.get_context_data())
        patch_cache_control(response, private=True, no_store=True)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.request.user
        if isinstance(person, User) and not person.is_staff:
            kwargs["drafts"] = list(begun_by(person)[:MOST_BEGUN])
            kwargs["may_begin"] = pilot.way_in(person, waiting.country_of(person)) is not None
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest) -> HttpResponse:
        if not isinstance(request.user, User):
            return send_first("owner_sign_in", request, self)
        if request.user.is_staff:
            raise Forbidden("owners_only")
        if not has_agreed(request, request.user):
            return send_first("consent", request, self)
        try:
            application = begin(by=request.user)
        except NotAllowed as refusal:
            if refusal.code == "invitation_required":
                return HttpResponseRedirect(reverse("waiting"))
            messages.error(request, spoken(refusal.text))
            return HttpResponseRedirect(reverse("start"))
        return HttpResponseRedirect(reverse("question", args=[application.pk, "kind"]))
