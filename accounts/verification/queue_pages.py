"""The queue: which cases wait for whom, and what may be done with several at once."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit.verbs import ReadOnly
from accounts.businesses.lists import PROTECTED_CATEGORIES
from accounts.verification import queue
from accounts.verification.models import Application


class QueuePages(ReadOnly):
    """The change list of applications, as the reviewers' desk."""

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
