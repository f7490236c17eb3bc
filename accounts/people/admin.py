"""Staff, kept by operators; owners, to be looked at."""

from typing import TYPE_CHECKING, Any, cast

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.forms import BaseUserCreationForm, SetPasswordForm
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from accounts.audit import journal as audit
from accounts.audit.staffpages import LoggedViews, SpokenRefusals, sentences
from accounts.errors import DomainError
from accounts.people import factors
from accounts.people import services as people
from accounts.people.models import User
from accounts.people.recently import sign_in_again

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[User]
    CreationForm = BaseUserCreationForm[User]
else:
    ModelForm, CreationForm = forms.ModelForm, BaseUserCreationForm  # generic for the type checker only

# Secrets and codes are nobody's to look at; nor has the admin a sign-in of its own, which would ask for no factor.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # as allauth documents it

STAFF_ROLES = [(role.value, role.label) for role in people.STAFF_ROLES]


class NewStaffForm(CreationForm):
    role = forms.ChoiceField(label=_("Role"), choices=STAFF_ROLES)

    class Meta:
        model = User
        fields = ["username", "name", "email", "role", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].required = True


class StaffForm(ModelForm):
    role = forms.ChoiceField(label=_("Role"), choices=STAFF_ROLES)

    class Meta:
        model = User
        fields = ["name", "email", "role", "language", "is_active"]


@admin.register(User)
class UserAdmin(LoggedViews, SpokenRefusals):
    list_display = ["__str__", "username", "role", "is_active", "last_login"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "name", "=email", "=phone", "=id"]
    change_form_template = "admin/people/user/person.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list shows names, of owners as well, and a search in it says whether a contact is known."""
        response = super().changelist_view(request, extra_context)
        if response.status_code == 200:
            searched = bool(request.GET.get("q"))
            audit.log("viewed", by=request.user, on=None, data={"list": "people", "searched": searched})
        return response

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        if obj is None:
            kwargs["form"] = NewStaffForm
        elif self.has_change_permission(request, obj):
            kwargs["form"] = StaffForm
        return super().get_form(request, obj, change, **kwargs)

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        if obj is None:
            return ["username", "password1", "password2", "name", "email", "role", "language"]
        contact = ["username", "name", "email"] if obj.is_staff else ["name", "email", "phone"]
        return ["id", *contact, "role", "language", "is_active", "created_at", "last_login"]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        return [] if obj is None else ["id", "username", "phone", "created_at", "last_login"]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Owners' contacts are theirs: they change in the owner's own pages."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_staff)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm, change: bool) -> None:
        by, given = cast(User, request.user), form.cleaned_data
        profile = {name: given[name] for name in ["name", "role", "language", "email"]}
        if not change:
            obj.pk = people.create_staff(given["username"], given["password1"], **profile, by=by).pk
            return
        people.change_staff(obj, **profile, by=by)
        if "is_active" in form.changed_data:
            act = people.enable_staff if given["is_active"] else people.disable_staff
            act(obj, by=by)

    def get_urls(self) -> list[URLPattern]:
        password = path(
            "<path:object_id>/password/",
            self.admin_site.admin_view(sensitive_post_parameters()(self.password_view)),
            name="people_user_password",
        )
        reset = path(
            "<path:object_id>/reset/",
            self.admin_site.admin_view(self.reset_view),
            name="people_user_reset",
        )
        return [password, reset, *super().get_urls()]

    def password_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.get_object(request, object_id)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if person is None:
            raise Http404
        if person == request.user:
            return HttpResponseRedirect(reverse("account_change_password"))
        form = SetPasswordForm(person, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                people.set_password(person, form.cleaned_data["new_password1"], by=cast(User, request.user))
            except DomainError as refusal:
                messages.error(request, sentences(refusal))
            else:
                messages.success(request, _("The password is set; other sessions of this person have ended."))
            return HttpResponseRedirect(reverse("admin:people_user_change", args=[person.pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Set the password of %(name)s") % {"name": person},
            "person": person,
            "form": form,
        }
        return TemplateResponse(request, "admin/people/user/password.html", context)

    @method_decorator(sensitive_variables("password"))
    def reset_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answers with the new password at once: it is on this one page, in no session, cookie or cache."""
        person = self.get_object(request, object_id)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if person is None:
            raise Http404
        if first := sign_in_again(request):
            return first
        context = {**self.admin_site.each_context(request), "opts": self.opts, "person": person}
        context["title"] = _("Reset the sign-in of %(name)s") % {"name": person}
        if request.method == "POST":
            try:
                context["password"] = factors.reset_sign_in(person, by=cast(User, request.user))
            except DomainError as refusal:
                messages.error(request, sentences(refusal))
                return HttpResponseRedirect(reverse("admin:people_user_change", args=[person.pk]))
        response = TemplateResponse(request, "admin/people/user/reset.html", context)
        response["Cache-Control"] = "no-store"
        return response
