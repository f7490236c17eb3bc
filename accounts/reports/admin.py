"""Reports, the cases they gather on, and how many make a case."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.audit.admin import Typed
from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import ReadOnly, Verb, Verbs
from accounts.badges.models import LIVE, Badge, BadgeStatus
from accounts.businesses.desks import ByDesk, CasesByAge
from accounts.reports import services as reports
from accounts.reports import thresholds
from accounts.reports.listed import badge_that_counts
from accounts.reports.models import (
    LONGEST_DAYS,
    MOST_REPORTERS,
    Report,
    ReportCase,
    ReportReason,
    Threshold,
)

SHOWN = 100  # reports on the page of a case; the list has them all
OTHER_CASES = 20


class ByCase(Typed):
    title = _("case")
    parameter_name = "case"


@admin.register(Report)
class ReportAdmin(LoggedViews, ReadOnly):
    """Who reported is nowhere on these pages: only the client app knows."""

    list_display = ["received_at", "account", "reason", "client", "case"]
    list_select_related = ["account", "client", "case"]
    list_filter = ["reason", "client", ByCase]
    search_fields = ["=account__id", "=number", "=id"]
    ordering = ["-received_at"]
    fields = ["id", "account", "number", "reason", "text", "client", "day", "received_at", "case"]


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the staff. Neither the owner nor the reporters read it."),
    )


@admin.register(ReportCase)
class ReportCaseAdmin(LoggedViews, CasesByAge, Verbs):
    list_display = ["id", "account", "age", "reporters", "reasons", "opened_at", "outcome"]
    list_select_related = ["account"]
    list_filter = [ByDesk, "outcome"]
    search_fields = ["=id", "=account__id", "=account__number", "account__live_name"]
    fields = ["id", "account", "opened_at", "closed_at", "closed_by", "outcome", "note"]
    change_form_template = "admin/reports/reportcase/case.html"
    verbs = [
        Verb(
            "act",
            _("Mark as acted on"),
            _(
                "Suspend or revoke the badge first where that is due: this only closes the case. Who reported learns"
                " that something was done, not what. Later reports count anew."
            ),
            _("The case is closed as acted on."),
            "reports.settle_reportcase",
            reports.act,
            NoteForm,
            possible=lambda case: case.closed_at is None,
        ),
        Verb(
            "dismiss",
            _("Dismiss"),
            _("Nothing is to be done. Later reports count anew."),
            _("The case is dismissed."),
            "reports.settle_reportcase",
            reports.dismiss,
            NoteForm,
            possible=lambda case: case.closed_at is None,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReportCase]:
        of_the_case = Report.objects.filter(case=OuterRef("pk")).order_by()
        by_reason = of_the_case.values("reason").annotate(n=Count("pk")).order_by("-n", "reason")
        cases: QuerySet[ReportCase] = super().get_queryset(request)
        return cases.annotate(
            reporters_counted=Subquery(
                of_the_case.values("case").annotate(n=Count("reporter", distinct=True)).values("n")
            ),
            reasons_counted=ArraySubquery(by_reason.values(said=JSONObject(reason="reason", n="n"))),
        )

    @admin.display(description=_("reporters"))
    def reporters(self, case: Any) -> int:
        return case.reporters_counted or 0

    @admin.display(description=_("reasons"))
    def reasons(self, case: Any) -> str:
        return ", ".join(
            f"{ReportReason(said['reason']).label} ({said['n']})" for said in case.reasons_counted
        )

    def shown_with(self, row: Any, request: HttpRequest) -> dict[str, Any]:
        return _page_of(row, request)


def _page_of(case: Any, request: HttpRequest) -> dict[str, Any]:
    badge = badge_that_counts(case.account)
    return {
        "case": case,
        "badge": badge,
        "badge_verbs": _badge_verbs(badge, request) if badge else [],
        "reasons": [(ReportReason(said["reason"]).label, said["n"]) for said in case.reasons_counted],
        "reporters": case.reporters_counted or 0,
        "reports": case.reports.select_related("client").order_by("-received_at", "-pk")[:SHOWN],
        "how_many": sum(said["n"] for said in case.reasons_counted),
        "others": case.account.report_cases.exclude(pk=case.pk).order_by("-opened_at")[:OTHER_CASES],
    }


def _badge_verbs(badge: Badge, request: HttpRequest) -> list[tuple[Any, str]]:
    """Where the badge is suspended or revoked, for whoever may."""
    verbs = [
        ("suspend", _("Suspend"), badge.status == BadgeStatus.ACTIVE),
        ("revoke", _("Revoke"), badge.status in LIVE),
    ]
    return [
        (label, reverse(f"admin:badges_badge_{verb}", args=[badge.pk]))
        for verb, label, possible in verbs
        if possible and request.user.has_perm(f"badges.{verb}_badge")
    ]


class ThresholdForm(forms.Form):
    reporters = forms.IntegerField(
        label=_("Reporters"),
        min_value=1,
        max_value=MOST_REPORTERS,
        help_text=_("So many different people, over all client apps, make a case."),
    )
    within_days = forms.IntegerField(
        label=_("Within"),
        min_value=1,
        max_value=LONGEST_DAYS,
        help_text=_("Days. What was reported earlier does not count."),
    )


@admin.register(Threshold)
class ThresholdAdmin(Verbs):
    list_display = ["__str__", "reporters", "within_days"]
    fields = ["reporters", "within_days"]
    verbs = [
        Verb(
            "edit",
            _("Change the threshold"),
            _("It counts at once, also for what was reported before. Open cases stay open."),
            _("The threshold is changed."),
            "reports.change_threshold",
            thresholds.change,
            ThresholdForm,
            initial=lambda row: {"reporters": row.reporters, "within_days": row.within_days},
        )
    ]
