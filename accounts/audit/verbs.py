"""Rows that the staff's admin only reads, and the verbs it offers on them: a page that asks, a POST that acts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.audit.staffpages import NamedFilters, sentences
from accounts.errors import DomainError, Forbidden, Invalid
from accounts.spoken import spoken

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def status_of(refusal: DomainError) -> HTTPStatus:
    """Of the page that tells a member of the staff what was refused."""
    if isinstance(refusal, Forbidden):
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.UNPROCESSABLE_ENTITY if isinstance(refusal, Invalid) else HTTPStatus.CONFLICT


def say(refusal: DomainError, form: forms.Form) -> None:
    """Put a refusal into a bound form, each problem at its field: what was typed stays."""
    for problem in refusal.problems:
        name = problem.pointer.strip("/").split("/")[0]
        form.add_error(name if name in form.fields else None, spoken(problem.text))
    if not refusal.problems:
        form.add_error(None, sentences(refusal))


class ReadOnly(NamedFilters):
    """Nobody adds, changes or deletes these rows by a form, whatever the role."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["audit/list.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Django's own links write an id as `acc_5F01…`; its views unquote that before they ask, ours do so here."""
        return super().get_object(request, unquote(object_id), from_field)

    def find(self, request: HttpRequest, object_id: str) -> Any:
        """The row, for who may see such rows. Raises PermissionDenied, Http404."""
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return list(self.fields or ())

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The journal is the history of everything."""
        row = self.find(request, object_id)
        journal = reverse("admin:audit_event_changelist")
        return HttpResponseRedirect(f"{journal}?{urlencode({'on': row.pk})}")


def _always(row: Any) -> bool:
    return True


def _nothing(row: Any) -> dict[str, Any]:
    return {}


def _at_once(request: HttpRequest) -> None:
    return None


@dataclass(frozen=True)
class Verb:
    """`act(row, by=person, **cleaned_data)` is a service. `permission` is checked here, and again by most services.

    `initial` fills the form in beforehand. `ends` says that the row is gone afterwards. `before` may lead elsewhere
    first: to signing in again, before what can't be taken back.
    """

    name: str
    label: "StrOrPromise"
    question: "StrOrPromise"
    done: "StrOrPromise"
    permission: str
    act: Callable[..., object]
    form: type[forms.Form] = forms.Form
    possible: Callable[[Any], bool] = _always
    initial: Callable[[Any], dict[str, Any]] = _nothing
    ends: bool = False
    before: Callable[[HttpRequest], HttpResponse | None] = _at_once


class Verbs(ReadOnly):
    """Each verb has its own address below the row's. GET asks and changes nothing; POST acts.

    `new` is the verb that makes a row: its `act` takes none, and answers with it.
    """

    verbs: Sequence[Verb] = ()
    new: Verb | None = None
    change_form_template = "admin/audit/row.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.new is not None and request.user.has_perm(self.new.permission)

    def get_urls(self) -> list[URLPattern]:
        addresses = [
            path(
                f"<path:object_id>/{verb.name}/",
                self.admin_site.admin_view(self.verb_view),
                {"verb": verb},
                name=f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}",
            )
            for verb in self.verbs
        ]
        return [*addresses, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = dict(extra_context or {})
        if (row := self.get_object(request, object_id)) is not None:
            offered = [
                (verb.label, self._address(verb.name, row))
                for verb in self.verbs
                if request.user.has_perm(verb.permission) and verb.possible(row)
            ]
            shown |= {"offered": offered, **self.shown_with(row, request)}
        return super().change_view(request, object_id, form_url, shown)

    def shown_with(self, row: Any, request: HttpRequest) -> dict[str, Any]:
        """What else the template of a row's page shows."""
        return {}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.new is None or not self.has_add_permission(request):
            raise PermissionDenied
        return self._page(request, self.new, None)

    def verb_view(self, request: HttpRequest, object_id: str, verb: Verb) -> HttpResponse:
        if not request.user.has_perm(verb.permission):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return self._page(request, verb, row)

    def _page(self, request: HttpRequest, verb: Verb, row: Any) -> HttpResponse:
        if first := verb.before(request):
            return first
        form, status = verb.form(initial=verb.initial(row)), HTTPStatus.OK
        if request.method == "POST":
            form, status = verb.form(request.POST), HTTPStatus.UNPROCESSABLE_ENTITY
            if form.is_valid():
                try:
                    rows = () if row is None else (row,)
                    made = verb.act(*rows, by=request.user, **form.cleaned_data)
                except DomainError as refusal:
                    say(refusal, form)
                    status = status_of(refusal)
                else:
                    messages.success(request, str(verb.done))
                    page = "changelist" if verb.ends else "change"
                    return HttpResponseRedirect(self._address(page, row or made))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": verb.label,
            "row": row,
            "verb": verb,
            "form": form,
            "back": self._address("change" if row else "changelist", row),
        }
        return TemplateResponse(request, "admin/audit/verb.html", context, status=status)

    def _address(self, page: str, row: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[] if page == "changelist" else [row.pk])
