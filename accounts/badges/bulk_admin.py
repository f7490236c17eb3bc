"""Suspending for an incident: an action on the list of badges, a page that asks, and the progress of the job."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.audit.verbs import Verb, Verbs, say, status_of
from accounts.badges import bulk as bulk_suspensions
from accounts.badges.models import Badge, BulkItem, BulkSuspension, ItemState
from accounts.badges.reason_form import ReasonForm
from accounts.badges.reasons import REASONS
from accounts.errors import DomainError, NotAllowed
from accounts.people.models import User
from accounts.people.recently import sign_in_again
from accounts.sentences import SENTENCES
from accounts.spoken import spoken

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker only

ACTION = "suspend_for_an_incident"
REFUSED_SHOWN = 200  # badges on the page of a bulk suspension


class IncidentForm(ReasonForm):
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the staff: which incident this is."),
    )
    count = forms.IntegerField(widget=forms.HiddenInput)


class SuspendsInBulk(ModelAdmin):
    """The list of badges, with the action. Its rows are what was ticked, or all that the list's filters leave."""

    actions = [ACTION]

    def has_bulk_suspend_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("badges.add_bulksuspension"))

    @admin.action(description=_("Suspend for an incident"), permissions=["bulk_suspend"])
    def suspend_for_an_incident(self, request: HttpRequest, badges: QuerySet[Badge]) -> HttpResponse:
        """Asks first. The answer is posted to the same address, so that filters and ticks choose the same again."""
        active = bulk_suspensions.suspendable(badges).count()
        form, status = IncidentForm(initial={"count": active}), HTTPStatus.OK
        if "confirmed" in request.POST:
            typed = request.POST.copy()
            typed["count"] = str(active)
            form, status = IncidentForm(typed), HTTPStatus.UNPROCESSABLE_ENTITY
            if form.is_valid():
                if (first := sign_in_again(request)) is not None:
                    return first
                try:
                    if request.POST.get("count") != typed["count"]:  # who confirmed had read another number
                        raise NotAllowed("selection_changed", count=active)
                    started = bulk_suspensions.start(
                        badges,
                        reason=form.cleaned_data["reason"],
                        note=form.cleaned_data["note"],
                        by=cast(User, request.user),
                    )
                except DomainError as refusal:
                    say(refusal, form)
                    status = status_of(refusal)
                else:
                    messages.success(request, _("The badges are being suspended."))
                    page = reverse("admin:badges_bulksuspension_change", args=[started.pk])
                    return HttpResponseRedirect(page)
        across = request.POST.get("select_across") == "1"
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Suspend for an incident"),
            "form": form,
            "active": active,
            "others": badges.count() - active,
            "across": across,
            "ticked": ticked[:1] if across else ticked,
            "checkbox": ACTION_CHECKBOX_NAME,
            "action": ACTION,
        }
        return TemplateResponse(request, "admin/badges/suspend_many.html", context, status=status)


@admin.register(BulkSuspension)
class BulkSuspensionAdmin(Verbs):
    list_display = ["id", "why", "started_by", "created_at", "total", "done", "failed", "state"]
    list_select_related = ["started_by"]
    ordering = ["-created_at"]
    fields = ["id", "why", "note", "started_by", "created_at", "finished_at", "stopped_at", "state"]
    change_form_template = "admin/badges/bulksuspension/progress.html"
    verbs = [
        Verb(
            "stop",
            _("Stop"),
            _("What is suspended by now stays suspended; the other badges are left alone."),
            _("It is stopped."),
            "badges.add_bulksuspension",
            bulk_suspensions.stop,
            possible=lambda bulk: bulk.is_running,
        )
    ]

    class Media:
        js: ClassVar[list[str]] = ["badges/progress.js"]

    @admin.display(description=_("reason"))
    def why(self, bulk: BulkSuspension) -> str:
        return spoken(REASONS[bulk.reason])

    @admin.display(description=_("state"))
    def state(self, bulk: BulkSuspension) -> Any:
        if bulk.is_running:
            return _("running")
        return _("stopped") if bulk.stopped_at else _("finished")

    def shown_with(self, row: Any, request: HttpRequest) -> dict[str, Any]:
        return _progress(row)


def _progress(bulk: BulkSuspension) -> dict[str, Any]:
    refused = BulkItem.objects.filter(bulk=bulk, state=ItemState.REFUSED)
    by_code = refused.values_list("refusal").annotate(n=Count("pk")).order_by("-n", "refusal")
    through = bulk.done + bulk.failed
    return {
        "bulk": bulk,
        "through": through,
        "percent": through * 100 // bulk.total if bulk.total else 100,
        "causes": [(_sentence(code), count) for code, count in by_code],
        "refused": refused.order_by("pk").values_list("badge", flat=True)[:REFUSED_SHOWN],
    }


def _sentence(code: str) -> str:
    """The refusal in words; where its sentence has gaps, those of one badge would not fit the others."""
    text = SENTENCES.get(code)
    if code == "badge_wrong_status" or text is None:
        return str(_("The badge is not active any more.")) if text else code
    return spoken(text)
