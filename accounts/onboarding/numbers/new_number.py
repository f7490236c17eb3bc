from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.businesses import numbers
from accounts.onboarding.following import asking
from accounts.onboarding.numbers import moving
from accounts.onboarding.numbers.forms import NewNumberForm
from accounts.onboarding.pages import AccountPage, FormPage
from accounts.proofs import services as proofs
from accounts.verification.models import UNDER_REVIEW, Kind


class ChangeNumber(FormPage, AccountPage):
    """The owner has a new number: which, and whether the old one still works."""

    template_name = "onboarding/number_new.html"
    form_class = NewNumberForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.account.live_name is None:
            return HttpResponseRedirect(reverse("my_account", args=[self.account.pk]))
        wish = asking.open_one(self.account, Kind.NUMBER_CHANGE)
        if wish is not None and wish.status in UNDER_REVIEW:
            return HttpResponseRedirect(reverse("application_status", args=[wish.pk]))
        return super().get(request, *args, **kwargs)

    def initial(self) -> dict[str, Any]:
        wish = asking.open_one(self.account, Kind.NUMBER_CHANGE)
        return {"number": numbers.shown(wish.number) if wish and wish.number else ""}

    def form_arguments(self) -> dict[str, Any]:
        return {"asks_about_the_old": self.asks_about_the_old}

    @property
    def asks_about_the_old(self) -> bool:
        """Not of one whose proof has fallen already."""
        number = self.account.number
        return number is not None and proofs.is_proven(self.account, number)

    def save(self, form: NewNumberForm) -> str:
        application = moving.begin(
            self.account,
            number=form.cleaned_data["number"],
            still_works=form.cleaned_data.get("still_works") != "no",
            by=self.reader,
        )
        return reverse("prove_number", args=[application.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        old = self.account.number
        return super().get_context_data(
            account=self.account, old=numbers.shown(old) if old else "", **context
        )
