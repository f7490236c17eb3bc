"""Client apps, and keys that are made, shown once and revoked."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.audit.staffpages import NamedFilters, SpokenRefusals, sentences
from accounts.audit.verbs import say
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, ClientApp, Scope
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.people.recently import sign_in_again


@admin.register(ClientApp)
class ClientAppAdmin(SpokenRefusals):
    list_display = ["name", "contact", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "contact", "=id"]
    readonly_fields = ["id", "created_at"]

    def get_fields(self, request: HttpRequest, obj: ClientApp | None = None) -> list[Any]:
        return ["name", "contact"] if obj is None else ["id", "name", "contact", "is_active", "created_at"]

    def save_model(
        self, request: HttpRequest, obj: ClientApp, form: "forms.ModelForm[Any]", change: bool
    ) -> None:
        by = cast(User, request.user)
        if change:
            clients.change_app(obj, name=obj.name, contact=obj.contact, by=by)
            clients.set_active(obj, obj.is_active, by=by)
        else:
            obj.pk = clients.create_app(obj.name, obj.contact, by=by).pk

    def has_delete_permission(self, request: HttpRequest, obj: ClientApp | None = None) -> bool:
        return False


class QuotaForm(forms.Form):
    requests_per_minute = forms.IntegerField(
        label=_("Requests a minute"), required=False, min_value=1, max_value=clients.HIGHEST_LIMIT
    )
    numbers_per_day = forms.IntegerField(
        label=_("Numbers a day"), required=False, min_value=1, max_value=clients.HIGHEST_LIMIT
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = settings.QUOTA
        self.fields["requests_per_minute"].help_text = _(
            "On each machine. Leave it empty for what every key gets: %(limit)s."
        ) % {"limit": every["REQUESTS_PER_MINUTE"]}
        self.fields["numbers_per_day"].help_text = _(
            "From midnight to midnight UTC, on each machine. Leave it empty for what every key gets: %(limit)s."
        ) % {"limit": every["NUMBERS_PER_DAY"]}


class NewKeyForm(QuotaForm):
    app = forms.ModelChoiceField(label=_("Client app"), queryset=ClientApp.objects.order_by("name"))
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.CONTACTS_READ],
    )
    field_order = ("app", "scopes")


@admin.register(ApiKey)
class ApiKeyAdmin(NamedFilters):
    list_display = ["__str__", "app", "scope_list", "created_at", "revoked_at"]
    list_select_related = ["app"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter), "app"]
    search_fields = ["=id", "=hint", "app__name"]
    readonly_fields = [
        *("id", "app", "hint", "scope_list", "requests_a_minute", "numbers_a_day"),
        *("created_at", "created_by", "revoked_at"),
    ]
    fields = [*readonly_fields]
    change_form_template = "admin/clients/apikey/key.html"

    @admin.display(description=_("scopes"))
    def scope_list(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @admin.display(description=_("requests a minute"))
    def requests_a_minute(self, key: ApiKey) -> str:
        return _limit(key.quota.requests_per_minute, key.requests_per_minute)

    @admin.display(description=_("numbers a day"))
    def numbers_a_day(self, key: ApiKey) -> str:
        return _limit(key.quota.numbers_per_day, key.numbers_per_day)

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_limit_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("clients.limit_apikey")

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("clients.revoke_apikey")

    def get_urls(self) -> list[URLPattern]:
        verbs = [("revoke", self.revoke_view), ("quota", self.quota_view)]
        return [
            *(
                path(
                    f"<path:object_id>/{verb}/",
                    self.admin_site.admin_view(view),
                    name=f"clients_apikey_{verb}",
                )
                for verb, view in verbs
            ),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        may = {
            "may_revoke": self.has_revoke_permission(request),
            "may_limit": self.has_limit_permission(request),
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **may})

    @sensitive_variables("secret")
    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Answers with the key's secret at once: it is on this one page, in no session, cookie or cache."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if first := sign_in_again(request):
            return first
        form = NewKeyForm(request.POST or None, initial={"app": request.GET.get("app")})
        if request.method == "POST" and form.is_valid():
            by = cast(User, request.user)
            try:
                key, secret = clients.create_key(form.cleaned_data.pop("app"), **form.cleaned_data, by=by)
            except DomainError as refusal:
                form.add_error(None, sentences(refusal))
            else:
                response = self._page(request, "created", _("New API key"), key=key, secret=secret)
                response["Cache-Control"] = "no-store"
                return response
        return self._page(request, "add", _("New API key"), form=form)

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.has_revoke_permission(request):
            raise PermissionDenied
        key = self.get_object(request, object_id)
        if key is None:
            raise Http404
        if request.method != "POST":
            return self._page(request, "revoke", _("Revoke this API key?"), key=key)
        try:
            clients.revoke_key(key, by=cast(User, request.user))
        except DomainError as refusal:
            messages.error(request, sentences(refusal))
        else:
            messages.success(request, _("The key is revoked; the next request with it is refused."))
        return HttpResponseRedirect(reverse("admin:clients_apikey_change", args=[key.pk]))

    def quota_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not self.has_limit_permission(request):
            raise PermissionDenied
        key = self.get_object(request, object_id)
        if key is None:
            raise Http404
        limits = {"requests_per_minute": key.requests_per_minute, "numbers_per_day": key.numbers_per_day}
        form = QuotaForm(request.POST or None, initial=limits)
        if request.method == "POST" and form.is_valid():
            try:
                clients.set_quota(key, **form.cleaned_data, by=cast(User, request.user))
            except DomainError as refusal:
                say(refusal, form)
            else:
                messages.success(request, _("The limits hold from the next requests of the key on."))
                return HttpResponseRedirect(reverse("admin:clients_apikey_change", args=[key.pk]))
        return self._page(request, "quota", _("Change the limits"), key=key, form=form)

    def _page(self, request: HttpRequest, name: str, title: object, **context: Any) -> TemplateResponse:
        context |= {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/clients/apikey/{name}.html", context)


def _limit(limit: int, own: int | None) -> str:
    if own is None:
        return str(_("%(limit)s, as every key without limits of its own") % {"limit": limit})
    return str(limit)
