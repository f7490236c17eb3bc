"""The desk of blind reviews: who judges an approval again reads no sign of how it was decided until they answered."""

from http import HTTPStatus
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.audit import journal as audit
from accounts.audit.verbs import ReadOnly, say, status_of
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.verification import quality, quality_case
from accounts.verification.models import QualityCheck


class ByState(admin.SimpleListFilter):
    """Without a choice: what whoever looks may answer."""

    title = _("desk")
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        answered = [("answered", _("answered"))]
        if request.user.has_perm("verification.compare_reviewers"):
            answered.append(("disagreed", _("answered otherwise than it was decided")))
        return answered

    def choices(self, changelist: Any) -> Any:
        first, *others = super().choices(changelist)
        yield {**first, "display": _("open, for you")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[QualityCheck]) -> QuerySet[QualityCheck]:
        if self.value() == "answered":
            return queryset.exclude(checked_at=None)
        if self.value() == "disagreed":
            return queryset.filter(agrees=False)
        return queryset.filter(pk__in=quality.to_do(by=cast(User, request.user)).values("pk"))


class AnswerForm(forms.Form):
    agrees = forms.TypedChoiceField(
        label=_("What would you have done?"),
        choices=[("yes", _("I would have approved it")), ("no", _("I would not have approved it"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Required where you would not have approved it. The owner never reads it."),
    )


class QualityPages(ReadOnly):
    """The list of checks, and the page of one."""

    list_display = ["business_name", "kind", "drawn_at", "checked_by", "agrees"]
    list_filter = [ByState]
    list_per_page = 50
    ordering = ["drawn_at", "id"]
    sortable_by: ClassVar[list[str]] = []

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["verification/quality.css"]}

    @admin.display(description=_("display name"))
    def business_name(self, check: QualityCheck) -> str:
        return check.decision.application.display_name

    @admin.display(description=_("kind"))
    def kind(self, check: QualityCheck) -> str:
        return check.decision.application.get_kind_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[QualityCheck]:
        checks: QuerySet[QualityCheck] = super().get_queryset(request)
        return checks.select_related("decision__application", "decision__seconded_by", "author", "checked_by")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "title": _("Blind reviews")})

    def get_urls(self) -> list[URLPattern]:
        answer = path(
            "<path:object_id>/answer/",
            self.admin_site.admin_view(self.answer_view),
            name="verification_qualitycheck_answer",
        )
        return [answer, *super().get_urls()]

    @method_decorator(require_safe)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._check_page(request, self.find(request, object_id), AnswerForm())

    def answer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not request.user.has_perm("verification.review_application"):
            raise PermissionDenied
        check = self.find(request, object_id)
        here = reverse("admin:verification_qualitycheck_change", args=[check.pk])
        if request.method != "POST":
            return HttpResponseRedirect(here)
        form = AnswerForm(request.POST)
        if not form.is_valid():
            return self._check_page(request, check, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        try:
            quality.answer(check, by=cast(User, request.user), **form.cleaned_data)
        except DomainError as refusal:
            say(refusal, form)
            return self._check_page(request, self.find(request, object_id), form, status_of(refusal))
        messages.success(request, str(_("Your answer is recorded. This is how it was decided.")))
        return HttpResponseRedirect(here)

    def _check_page(
        self, request: HttpRequest, check: QualityCheck, form: forms.Form, status: HTTPStatus = HTTPStatus.OK
    ) -> HttpResponse:
        by = cast(User, request.user)
        audit.log("viewed", by=by, on=check)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": check.decision.application.display_name or check.pk,
            "check": check,
            "blind": quality_case.read(check),
            "form": form,
            "may_answer": quality.may_answer(check, by=by),
            # Nothing of the decision is on a page that is still blind.
            "decision": check.decision if check.checked_at is not None else None,
        }
        return TemplateResponse(request, "admin/verification/quality_case.html", context, status=status)
