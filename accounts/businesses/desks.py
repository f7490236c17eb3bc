"""Lists of cases that the staff work off: the open ones first, the oldest on top."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker only


class ByDesk(admin.SimpleListFilter):
    """Without a choice: what is open, or everything where something is searched for. `ended` is null while open."""

    title = _("desk")
    parameter_name = "desk"
    ended = "closed_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Open")), ("closed", _("Closed")), ("all", _("All"))]

    def value(self) -> str:
        return super().value() or ("all" if self.request.GET.get(SEARCH_VAR) else "open")

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        for value, label in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "open":
                return queryset.filter(**{self.ended: None})
            case "closed":
                return queryset.exclude(**{self.ended: None})
            case _:
                return queryset


class CasesByAge(ModelAdmin):
    """What waits longest comes first; of what is closed, the newest."""

    ended: ClassVar[str] = "closed_at"

    def get_ordering(self, request: HttpRequest) -> Any:
        desk = request.GET.get("desk") or ("all" if request.GET.get(SEARCH_VAR) else "open")
        if desk == "closed":
            return [f"-{self.ended}"]
        if desk == "all":
            return [F(self.ended).desc(nulls_first=True), "opened_at"]
        return ["opened_at"]

    @admin.display(description=_("open for"))
    def age(self, case: Any) -> str:
        return timesince(case.opened_at) if getattr(case, self.ended) is None else ""


class WhoseNumberForm(forms.Form):
    """What settles a case about a number, whichever way."""

    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For the staff: how you found out whose number it is."),
    )
