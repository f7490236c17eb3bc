"""The case page, and every decision as a POST to an address of its own."""

import contextlib
from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.audit import journal as audit
from accounts.audit.staffpages import sentences
from accounts.audit.verbs import say, status_of
from accounts.errors import DomainError, Stale
from accounts.people.models import User
from accounts.people.recently import sign_in_again
from accounts.verification import case, claims, news
from accounts.verification import services as verification
from accounts.verification.evidence_pages import EvidencePages
from accounts.verification.forms import ACTIONS, Action, ActionForm
from accounts.verification.live import live
from accounts.verification.models import Application, Decision, Status
from accounts.verification.transitions import TRANSITIONS


class CasePages(EvidencePages):
    """The pages of one application."""

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
        watched = [
            path(f"<path:object_id>/{name}/", wrap(view), name=f"verification_application_{name}")
            for name, view in {"live": self.live_view, "renew": self.renew_view}.items()
        ]
        told = path(
            "acknowledge/<str:decision_id>/",
            wrap(self.acknowledge_view),
            name="verification_application_acknowledge",
        )
        return [told, *actions, *watched, *super().get_urls()]

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The case page. Looking at it changes nothing, and stands in the log."""
        return self._case_page(request, self.find(request, object_id))

    def action_view(self, request: HttpRequest, object_id: str, action: Action) -> HttpResponse:
        if not request.user.has_perm(action.permission):
            raise PermissionDenied
        application = self.find(request, object_id)
        here = reverse("admin:verification_application_change", args=[application.pk])
        if request.method != "POST":
            return HttpResponseRedirect(here)  # somebody came back to the address of a form that was refused
        form = case.fresh_form(action, application, request.POST)
        if not form.is_valid():
            return self._refused(request, application, action, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if action.sign_in_again and (first := sign_in_again(request)):
            return first
        facts = dict(form.cleaned_data)
        by = cast(User, request.user)
        try:
            _require_seen(application, action, facts.pop("revision"), by=by)
            if "claim" in request.POST:  # it was lost in between, and is to be had again
                verification.claim(application, by=by)
            done = action.act(application, by=by, **facts)
        except DomainError as refusal:
            say(refusal, form)
            return self._refused(request, application, action, form, status_of(refusal), sentences(refusal))
        messages.success(request, f"{application.display_name or application.pk}: {action.done}")
        if isinstance(done, Application) and done.status == Status.AWAITING_SECOND:
            messages.info(request, gettext("It now waits for a second reviewer."))
        return _open_next(request, by=by) if "next" in request.POST else HttpResponseRedirect(here)

    @method_decorator(require_safe)
    def live_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Who has the case and where it stands, for the page that is open. Nothing personal of the business."""
        return self._live(request, object_id)

    def renew_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Typing is work: it prolongs one's own lease. Answers as `live_view` does."""
        if not request.user.has_perm("verification.review_application"):
            raise PermissionDenied
        if request.method == "POST":
            with contextlib.suppress(DomainError):  # lost: the answer says who has it
                claims.renew(self.find(request, object_id), by=cast(User, request.user))
        return self._live(request, object_id)

    def _live(self, request: HttpRequest, object_id: str) -> JsonResponse:
        facts = live(self.find(request, object_id), by=cast(User, request.user))
        return JsonResponse(facts.as_json(), headers={"Cache-Control": "no-store"})

    def acknowledge_view(self, request: HttpRequest, decision_id: str) -> HttpResponse:
        """A reviewer has read that somebody else undid their decision."""
        if not request.user.has_perm("verification.review_application"):
            raise PermissionDenied
        back = request.POST.get("back", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
            back = reverse("admin:verification_application_changelist")
        if request.method == "POST":
            try:
                decision = Decision.objects.get(pk=decision_id)
                news.acknowledge(decision, by=cast(User, request.user))
            except (Decision.DoesNotExist, ValidationError) as missing:
                raise Http404 from missing
            except DomainError as refusal:
                messages.error(request, sentences(refusal))
        return HttpResponseRedirect(back)

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
        application = self.find(request, application.pk)
        form.data = {**request.POST.dict(), "revision": str(application.revision)}  # which they see now
        why = why or " ".join(str(error) for errors in form.errors.values() for error in errors)
        seen = request.POST.get("seen", "")
        response = self._case_page(request, application, refused=(action, form), seen=seen, why=why)
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
            "is_nav_sidebar_enabled": False,  # one screen: its width is for the case
            "case": case.read(application, by=by, **shown),
            "may_see_evidence": by.has_perm("verification.view_evidence"),
            "may_review": by.has_perm("verification.review_application"),
            "why": why,
            "statuses": Status,
        }
        return TemplateResponse(request, "admin/verification/case.html", context)


def _open_next(request: HttpRequest, *, by: User) -> HttpResponse:
    """The queue's next case, claimed; the queue itself where there is none for this reviewer."""
    try:
        lease = claims.take_next(by=by)
    except DomainError as refusal:
        messages.warning(request, sentences(refusal))
        return HttpResponseRedirect(reverse("admin:verification_application_changelist"))
    return HttpResponseRedirect(reverse("admin:verification_application_change", args=[lease.application_id]))


def _require_seen(application: Application, action: Action, revision: int, *, by: User) -> None:
    """Raises Stale: the case moved on since the reviewer read it, and came to stand where this was possible again.

    Where it is not possible any more, the service says so, and who was faster.
    """
    if revision == application.revision or action.name in ("claim", "release", "note"):
        return
    transition = TRANSITIONS.get(action.name)
    if transition is not None and application.status not in transition.sources:
        return
    audit.log(
        "refused", by=by, on=application, data={"action": f"verification.{action.name}", "code": "stale"}
    )
    raise Stale("stale")
