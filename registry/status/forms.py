"""What staff fill in to tell of an incident or a maintenance, and to follow what was told.

Choices are callables, so that they speak the reader's language.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.ids import SUFFIX_PATTERN, new_id
from accounts.spoken import spoken
from registry.status import incidents as told
from registry.status import writing
from registry.status.components import COMPONENTS
from registry.status.incidents import Impact, Stage
from registry.status.models import BODY_LIMIT, TITLE_LIMIT
from registry.status.services import FIRST, IMPACTS

Choices = list[tuple[str, str]]


def _impacts() -> Choices:
    return [(impact.value, spoken(impact.label)) for impact in IMPACTS]


def _components() -> Choices:
    return [(component.key, spoken(component.name)) for component in COMPONENTS]


def _stages(stages: Sequence[Stage]) -> Choices:
    return [(stage.value, spoken(stage.label)) for stage in stages]


class _Paragraphs(forms.CharField):
    """As many characters as its reader counts: a browser sends each end of a line as two."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, max_length=BODY_LIMIT, widget=forms.Textarea(attrs={"rows": 6}))

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


def _title(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=TITLE_LIMIT)


def _moment(label: Any, help_text: Any = "", *, required: bool = False) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, help_text=help_text, required=required, widget=widget)


def _parts() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Parts of the service"), choices=_components, widget=forms.CheckboxSelectMultiple
    )


def _impact() -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Impact"), choices=_impacts)


def _id(prefix: str) -> forms.RegexField:
    return forms.RegexField(f"^{prefix}_{SUFFIX_PATTERN}$", widget=forms.HiddenInput)


class Written(forms.Form):
    """Of all that is published: `usual` fills it in, `as_id` makes publishing it twice the same as once."""

    place: writing.Place
    stages: Sequence[Stage]
    usual = forms.ChoiceField(label=_("Start from a usual text"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ready = writing.offered(self.place, self.stages)
        choice = self.fields["usual"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "–"), *((key, spoken(usual.name)) for key, usual in ready.items())]

    @staticmethod
    def beginning(prefix: str) -> dict[str, Any]:
        return {"as_id": new_id(prefix), "impact": Impact.MINOR.value}

    def facts(self) -> dict[str, Any]:
        """What a service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "usual"}

    def typed(self, data: Any) -> dict[str, Any]:
        """What was sent, checked or not, to be shown again."""
        return {
            name: data.getlist(name) if isinstance(field, forms.MultipleChoiceField) else data.get(name, "")
            for name, field in self.fields.items()
        }


class IncidentForm(Written):
    place, stages = writing.Place.INCIDENT, FIRST
    as_id = _id("inc")
    title_id = _title(_("Title in Indonesian"))
    title_en = _title(_("Title in English"))
    components = _parts()
    impact = _impact()
    stage = forms.ChoiceField(label=_("Step"), choices=lambda: _stages(FIRST))
    started_at = _moment(_("Began at (WIB)"), _("Empty: now."))
    resolved_at = _moment(_("Over at (WIB)"), _("Only of what is resolved already. Empty: now."))
    body_id = _Paragraphs(_("Text in Indonesian"))
    body_en = _Paragraphs(_("Text in English"))


class MaintenanceForm(Written):
    place, stages = writing.Place.MAINTENANCE, (Stage.SCHEDULED,)
    as_id = _id("inc")
    title_id = _title(_("Title in Indonesian"))
    title_en = _title(_("Title in English"))
    components = _parts()
    scheduled_for = _moment(
        _("Begins at (WIB)"),
        _("It begins and ends by itself, unless an update says so before."),
        required=True,
    )
    scheduled_until = _moment(_("Ends at (WIB)"), required=True)
    body_id = _Paragraphs(_("Text in Indonesian"))
    body_en = _Paragraphs(_("Text in English"))


class UpdateForm(Written):
    """Of the next update to `incident`: only steps that may follow are offered. `seen` is the newest that was read."""

    place = writing.Place.UPDATE
    as_id = _id("upd")
    seen = _id("upd")
    stage = forms.ChoiceField(label=_("Step"))
    components = _parts()
    impact = _impact()
    resolved_at = _moment(_("Over at (WIB)"), _("Only of what is resolved now. Empty: now."))
    scheduled_until = _moment(_("Ends at (WIB)"), _("Where it takes longer or shorter than planned."))
    body_id = _Paragraphs(_("Text in Indonesian"))
    body_en = _Paragraphs(_("Text in English"))

    def __init__(self, *args: Any, incident: told.Incident, stages: Sequence[Stage], **kwargs: Any) -> None:
        self.stages, self.newest = stages, incident.updates[-1].id
        super().__init__(*args, **kwargs)
        steps = self.fields["stage"]
        assert isinstance(steps, forms.ChoiceField)
        steps.choices = _stages(stages)
        needless = {"impact", "resolved_at"} if incident.is_maintenance else {"scheduled_until"}
        if Stage.RESOLVED not in stages:
            needless.add("resolved_at")
        for name in needless:
            del self.fields[name]

    @staticmethod
    def as_it_is(incident: told.Incident, stages: Sequence[Stage]) -> Mapping[str, Any]:
        """What the form starts with: the step that was told last, where it may be told again."""
        said = incident.updates[-1]
        step = said.stage if said.stage in stages else (stages[0] if stages else "")
        return {
            **UpdateForm.beginning("upd"),
            "seen": said.id,
            "stage": step,
            "components": incident.components,
            "impact": incident.impact if incident.impact != Impact.MAINTENANCE else "",
            "scheduled_until": incident.scheduled_until,
        }

    @property
    def is_stale(self) -> bool:
        return self.is_bound and self.data.get("seen") != self.newest

    def read_again(self) -> None:
        """The page that shows this form again shows what came meanwhile too."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data["seen"], data["as_id"] = self.newest, new_id("upd")
        self.data = data
