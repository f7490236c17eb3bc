"""Files of evidence in the admin: a viewer without scripts, made for a frame, and the file as a download.

Pictures come as pictures and a PDF as drawn pages: a browser is given nothing of an upload to run or to guess at.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit import journal as audit
from accounts.audit.verbs import ReadOnly, say, status_of
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.verification import evidence as files
from accounts.verification import pdf_pages, photos, readings, viewing
from accounts.verification.models import Application, Evidence, Photo
from accounts.verification.reading_forms import ReadingForm
from accounts.verification.viewing import Size

VIEWER_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-same-origin"
)
FILE_POLICY = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class EvidencePages(ReadOnly):
    """The addresses below `…/evidence/`, and the one that takes in what a source says."""

    def get_urls(self) -> list[URLPattern]:
        file = "<path:object_id>/evidence/<str:evidence_id>/"
        addresses: list[tuple[str, Callable[..., HttpResponse], str]] = [
            (file, self.evidence_view, "evidence"),
            (f"{file}view/", self.viewer_view, "viewer"),
            (f"{file}page/<int:number>/", self.page_view, "page"),
            ("<path:object_id>/photo/", self.photo_view, "photo"),
            ("<path:object_id>/reading/", self.reading_view, "reading"),
        ]
        wrap = self.admin_site.admin_view
        return [
            *(
                path(route, wrap(view), name=f"verification_application_{name}")
                for route, view, name in addresses
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def evidence_view(self, request: HttpRequest, object_id: str, evidence_id: str) -> HttpResponse:
        """The file as it is kept, to be saved."""
        evidence = self._evidence(request, object_id, evidence_id)
        try:
            content = files.open_file(evidence)
        except FileNotFoundError as missing:
            raise Http404 from missing
        audit.log("viewed", by=request.user, on=evidence)
        response = FileResponse(
            content, content_type=evidence.content_type, as_attachment=True, filename=evidence.name
        )
        return _guarded(cast(HttpResponse, response), FILE_POLICY)

    @method_decorator(require_safe)
    def viewer_view(self, request: HttpRequest, object_id: str, evidence_id: str) -> HttpResponse:
        """Some pages of a file, or one of them large. Opening it is logged; turning its pages is not."""
        evidence = self._evidence(request, object_id, evidence_id)
        by, mark = cast(User, request.user), request.GET.get("opened", "")
        if not viewing.is_marked(evidence, mark, by=by):
            audit.log("viewed", by=by, on=evidence)
            mark = viewing.mark(evidence, by=by)
        large = _number(request, "large")
        shown = viewing.shown(evidence, first=_number(request, "from") or 1, only=large)
        context = {"evidence": evidence, "shown": shown, "large": large, "opened": mark}
        response = TemplateResponse(request, "admin/verification/viewer.html", context)
        if shown.wrong == "gone":
            response.status_code = HTTPStatus.NOT_FOUND
        response["X-Frame-Options"] = "SAMEORIGIN"
        return _guarded(response, VIEWER_POLICY)

    @method_decorator(require_safe)
    def page_view(self, request: HttpRequest, object_id: str, evidence_id: str, number: int) -> HttpResponse:
        """One picture within the viewer, or a thumbnail of the case page."""
        evidence = self._evidence(request, object_id, evidence_id)
        sent = request.GET.get("size", "")
        size = Size(sent) if sent in list(Size) else Size.WHOLE
        mark, small = request.GET.get("opened", ""), size == Size.SMALL
        if not viewing.is_marked(evidence, mark, by=cast(User, request.user), small=small):
            viewer = reverse("admin:verification_application_viewer", args=[object_id, evidence_id])
            return HttpResponseRedirect(viewer)  # by way of the log
        try:
            picture, content_type = viewing.picture(evidence, number, size)
        except (FileNotFoundError, IndexError) as missing:
            raise Http404 from missing
        except pdf_pages.Unreadable:
            return _sentence(_("This page can't be drawn."), HTTPStatus.UNPROCESSABLE_ENTITY)
        except pdf_pages.Busy:
            return _sentence(_("Other pages are being drawn; try again."), HTTPStatus.SERVICE_UNAVAILABLE)
        return _guarded(HttpResponse(picture, content_type=content_type), FILE_POLICY)

    @method_decorator(require_safe)
    def photo_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The photo applied for, where it was uploaded here. Nobody else may see it yet."""
        application: Application = self.find(request, object_id)
        known = photos.id_in(application.photo)
        photo = Photo.objects.filter(pk=known, account=application.account_id).first() if known else None
        try:
            content = photos.content_of(photo) if photo else None
        except FileNotFoundError:
            content = None
        if content is None:
            raise Http404
        return _guarded(HttpResponse(content, content_type=photos.CONTENT_TYPE), FILE_POLICY)

    def reading_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Note what a source says about one field."""
        if not request.user.has_perm("verification.review_application"):
            raise PermissionDenied
        application = self.find(request, object_id)
        here = reverse("admin:verification_application_change", args=[application.pk])
        if request.method != "POST":
            return HttpResponseRedirect(here)
        form = ReadingForm(application.evidence.all(), request.POST)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            try:
                readings.record(application, **form.cleaned_data, by=cast(User, request.user))
            except DomainError as refusal:
                say(refusal, form)
                status = status_of(refusal)
            else:
                messages.success(request, _("Noted."))
                return HttpResponseRedirect(f"{here}#field-{form.cleaned_data['field']}")
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
        response = self._case_page(request, self.find(request, object_id), reading=form, why=why)
        response.status_code = status
        return response

    def _evidence(self, request: HttpRequest, object_id: str, evidence_id: str) -> Evidence:
        """Raises PermissionDenied; Http404 for what is not this application's."""
        if not request.user.has_perm("verification.view_evidence"):
            raise PermissionDenied
        application: Application = self.find(request, object_id)
        try:
            return application.evidence.get(pk=Evidence._meta.pk.to_python(evidence_id))
        except (Evidence.DoesNotExist, ValidationError) as missing:
            raise Http404 from missing

    def _case_page(self, request: HttpRequest, application: Application, **shown: Any) -> HttpResponse:
        raise NotImplementedError


def _number(request: HttpRequest, name: str) -> int | None:
    sent = request.GET.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 6 else None


def _sentence(text: str, status: HTTPStatus) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "5"
    return _guarded(response, FILE_POLICY)


def _guarded(response: HttpResponse, policy: str) -> HttpResponse:
    response["Content-Security-Policy"] = policy
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response
