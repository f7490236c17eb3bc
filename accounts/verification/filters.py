"""What the list of applications can be narrowed down by, beside its search."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.businesses.lists import PROTECTED_CATEGORIES
from accounts.verification import desks
from accounts.verification.desks import Applications, Desk
from accounts.verification.tagging import is_tag

STATUS = "status__exact"


def chosen_desk(request: HttpRequest) -> Desk:
    """Without a choice that exists: what is to be decided, or everything where a search or a status is given."""
    if desk := desks.BY_NAME.get(request.GET.get("desk", "")):
        return desk
    looked_for = request.GET.get(SEARCH_VAR) or request.GET.get(STATUS)
    return desks.BY_NAME["all" if looked_for else "decide"]


class ByDesk(admin.SimpleListFilter):
    """Whose turn it is. The navigation shows its choices, not the list of filters."""

    title = _("desk")
    parameter_name = "desk"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [(desk.name, desk.label) for desk in desks.DESKS]

    def value(self) -> str:
        return chosen_desk(self.request).name

    def queryset(self, request: HttpRequest, queryset: Applications) -> Applications:
        # Without any join: the page reads what else it shows for its own rows.
        alone = queryset.select_related(None)
        return chosen_desk(request).rows(alone, request.user)  # type: ignore[arg-type]  # the admin lets only staff in


def four_eyes() -> Q:
    """What will need, or has had, a second reviewer, as far as the row itself and its cohort say."""
    return (
        Q(protected_look_alike=True)
        | Q(second_wished=True)
        | Q(category__in=PROTECTED_CATEGORIES)
        | Q(cohort__four_eyes=True)
    )


class ByFourEyes(admin.SimpleListFilter):
    title = _("four eyes")
    parameter_name = "four_eyes"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        return [
            ("protected", _("Resembles a protected name")),
            ("due", _("Two reviewers needed")),
            ("one", _("One reviewer is enough")),
        ]

    def queryset(self, request: HttpRequest, queryset: Applications) -> Applications:
        match self.value():
            case "protected":
                return queryset.filter(protected_look_alike=True)
            case "due":
                return queryset.filter(four_eyes())
            case "one":
                # The cohort may be missing; a plain exclude() would read that as unknown.
                ordinary = Q(cohort=None) | Q(cohort__four_eyes=False)
                plain = Q(protected_look_alike=False, second_wished=False)
                return queryset.filter(ordinary & plain).exclude(category__in=PROTECTED_CATEGORIES)
            case _:
                return queryset


class ByTag(admin.SimpleListFilter):
    """Any word can be asked for: the list offers no choice, a tag on a case leads here."""

    title = _("tag")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, str]]:
        given = request.GET.get("tag", "")
        return [(given, given)] if is_tag(given) else []

    def queryset(self, request: HttpRequest, queryset: Applications) -> Applications:
        value = self.value()
        return queryset.filter(tags__contains=[value]) if value else queryset
