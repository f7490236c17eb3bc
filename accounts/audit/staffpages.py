"""What every page of the staff's admin owes the log: who looked at personal data, and what was refused."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.audit import journal as audit
from accounts.errors import DomainError
from accounts.spoken import spoken

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin  # generic for the type checker only


LONGEST_SEARCH, MOST_WORDS = 200, 8  # characters and words that are read of what was typed


def sentences(refusal: DomainError) -> str:
    """What to tell the person: each problem where there are some, otherwise the refusal itself."""
    texts = [problem.text for problem in refusal.problems] or [refusal.text]
    return " ".join(spoken(text) for text in texts)


class NamedFilters(ModelAdmin):
    """A list is filtered by what `list_filter` names, and by nothing else; a search reads a few words.

    Django lets anybody who sees a list try any column of the model in the address, a password's hash included, and
    makes a condition of each word for each column.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        filters = [one[0] if isinstance(one, tuple) else one for one in self.get_list_filter(request)]
        own = {one.parameter_name for one in filters if hasattr(one, "parameter_name")}
        fields = [one for one in filters if isinstance(one, str)]
        return lookup in own or any(
            lookup == f"{field}{ending}" for field in fields for ending in _LOOKUPS_OF_FILTERS
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term[:LONGEST_SEARCH].split()[:MOST_WORDS]
        return super().get_search_results(request, queryset, " ".join(words))


# What Django's own filters write into an address, behind the field's name.
_LOOKUPS_OF_FILTERS = ("", "__exact", "__isnull", "__isempty", "__gte", "__lt", "__id__exact")


class SpokenRefusals(NamedFilters):
    """A refusal of the domain becomes one message on the same page; nothing was changed."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            # The service wrote this too, but inside the transaction that the admin has rolled back by now.
            audit.log(
                "refused",
                by=request.user,
                on=self.get_object(request, unquote(object_id)) if object_id else None,
                data={"action": f"{self.opts.app_label}.admin", "code": refusal.code},
            )
            messages.error(request, sentences(refusal))
            return HttpResponseRedirect(request.get_full_path())


class LoggedViews(NamedFilters):
    """Who opens a page with personal data stands in the log."""

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if response.status_code == 200:  # a form that was refused shows it all as well
            audit.log("viewed", by=request.user, on=self.get_object(request, unquote(object_id)))
        return response
