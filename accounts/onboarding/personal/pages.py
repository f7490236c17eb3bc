"""What is held about the reader: agreeing to it, having it all, having it erased."""

from typing import Any

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.generic import TemplateView

from accounts.clock import now
from accounts.errors import NotAllowed
from accounts.onboarding.pages import AGREED, FormPage, OwnerPage
from accounts.onboarding.personal.forms import ConsentForm, ErasureForm
from accounts.people.recently import signed_in_recently
from accounts.privacy import consents, erasure, handing_out
from accounts.privacy.holdings import STAYS
from accounts.spoken import spoken


class ConsentPage(FormPage):
    """Comes before everything else that an owner does; then it leads to where they were going."""

    template_name = "onboarding/consent.html"
    form_class = ConsentForm
    needs_consent = False

    def initial(self) -> dict[str, Any]:
        return {"version": consents.VERSION}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text = [spoken(part.format(days=settings.EVIDENCE_KEPT.days)) for part in consents.TEXT]
        return super().get_context_data(**kwargs) | {"text": text}

    def save(self, form: ConsentForm) -> str:
        consents.give(
            self.reader, version=form.cleaned_data["version"], language=translation.get_language() or ""
        )
        self.request.session[AGREED] = consents.VERSION
        wanted = self.request.GET.get(REDIRECT_FIELD_NAME, "")
        safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
        return wanted if safe and wanted.startswith("/") else reverse("my")


class MyDataPage(OwnerPage):
    template_name = "onboarding/my_data.html"
    needs_consent = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "agreed": self.reader.consents.order_by("given_at").last(),
            "stays": stays(),
        }


class DownloadPage(OwnerPage):
    """A file to keep. It is made for a POST only: it stands in the log, and no link fetches it by accident."""

    http_method_names = ["post", "options"]
    needs_consent = False

    def post(self, request: HttpRequest) -> HttpResponse:
        answer = JsonResponse(
            handing_out.everything(self.reader), json_dumps_params={"indent": 1, "ensure_ascii": False}
        )
        answer.headers["Content-Disposition"] = f'attachment; filename="registry-{now():%Y-%m-%d}.json"'
        return answer


class ErasePage(FormPage):
    template_name = "onboarding/erase.html"
    form_class = ErasureForm
    needs_consent = False

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "closing": erasure.theirs_alone(self.reader),
            "stays": stays(),
        }

    def save(self, form: ErasureForm) -> str:
        if not signed_in_recently(self.request):  # a phone that was left lying about is not enough
            raise NotAllowed("sign_in_again_first")
        erasure.erase(self.reader, by=self.reader)
        logout(self.request)
        return reverse("erased")


class ErasedPage(TemplateView):
    """Where an erasure ends: for everybody, for nobody is signed in any more."""

    template_name = "onboarding/erased.html"
    http_method_names = ["get", "head", "options"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"stays": stays()}


def stays() -> list[str]:
    return [spoken(why.format(days=erasure.CHANGES_KEPT_DAYS)) for why in STAYS.values()]
