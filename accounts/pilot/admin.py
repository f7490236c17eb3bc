"""Cohorts: opened and changed by services, so that the journal says who let whom in; from here the line is invited."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audit.verbs import Verb, Verbs
from accounts.pilot import services as pilot
from accounts.pilot.invitations_admin import DaysForm
from accounts.pilot.inviting import CHUNK, beyond_places
from accounts.pilot.models import Cohort, WaitingEntry


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class CohortForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    country = forms.CharField(
        label=_("Country"), max_length=2, required=False, help_text=_("ISO 3166-1; empty: any.")
    )
    capacity = forms.IntegerField(
        label=_("Capacity"), min_value=0, max_value=2**31 - 1, required=False, help_text=_("Empty: no limit.")
    )
    opens_at = forms.DateTimeField(label=_("Opens at"), widget=_moment())
    closes_at = forms.DateTimeField(label=_("Closes at"), widget=_moment(), required=False)
    invitation_only = forms.BooleanField(label=_("Invitation only"), required=False, initial=True)
    four_eyes = forms.BooleanField(label=_("Always two reviewers"), required=False)

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()


class NextForm(DaysForm):
    count = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=CHUNK,
        help_text=_("Of those who wait in the cohort's country, who has waited longest first."),
    )
    field_order = ["count", "days"]


def _facts(cohort: Cohort) -> dict[str, Any]:
    return {name: getattr(cohort, name) for name in CohortForm.base_fields}


@admin.register(Cohort)
class CohortAdmin(Verbs):
    list_display = [
        "name",
        "country",
        "taken",
        "capacity",
        "left",
        "opens_at",
        "closes_at",
        "invitation_only",
        "four_eyes",
    ]
    search_fields = ["name", "=id"]
    ordering = ["-opens_at", "name"]
    fields = [
        "id",
        "name",
        "country",
        "taken",
        "capacity",
        "left",
        "promised",
        "beyond",
        "waiting",
        "opens_at",
        "closes_at",
        "invitation_only",
        "four_eyes",
    ]
    new = Verb(
        "add",
        _("Open a cohort"),
        _("Businesses of this country can take its places while it is open."),
        _("The cohort is open as written here."),
        "pilot.add_cohort",
        pilot.open_cohort,
        CohortForm,
    )
    verbs = [
        Verb(
            "edit",
            _("Change"),
            _("Whoever has a place keeps it."),
            _("The cohort is changed."),
            "pilot.change_cohort",
            pilot.change_cohort,
            CohortForm,
            initial=_facts,
        ),
        Verb(
            "waiting",
            _("Invite from the waiting list"),
            _("Each gets a link of their own, and is off the list."),
            _("They are invited. Whether that is more than there are places, this page says."),
            "pilot.add_invitation",
            pilot.invite_next,
            NextForm,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cohort]:
        cohorts: QuerySet[Cohort] = super().get_queryset(request)
        return cohorts.annotate(taken_places=Count("places"))

    @admin.display(description=_("places taken"))
    def taken(self, cohort: Cohort) -> int:
        return int(cohort.taken_places)  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=_("places left"))
    def left(self, cohort: Cohort) -> int | None:
        return None if cohort.capacity is None else max(0, cohort.capacity - self.taken(cohort))

    @admin.display(description=_("invited, and yet to come"))
    def promised(self, cohort: Cohort) -> int:
        return cohort.invitations.promised().count()

    @admin.display(description=_("invited beyond its places"))
    def beyond(self, cohort: Cohort) -> int:
        return beyond_places(cohort)

    @admin.display(description=_("waiting"))
    def waiting(self, cohort: Cohort) -> int:
        line = WaitingEntry.objects.waiting()
        return line.filter(country=cohort.country).count() if cohort.country else line.count()
