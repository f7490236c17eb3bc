"""The desk of the status page: what was told, and forms that tell more. Typed, looked at, and only then published."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.audit.verbs import ReadOnly, say, status_of
from accounts.errors import DomainError
from accounts.spoken import spoken
from registry.status import published, services, times, writing
from registry.status.components import BY_KEY
from registry.status.forms import IncidentForm, MaintenanceForm, UpdateForm, Written
from registry.status.incidents import ENDED, Impact
from registry.status.models import Incident
from registry.status.subscribing import services as subscribing

READ_IN = ("id", "en")  # what everything is written in


class ByState(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Going on or planned")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        over = Q(stage__in=[stage.value for stage in ENDED]) | Q(scheduled_until__lte=Now())
        match self.value():
            case "open":
                return queryset.exclude(over, scheduled_until__isnull=False).exclude(
                    stage__in=[stage.value for stage in ENDED]
                )
            case "over":
                return queryset.filter(over)
        return queryset


@admin.register(Incident)
class IncidentAdmin(ReadOnly):
    list_display = ["title", "step", "how_bad", "parts", "began", "over", "automatic"]
    list_display_links = ["title"]
    list_filter = [ByState, "automatic", "started_at"]
    search_fields = ["title_id", "title_en", "=id"]
    ordering = ["-started_at", "-pk"]
    fields = ["id", "step", "how_bad", "parts", "began", "over", "automatic"]
    change_form_template = "admin/status/incident.html"
    change_list_template = "admin/status/incidents.html"

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["audit/list.css", "status/desk.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Incident]:
        rows: QuerySet[Incident] = super().get_queryset(request)
        return rows.annotate(now=Now()).prefetch_related("updates")

    @admin.display(description=_("title"))
    def title(self, row: Incident) -> str:
        return spoken(row.title)

    @admin.display(description=_("step"))
    def step(self, row: Any) -> str:
        return spoken(published.incident(row).stage_at(row.now).label)

    @admin.display(description=_("impact"))
    def how_bad(self, row: Incident) -> str:
        return spoken(Impact(row.impact).label)

    @admin.display(description=_("parts of the service"))
    def parts(self, row: Incident) -> str:
        return ", ".join(spoken(BY_KEY[key].name) for key in row.components)

    @admin.display(description=_("started at"), ordering="started_at")
    def began(self, row: Incident) -> str:
        return spoken(times.full(row.started_at))

    @admin.display(description=_("over at"), ordering="resolved_at")
    def over(self, row: Any) -> str:
        """Of a maintenance that ends by the clock, when that was."""
        by_the_clock = row.scheduled_until is not None and row.scheduled_until <= row.now
        ended = row.resolved_at or (row.scheduled_until if by_the_clock else None)
        return "" if ended is None else spoken(times.full(ended))

    # --- pages ---

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("plan/", view(self.plan_view), name="status_incident_plan"),
            path("<path:object_id>/update/", view(self.update_view), name="status_incident_update"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(services.PUBLISH))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        may = {"may_publish": self.has_add_permission(request)}
        return super().changelist_view(request, {**(extra_context or {}), **may})

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What was told as everybody reads it, and a form for what follows, where something may."""
        shown = dict(extra_context or {})
        row = self.get_object(request, object_id)
        if row is not None and self.has_view_permission(request, row):
            incident = published.incident(row)
            stages = incident.next_stages(clock.now())
            shown |= {"incident": incident, "languages": READ_IN}
            if stages and self.has_add_permission(request):
                first = UpdateForm.as_it_is(incident, stages)
                shown |= {
                    "form": UpdateForm(incident=incident, stages=stages, initial=first),
                    "update_url": self._address("update", row),
                }
        return super().change_view(request, object_id, form_url, shown)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        act = services.open_incident
        return self._write(request, IncidentForm, act, _("Write an incident"), IncidentForm.beginning("inc"))

    def plan_view(self, request: HttpRequest) -> HttpResponse:
        first = MaintenanceForm.beginning("inc")
        return self._write(request, MaintenanceForm, services.plan_maintenance, _("Plan maintenance"), first)

    def update_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = self.find(request, object_id)
        incident = published.incident(row)
        stages = incident.next_stages(clock.now())
        form = partial(UpdateForm, incident=incident, stages=stages)
        act = partial(services.update, row)
        first = UpdateForm.as_it_is(incident, stages)
        return self._write(request, form, act, _("Write an update"), first, row=row, incident=incident)

    def _write(
        self,
        request: HttpRequest,
        form_of: Callable[..., Written],
        act: Callable[..., Incident],
        title: Any,
        first: Any,
        **shown: Any,
    ) -> HttpResponse:
        """GET shows the form; POST fills it in, shows what it would publish, goes back to the text, or publishes."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        shown |= {"title": title, "languages": READ_IN}
        sent = request.POST
        if request.method != "POST":
            return self._page(request, "write", {**shown, "form": form_of(initial=first)})
        if "fill" in sent or "edit" in sent:
            again, left_alone = form_of(sent).typed(sent), False
            if "fill" in sent and (usual := writing.USUAL.get(sent.get("usual", ""))) is not None:
                again, left_alone = writing.filled(again, usual)
            if left_alone:
                messages.warning(request, _("What you had written yourself was left as it is."))
            return self._page(request, "write", {**shown, "form": form_of(initial=again)})
        form, status = form_of(sent), HTTPStatus.UNPROCESSABLE_ENTITY
        if form.is_valid():
            do = partial(act, by=request.user, **form.facts())
            try:
                if "publish" in sent:
                    made = do()
                    messages.success(
                        request, _("It is published. The page shows it after the next round of checks.")
                    )
                    return HttpResponseRedirect(self._address("change", made))
                shown |= {"incident": services.rehearsed(do), "subscribers": subscribing.count()}
                return self._page(request, "preview", {**shown, "form": form})
            except DomainError as refusal:
                say(refusal, form)
                status = status_of(refusal)
        if isinstance(form, UpdateForm) and form.is_stale:
            form.read_again()
            status = HTTPStatus.CONFLICT
        return self._page(request, "write", {**shown, "form": form}, status)

    def _page(
        self,
        request: HttpRequest,
        name: str,
        context: dict[str, Any],
        status: HTTPStatus = HTTPStatus.OK,
    ) -> HttpResponse:
        row = context.get("row")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "media": self.media,
            "back": self._address("change", row) if row else self._address("changelist"),
            **context,
        }
        return TemplateResponse(request, f"admin/status/{name}.html", context, status=status)

    def _address(self, page: str, row: Incident | None = None) -> str:
        return reverse(f"admin:status_incident_{page}", args=[] if row is None else [row.pk])
