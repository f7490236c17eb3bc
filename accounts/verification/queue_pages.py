"""The queue: which cases wait for whom, the next one, and the views of it that somebody keeps."""

from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.audit.staffpages import sentences
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.verification import claims, filters, queue_rows, saved_filters
from accounts.verification.bulk import BulkActions
from accounts.verification.models import Application
from accounts.verification.search import search

LISTED = 10_000  # cases that can be paged through; who looks for one among more narrows the list down


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # of applications; Django's own is not generic at run time
    """Counts no further than `LISTED`, so that a list costs the same however many rows there are."""

    @cached_property
    def count(self) -> int:
        rows = cast(QuerySet[Application], self.object_list)
        return int(rows.order_by().values("pk")[:LISTED].count())

    def validate_number(self, number: Any) -> int:
        """A page that is not there is the nearest one."""
        return min(max(int(number), 1), self.num_pages)


class QueuePages(BulkActions):
    """The change list of applications, as the reviewers' desks."""

    change_list_template = "admin/verification/queue.html"
    list_display = ["__str__"]  # the template writes the columns
    list_filter = [
        filters.ByDesk,
        "status",
        "kind",
        filters.ByFourEyes,
        "cohort",
        "category",
        filters.ByTag,
    ]
    list_per_page = 50
    list_max_show_all = 0
    paginator = BoundedPaginator
    search_fields = ["display_name"]  # `search` decides
    search_help_text = _("Words of the name or the legal name, a number, or an id (app_…, acc_…, biz_…)")

    def get_urls(self) -> list[URLPattern]:
        views = {"next": self.next_view, "keep": self.keep_view, "forget": self.forget_view}
        return [
            *(
                path(f"{name}/", self.admin_site.admin_view(view), name=f"verification_application_{name}")
                for name, view in views.items()
            ),
            *super().get_urls(),
        ]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return filters.chosen_desk(request).order

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        applications: QuerySet[Application] = super().get_queryset(request)
        return applications.select_related("account__business", "cohort", "offered_to", "claim__reviewer")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Application], search_term: str
    ) -> tuple[QuerySet[Application], bool]:
        return (search(queryset, search_term) if search_term else queryset), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """An address with something that the queue does not know leads to the one without it."""
        here = reverse("admin:verification_application_changelist")
        query = saved_filters.known((name, str(request.GET[name])) for name in request.GET)
        if set(request.GET) - {*saved_filters.PARAMETERS, PAGE_VAR}:
            if ERROR_FLAG in request.GET:
                messages.warning(
                    request, gettext("Nothing can be searched for in this way; this is the queue.")
                )
            return HttpResponseRedirect(f"{here}?{query}" if query else here)
        by = cast(User, request.user)
        context = {
            **(extra_context or {}),
            "title": _("Queue"),
            "subtitle": filters.chosen_desk(request).label,
            "saved": saved_filters.of(by) if request.method == "GET" else (),
            "query": query,
            "may_take": by.has_perm("verification.review_application"),
            "listed": LISTED,
        }
        response = super().changelist_view(request, context)
        shown = (response.context_data or {}).get("cl") if isinstance(response, TemplateResponse) else None
        if isinstance(response, TemplateResponse) and response.context_data is not None and shown is not None:
            number = shown.paginator.validate_number(shown.page_num)
            response.context_data |= {
                "rows": queue_rows.rows(list(shown.result_list), by=by),
                "page_number": number,
                "pages": shown.paginator.get_elided_page_range(number, on_each_side=2, on_ends=1),
            }
        return response

    def next_view(self, request: HttpRequest) -> HttpResponse:
        """A POST leads to the case that is now the reviewer's."""
        by = cast(User, request.user)
        if not by.has_perm("verification.review_application"):
            raise PermissionDenied
        queue = reverse("admin:verification_application_changelist")
        if request.method != "POST":
            return HttpResponseRedirect(queue)
        try:
            taken = claims.take_next(by=by)
        except DomainError as refusal:
            messages.warning(request, sentences(refusal))
            mine = urlencode({"desk": "mine"})
            return HttpResponseRedirect(f"{queue}?{mine}" if refusal.code == "claims_used_up" else queue)
        return HttpResponseRedirect(
            reverse("admin:verification_application_change", args=[taken.application_id])
        )

    def keep_view(self, request: HttpRequest) -> HttpResponse:
        """Save the present view of the queue under a name."""
        typed = request.POST.get("query", "")
        return self._with_filters(
            request,
            lambda by: f"?{saved_filters.save(request.POST.get('name', ''), typed, by=by).query}",
            gettext("The view is saved."),
        )

    def forget_view(self, request: HttpRequest) -> HttpResponse:
        return self._with_filters(
            request,
            lambda by: saved_filters.delete(request.POST.get("key", ""), by=by),
            gettext("The saved view is deleted."),
        )

    def _with_filters(self, request: HttpRequest, act: Any, done: str) -> HttpResponse:
        by = cast(User, request.user)
        if not by.has_perm("verification.view_application"):
            raise PermissionDenied
        queue, query = reverse("admin:verification_application_changelist"), ""
        if request.method == "POST":
            try:
                query = act(by) or ""
                messages.success(request, done)
            except DomainError as refusal:
                messages.error(request, sentences(refusal))
        return HttpResponseRedirect(f"{queue}{query}")
