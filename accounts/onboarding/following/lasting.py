"""Keeping a badge beyond its term, and getting back one that was taken away."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.onboarding.files import FormWithFile, PageWithFile, file_field
from accounts.onboarding.following import asking
from accounts.onboarding.following.changing import OfALiveAccount, after_asking
from accounts.onboarding.following.standing import standing_of
from accounts.onboarding.forms import OwnerForm
from accounts.verification import evidence
from accounts.verification.models import Kind, Status


class Renew(OfALiveAccount):
    """Two taps: the badge stays while a renewal that was sent in time is looked at."""

    template_name = "onboarding/renew.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        under_way = asking.open_one(self.account, Kind.RENEWAL)
        if under_way is not None and under_way.status != Status.DRAFT:
            return HttpResponseRedirect(reverse("application_status", args=[under_way.pk]))
        return super().get(request, *args, **kwargs)

    def save(self, form: OwnerForm) -> str:
        return after_asking(self.request, asking.ask_for(self.account, kind=Kind.RENEWAL, by=self.reader))

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(standing=standing_of(self.account), **context)


class ReinstateForm(FormWithFile):
    file = file_field(gettext_lazy("A photo or a paper that shows it, if you have one"))


class Reinstate(PageWithFile, OfALiveAccount):
    template_name = "onboarding/reinstate.html"
    form_class = ReinstateForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        under_way = asking.open_one(self.account, Kind.REINSTATEMENT)
        if under_way is not None and under_way.status != Status.DRAFT:
            return HttpResponseRedirect(reverse("application_status", args=[under_way.pk]))
        return super().get(request, *args, **kwargs)

    def save(self, form: ReinstateForm) -> str:
        """A file needs a draft to lie in; without one, nothing is left where the wish is refused."""
        if form.sent:
            application = asking.prepare(self.account, kind=Kind.REINSTATEMENT, by=self.reader)
            if application.status in (Status.DRAFT, Status.NEEDS_INFORMATION):
                for file in form.sent:
                    evidence.add(application, file=file, by=self.reader)
        return after_asking(
            self.request, asking.ask_for(self.account, kind=Kind.REINSTATEMENT, by=self.reader)
        )

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(standing=standing_of(self.account), **context)
