"""The desk of suggestions: what is new first, and the words that the sender and the public read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import Verb, Verbs
from accounts.businesses.desks import ByDesk
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import (
    ANSWER_LIMIT,
    PUBLIC,
    TITLE_LIMIT,
    Suggestion,
    SuggestionStatus,
)

SHOWN_OF_A_TEXT = 80  # characters


def _line(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=TITLE_LIMIT)


def _answer(label: Any, help_text: Any = "", required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=ANSWER_LIMIT,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class SeenForm(forms.Form):
    revision = forms.IntegerField(widget=forms.HiddenInput)


class WhyForm(SeenForm):
    answer_id = _answer(
        _("Why not, in Indonesian"), _("The sender reads it, and nobody else."), required=True
    )
    answer_en = _answer(_("Why not, in English"), required=True)


class PublicForm(SeenForm):
    title_id = _line(_("Title in Indonesian"))
    title_en = _line(_("Title in English"))
    answer_id = _answer(
        _("Answer in Indonesian"), _("Stands below the title, for everybody to read. It may stay empty.")
    )
    answer_en = _answer(_("Answer in English"))


def _as_it_is(suggestion: Suggestion) -> dict[str, Any]:
    return {
        name: getattr(suggestion, name)
        for name in ("revision", "title_id", "title_en", "answer_id", "answer_en")
    }


def _may(action: str) -> Any:
    return lambda suggestion: suggestion.status in suggestions.TRANSITIONS[action].sources


class ByStatus(ByDesk):
    """Without a choice: what nobody has looked at, or everything where something is searched for."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*SuggestionStatus.choices, ("all", _("All"))]

    def value(self) -> str:
        return self.used_parameters.get("status") or ("all" if self.request.GET.get(SEARCH_VAR) else "new")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        return queryset.filter(status=chosen) if chosen in SuggestionStatus.values else queryset


@admin.register(Suggestion)
class SuggestionAdmin(LoggedViews, Verbs):
    list_display = ["created_at", "beginning", "sender", "language", "status", "status_changed_at"]
    list_select_related = ["person", "client"]
    list_filter = [ByStatus, "client", "language", "created_at"]
    search_fields = ["=id"]
    ordering = ["-created_at"]
    fields = [
        "id",
        "text",
        "language",
        "sender",
        "created_at",
        "status",
        "status_changed_at",
        "triaged_by",
        "title_id",
        "title_en",
        "answer_id",
        "answer_en",
    ]
    verbs = [
        Verb(
            "plan",
            _("Plan it"),
            _(
                "It will be done. Title and answer stand in the public list; the sender's own words do not."
                " The sender is told."
            ),
            _("The suggestion is planned."),
            suggestions.TRIAGE,
            suggestions.plan,
            PublicForm,
            possible=_may("plan"),
            initial=_as_it_is,
        ),
        Verb(
            "finish",
            _("Mark as done"),
            _(
                "Title and answer stand in the public list; the sender's own words do not. The sender is told."
            ),
            _("The suggestion is done."),
            suggestions.TRIAGE,
            suggestions.finish,
            PublicForm,
            possible=_may("finish"),
            initial=_as_it_is,
        ),
        Verb(
            "decline",
            _("Decline it"),
            _("It won't be done. The sender is told why; the public sees nothing of it."),
            _("The suggestion is declined."),
            suggestions.TRIAGE,
            suggestions.decline,
            WhyForm,
            possible=_may("decline"),
            initial=_as_it_is,
        ),
        Verb(
            "reword",
            _("Change the words"),
            _("The public list says it so from now on. Nobody is told."),
            _("The words are changed."),
            suggestions.TRIAGE,
            suggestions.reword,
            PublicForm,
            possible=lambda suggestion: suggestion.status in PUBLIC,
            initial=_as_it_is,
        ),
    ]

    @admin.display(description=_("text"))
    def beginning(self, suggestion: Suggestion) -> str:
        return Truncator(" ".join(suggestion.text.split())).chars(SHOWN_OF_A_TEXT)

    @admin.display(description=_("sender"))
    def sender(self, suggestion: Suggestion) -> str:
        return str(suggestion.client or suggestion.person)
