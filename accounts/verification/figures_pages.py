"""The page of figures, and the same as CSV."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.audit import journal as audit
from accounts.audit.staffpages import sentences
from accounts.audit.verbs import ReadOnly
from accounts.errors import Invalid
from accounts.verification import figures, figures_csv, figures_page
from accounts.verification.figures_period import USUAL, Period, choices, period_of, today


class PeriodForm(forms.Form):
    period = forms.ChoiceField(label=_("Period"))


class FiguresPages(ReadOnly):
    """Below the list of blind reviews. Whoever may not compare reviewers sees no count of a single one."""

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "figures": self.figures_view,
            "figures/decisions.csv": self.decisions_view,
            "figures/figures.csv": self.aggregates_view,
        }
        names = ("figures", "decisions", "aggregates")
        wrap = self.admin_site.admin_view
        return [
            *(
                path(f"{address}/" if "." not in address else address, wrap(view), name=f"{_PREFIX}_{name}")
                for name, (address, view) in zip(names, pages.items(), strict=True)
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def figures_view(self, request: HttpRequest) -> HttpResponse:
        _require_figures(request)
        status, why = HTTPStatus.OK, ""
        now = today()
        try:
            period = period_of(request.GET.get("period", USUAL), now)
        except Invalid as refusal:
            status, why = HTTPStatus.UNPROCESSABLE_ENTITY, sentences(refusal)
            period = period_of(USUAL, now)
        form = PeriodForm(initial={"period": period.code})
        form.fields["period"].choices = choices(now)  # type: ignore[attr-defined]  # a ChoiceField's
        read = figures.read(period, each_reviewer=_may_compare(request))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Figures"),
            "form": form,
            "why": why,
            "figures": read,
            "page": figures_page.of(read),
        }
        return TemplateResponse(request, "admin/verification/figures.html", context, status=status)

    @method_decorator(require_safe)
    def decisions_view(self, request: HttpRequest) -> HttpResponseBase:
        _require_figures(request)
        return self._csv(
            request,
            "decisions",
            lambda period: figures_csv.decisions(period, with_reviewer=_may_compare(request)),
        )

    @method_decorator(require_safe)
    def aggregates_view(self, request: HttpRequest) -> HttpResponseBase:
        _require_figures(request)
        return self._csv(
            request,
            "figures",
            lambda period: figures_csv.aggregates(figures.read(period, each_reviewer=False)),
        )

    def _csv(self, request: HttpRequest, name: str, made: Any) -> HttpResponseBase:
        """Who took the numbers away, and of which days, stands in the log."""
        try:
            period: Period = period_of(request.GET.get("period", USUAL), today())
        except Invalid:
            return self.figures_view(request)  # which says so
        told = {"what": name, "from": period.first.isoformat(), "to": period.last.isoformat()}
        audit.log("exported", by=request.user, on=None, data=told)
        lines: Iterator[str] = made(period)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        file = f"{name}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.csv"
        response["Content-Disposition"] = f'attachment; filename="{file}"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Cache-Control"] = "private, no-store"
        return response


_PREFIX = "verification_qualitycheck"


def _require_figures(request: HttpRequest) -> None:
    if not request.user.has_perm("verification.view_figures"):
        raise PermissionDenied


def _may_compare(request: HttpRequest) -> bool:
    return request.user.has_perm("verification.compare_reviewers")
