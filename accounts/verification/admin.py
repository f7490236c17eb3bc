"""The reviewers' desk: the queue, the case page, and every decision as a POST to an address of its own."""

from http import HTTPStatus
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.audit import journal as audit
from accounts.audit.staffpages import sentences
from accounts.audit.verbs import ReadOnly, say, status_of
from accounts.businesses.lists import PROTECTED_CATEGORIES
from accounts.errors import DomainError, Stale
from accounts.people.models import User
from accounts.verification import case, queue
from accounts.verification import evidence as files
from accounts.verification.forms import ACTIONS, Action, ActionForm
from accounts.verification.models import Application, Evidence, Status
from accounts.verification.transitions import TRANSITIONS

admin.site.site_header = admin.site.site_title = _("Verified-business registry")
admin.site.index_title = _("Desk of the staff")


@admin.register(Application)
class ApplicationAdmin(ReadOnly):
    list_display = [
        "name",
        "watch",
        "holder",
        "status",
        "kind",
        "submitted_at",
        "number",
        "category",
        "cohort",
    ]
    list_display_links = ["name"]
    list_filter = [queue.ByDesk, "status", "kind", queue.ByFourEyes, "cohort", "category"]
    list_per_page = 50
    search_fields = ["display_name"]  # `queue.search` decides
    search_help_text = _("Name, legal name, number, or an id (app_…, acc_…, biz_…)")
    ordering = ["submitted_at", "id"]
    sortable_by = ["submitted_at", "name"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": _("Queue")})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        applications: QuerySet[Application] = super().get_queryset(request)
        together = applications.select_related("account__business", "cohort", "offered_to", "claim__reviewer")
        return together.annotate(as_of=Now())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Application], search_term: str
    ) -> tuple[QuerySet[Application], bool]:
        return (queue.search(queryset, search_term) if search_term else queryset), False

    @admin.display(description=_("display name"), ordering="display_name")
    def name(self, application: Application) -> str:
        return application.display_name or application.pk

    @admin.display(description=_("look out"))
    def watch(self, application: Application) -> str:
        """What calls for four eyes, or for a second look."""
        reasons = []
        if application.protected_look_alike:
            reasons.append(gettext("protected look-alike"))
        elif "name_look_alike" in application.findings:
            reasons.append(gettext("look-alike"))
        if application.category in PROTECTED_CATEGORIES:
            reasons.append(gettext("protected category"))
        if application.second_wished or (application.cohort is not None and application.cohort.four_eyes):
            reasons.append(gettext("second reviewer"))
        if application.contested:
            reasons.append(gettext("contested"))
        return ", ".join(reasons)

    @admin.display(description=_("claimed by, until"))
    def holder(self, application: Application) -> SafeString | str:
        claim = getattr(application, "claim", None)
        if claim is None or claim.until <= application.as_of:  # type: ignore[attr-defined]  # annotated above
            return ""
        return format_html("{}, {}", claim.reviewer, localize(localtime(claim.until).time()))

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        actions = [
            path(
                f"<path:object_id>/{name}/",
                wrap(self.action_view),
                {"action": action},
                name=f"verification_application_{name}",
            )
            for name, action in ACTIONS.items()
        ]
        file = path(
            "<path:object_id>/evidence/<str:evidence_id>/",
            wrap(self.evidence_view),
            name="verification_application_evidence",
        )
        return [*actions, file, *super().get_urls()]

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The case page. Looking at it changes nothing, and stands in the log."""
        return self._case_page(request, self._find(request, object_id))

    def action_view(self, request: HttpRequest, object_id: str, action: Action) -> HttpResponse:
        if not request.user.has_perm(action.permission):
            raise PermissionDenied
        application = self._find(request, object_id)
        here = reverse("admin:verification_application_change", args=[application.pk])
        if request.method != "POST":
            return HttpResponseRedirect(here)  # somebody came back to the address of a form that was refused
        form = case.fresh_form(action, application, request.POST)
        if not form.is_valid():
            return self._refused(request, application, action, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        facts = dict(form.cleaned_data)
        try:
            _require_seen(application, action, facts.pop("revision"), by=cast(User, request.user))
            action.act(application, by=request.user, **facts)
        except DomainError as refusal:
            say(refusal, form)
            return self._refused(request, application, action, form, status_of(refusal), sentences(refusal))
        messages.success(request, str(action.done))
        return HttpResponseRedirect(here)

    def evidence_view(self, request: HttpRequest, object_id: str, evidence_id: str) -> HttpResponse:
        """One file, as it was uploaded. The browser may neither guess what it is nor run anything in it."""
        if not request.user.has_perm("verification.view_evidence"):
            raise PermissionDenied
        application = self._find(request, object_id)
        try:
            evidence = application.evidence.get(pk=Evidence._meta.pk.to_python(evidence_id))
            content = files.open_file(evidence)
        except (Evidence.DoesNotExist, FileNotFoundError) as missing:
            raise Http404 from missing
        audit.log("viewed", by=request.user, on=evidence)
        # A sandboxed page can't show a PDF in every browser: it is handed over as a file.
        as_file = not evidence.content_type.startswith("image/")
        response = FileResponse(
            content, content_type=evidence.content_type, as_attachment=as_file, filename=evidence.name
        )
        response["Content-Security-Policy"] = (
            "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
        )
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return cast(HttpResponse, response)

    def _find(self, request: HttpRequest, object_id: str) -> Application:
        application = self.get_object(request, object_id)
        if not self.has_view_permission(request, application):
            raise PermissionDenied
        if application is None:
            raise Http404
        return cast(Application, application)

    def _refused(
        self,
        request: HttpRequest,
        application: Application,
        action: Action,
        form: ActionForm,
        status: HTTPStatus,
        why: str = "",
    ) -> HttpResponse:
        """The case as it is now, with what was typed and one message why it was not done."""
        application = self._find(request, application.pk)
        form.data = {**request.POST.dict(), "revision": str(application.revision)}  # which they see now
        why = why or " ".join(str(error) for errors in form.errors.values() for error in errors)
        response = self._case_page(request, application, refused=(action, form), why=why)
        response.status_code = status
        return response

    def _case_page(self, request: HttpRequest, application: Application, **shown: Any) -> HttpResponse:
        by = cast(User, request.user)
        audit.log("viewed", by=by, on=application)
        why = shown.pop("why", "")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": application.display_name or application.pk,
            "case": case.read(application, by=by, **shown),
            "may_see_evidence": by.has_perm("verification.view_evidence"),
            "why": why,
            "statuses": Status,
        }
        return TemplateResponse(request, "admin/verification/case.html", context)


def _require_seen(application: Application, action: Action, revision: int, *, by: User) -> None:
    """Raises Stale: the case moved on since the reviewer read it, and came to stand where this was possible again.

    Where it is not possible any more, the service says so, and who was faster.
    """
    if revision == application.revision or action.name in ("claim", "release"):
        return
    transition = TRANSITIONS.get(action.name)
    if transition is not None and application.status not in transition.sources:
        return
    audit.log(
        "refused", by=by, on=application, data={"action": f"verification.{action.name}", "code": "stale"}
    )
    raise Stale("stale")
