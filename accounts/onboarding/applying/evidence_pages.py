"""Files that somebody has sent: small pictures of them, and taking one back."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.errors import NotFound
from accounts.onboarding.applying.question_page import TO_CHECK
from accounts.onboarding.pages import ActionPage, ApplicationPage
from accounts.verification import evidence as files
from accounts.verification import pdf_pages, viewing
from accounts.verification.models import Evidence

FILE_POLICY = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class EvidencePage(ApplicationPage):
    """About one file of an application: `evidence_id` in the address."""

    file: Evidence

    def find(self, **ids: str) -> None:
        super().find(**ids)
        file = self.application.evidence.filter(pk=ids["evidence_id"]).first()
        if file is None:
            raise NotFound("not_found")
        self.file = file


class EvidencePicture(EvidencePage):
    """A thumbnail, drawn anew: of a PDF its first page. The file itself is for the reviewers."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            picture, content_type = viewing.picture(self.file, 1, viewing.Size.SMALL)
        except (FileNotFoundError, IndexError, pdf_pages.Unreadable) as missing:
            raise Http404 from missing
        except pdf_pages.Busy:
            return HttpResponse(status=503, headers={"Retry-After": "5"})
        headers = {"Content-Security-Policy": FILE_POLICY, "Cross-Origin-Resource-Policy": "same-origin"}
        return HttpResponse(picture, content_type=content_type, headers=headers)


class RemoveEvidence(ActionPage, EvidencePage):
    def find(self, **ids: str) -> None:
        """One that is gone already was taken back by the first tap."""
        try:
            super().find(**ids)
        except NotFound:
            if not hasattr(self, "application"):
                raise

    def act(self) -> str | None:
        if hasattr(self, "file"):
            files.remove(self.file, by=self.reader)
        return _("The file was removed.")

    def next_page(self) -> str:
        question = "place" if self.application.without_papers else "evidence"
        address = reverse("question", args=[self.application.pk, question])
        return f"{address}?then={TO_CHECK}" if self.request.GET.get("then") == TO_CHECK else address
