"""The pages of the staff's sign-in: allauth's views, each with our page and, where it changes something, an event."""

from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import clear_login, get_pending_stage
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import views as totp
from allauth.mfa.totp.internal import flows as apps
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import flows as passkeys
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from accounts.audit import journal as audit
from accounts.audit.staffpages import sentences
from accounts.errors import DomainError
from accounts.people import factors, recently, second_factor
from accounts.people import services as people
from accounts.people.models import User


class StaffPage:
    """Looks like the admin. Its navigation is there once the session may go where it leads."""

    request: HttpRequest
    page_title: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin of views
        return context | around(self.request, self.page_title)


def around(request: HttpRequest, title: Any) -> dict[str, Any]:
    person = request.user
    inside = isinstance(person, User) and second_factor.passed(request) and not person.password_is_temporary
    site = (
        admin.site.each_context(request)
        if inside
        else {
            "site_header": admin.site.site_header,
            "site_title": admin.site.site_title,
            "has_permission": False,
        }
    )
    host = request.get_host().rpartition(":")[0] or request.get_host()
    # Browsers know passkeys for names only, over TLS or on this very machine.
    can = {
        "passkeys_work": (request.is_secure() and not host.replace(".", "").isdigit()) or host == "localhost"
    }
    return site | can | {"title": title, "signed_in": request.user.is_authenticated}


class SignIn(StaffPage, account.LoginView):
    template_name = "admin/sign_in/sign_in.html"
    page_title = _("Sign in")


class SignOut(account.LogoutView):
    http_method_names = ["post"]


class Code(StaffPage, mfa.AuthenticateView):
    template_name = "admin/sign_in/code.html"
    page_title = _("Second step")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (stage := get_pending_stage(request)) is not None:
            person = stage.login.user
            known = Authenticator.objects.filter(user=person, type__in=second_factor.FACTORS).exists()
            if not (person.is_active and known):  # disabled, or reset, since the password was given
                clear_login(request)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class PasskeySignIn(webauthn.LoginWebAuthnView):
    pass


class Again(StaffPage):
    """`waiting`: something that was sent goes on after this."""

    page_title = _("Please sign in again")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["ways"] = {
            way["id"].replace(":", "_"): way["url"] for way in context["reauthentication_alternatives"]
        }
        context["waiting"] = recently.is_waiting(self.request)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        audit.log("signed_in_again", by=self.request.user, on=self.request.user)
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # a mixin of views
        return response


class PasswordAgain(Again, account.ReauthenticateView):
    template_name = "admin/sign_in/again.html"


class CodeAgain(Again, mfa.ReauthenticateView):
    template_name = "admin/sign_in/again.html"


class PasskeyAgain(Again, webauthn.ReauthenticateWebAuthnView):
    template_name = "admin/sign_in/again_passkey.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        for message in form.errors.get("credential", []):
            messages.error(self.request, message)
        return HttpResponseRedirect(self.request.get_full_path())


class Mine(StaffPage):
    """Of whoever has signed in. What it changes is asked for again what the middleware asks: a POST that waited
    for a sign-in comes here without passing that."""

    again = True
    waits = True  # what was sent, for signing in again

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise PermissionDenied
        first = second_factor.lacking(request) or (
            self.again and recently.sign_in_again(request, waits=self.waits)
        )
        response: HttpResponseBase = first or super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # a mixin
        return response

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user


class Overview(Mine, mfa.IndexView):
    again = False
    template_name = "admin/sign_in/mine.html"
    page_title = _("My sign-in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        found = context["authenticators"]
        context["app"], context["passkeys"] = found.get("totp"), found.get("webauthn", [])
        codes = found.get("recovery_codes")
        context["codes_left"] = len(codes.get_unused_codes()) if codes else 0
        return context


class AddApp(Mine, totp.ActivateTOTPView):
    template_name = "admin/sign_in/app.html"
    page_title = _("Add an authenticator app")

    def form_valid(self, form: Any) -> HttpResponse:
        with audit.together():
            app, codes = apps.activate_totp(self.request, form)
            factors.note_added(app, by=self.person)
        return _added(self.request, app, codes)


class AddPasskey(Mine, webauthn.AddWebAuthnView):
    template_name = "admin/sign_in/passkey.html"
    page_title = _("Add a passkey")

    def form_valid(self, form: Any) -> HttpResponse:
        with audit.together():
            passkey, codes = passkeys.add_authenticator(
                self.request, name=form.cleaned_data["name"], credential=form.cleaned_data["credential"]
            )
            factors.note_added(passkey, by=self.person)
        return _added(self.request, passkey, codes)


def _added(request: HttpRequest, factor: Authenticator, codes: Authenticator | None) -> HttpResponse:
    """Whoever adds a factor has shown it: this session has passed it."""
    record_authentication(request, factor.user, "mfa", id=factor.pk, type=factor.type, reauthenticated=True)
    if codes is not None:
        return _shown_once(request, codes.wrap().generate_codes())
    messages.success(request, _("It is added. The next sign-in asks for it."))
    return HttpResponseRedirect(reverse("mfa_index"))


def _shown_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """On this one page, in no address that could be opened again, and in no cache."""
    context = around(request, _("Your recovery codes")) | {"codes": codes}
    response = TemplateResponse(request, "admin/sign_in/codes.html", context)
    response["Cache-Control"] = "no-store"
    return response


class RemoveFactor(Mine, TemplateView):
    template_name = "admin/sign_in/remove.html"
    page_title = _("Remove a second factor")

    def factor(self) -> Authenticator:
        mine = Authenticator.objects.filter(user=self.person, type__in=second_factor.FACTORS)
        return get_object_or_404(mine, **self.kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"factor": self.factor()}

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            factors.remove(self.factor(), by=self.person)
        except DomainError as refusal:
            messages.error(request, sentences(refusal))
        else:
            messages.success(request, _("It is removed, and no longer good for signing in."))
        return HttpResponseRedirect(reverse("mfa_index"))


class MakeRecoveryCodes(Mine, TemplateView):
    template_name = "admin/sign_in/make_codes.html"
    page_title = _("Make new recovery codes")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return _shown_once(request, factors.make_recovery_codes(self.person, by=self.person))
        except DomainError as refusal:
            messages.error(request, sentences(refusal))
            return HttpResponseRedirect(reverse("mfa_index"))


class OwnPassword(Mine, account.PasswordChangeView):
    waits = False
    template_name = "admin/sign_in/password.html"
    page_title = _("Change my password")

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("The password is changed; your other sessions have ended."))
        return response


def own_language(request: HttpRequest) -> HttpResponse:
    """Switch to the other language, and stay where one is."""
    if not isinstance(request.user, User):
        return redirect_to_login(request.get_full_path())
    after = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, {request.get_host()}, request.is_secure()):
        after = reverse("mfa_index")
    if request.method == "POST":
        try:
            people.choose_language(request.user, request.POST.get("language", ""))
        except DomainError as refusal:
            messages.error(request, sentences(refusal))
    return HttpResponseRedirect(after)
