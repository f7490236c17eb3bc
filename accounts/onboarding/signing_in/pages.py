"""Signing in, a page for the contact and one for the code; and out again.

Whether a contact is known, none of them can tell: see `accounts.contacts.services`.
"""

from typing import Any

from django.contrib import auth, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.contacts import devices, reading
from accounts.contacts import services as contacts
from accounts.errors import DomainError, NotAllowed, TooMany
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.keeping import remember
from accounts.onboarding.signing_in.asked import Asked, asked, browser_of, forget, keep
from accounts.onboarding.signing_in.forms import CodeForm, ContactForm
from accounts.onboarding.signing_in.middleware import used_today
from accounts.people import languages
from accounts.people.adapters import address_of
from accounts.people.doors import let_owner_in
from accounts.people.models import User
from accounts.spoken import spoken


class AnonymousPage(View):
    """For whoever has not signed in as an owner; who has, goes on. It is kept in no cache."""

    template_name = ""
    keeps_what_was_typed = False  # an owner's form may wait for this sign-in: it is not put aside

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if isinstance(request.user, User) and not request.user.is_staff:
            return HttpResponseRedirect(path_of_ours(request.GET.get(REDIRECT_FIELD_NAME, "")))
        response = super().dispatch(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def show(self, form: OwnerForm, refusal: DomainError | None = None, **context: Any) -> HttpResponse:
        status = 422 if form.errors else 200
        if refusal is not None:
            form.refuse(refusal)
            status = 429 if isinstance(refusal, TooMany) else 422
        response = render(self.request, self.template_name, {"form": form, **context}, status=status)
        if isinstance(refusal, TooMany):
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response


class SignIn(AnonymousPage):
    form_class = ContactForm
    template_name = "onboarding/sign_in.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(self.form_class(initial={"next": request.GET.get(REDIRECT_FIELD_NAME, "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(form)
        after = path_of_ours(form.cleaned_data["next"])
        try:
            contact = reading.read(form.cleaned_data["contact"])
            before = asked(request)
            if before is None or before.contact != contact or not before.wait:  # else: tapped twice
                _send(request, contact, after)
        except DomainError as refusal:
            return self.show(form, refusal)
        return HttpResponseRedirect(reverse("owner_code"))


class Code(AnonymousPage):
    form_class = CodeForm
    template_name = "onboarding/sign_in_code.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = asked(request)
        if waiting is None:
            return HttpResponseRedirect(reverse("owner_sign_in"))
        return self.show(self.form_class(), asked=waiting)

    def post(self, request: HttpRequest) -> HttpResponse:
        waiting = asked(request)
        if waiting is None:
            return HttpResponseRedirect(reverse("owner_sign_in"))
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show(form, asked=waiting)
        try:
            return _open_session(request, waiting, form.cleaned_data["code"])
        except DomainError as refusal:
            return self.show(form, refusal, asked=waiting)


class CodeAgain(AnonymousPage):
    """Another code to the same contact; or by a call, which reads it out."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        waiting = asked(request)
        if waiting is None:
            return HttpResponseRedirect(reverse("owner_sign_in"))
        if waiting.wait:
            messages.error(
                request, _("Please wait %(seconds)d seconds, then ask again.") % {"seconds": waiting.wait}
            )
            return HttpResponseRedirect(reverse("owner_code"))
        by_voice = waiting.contact.is_phone and "call" in request.POST
        try:
            _send(request, waiting.contact, waiting.after, by_voice=by_voice)
        except TooMany as refusal:
            messages.error(request, spoken(refusal.text))
        else:
            messages.success(request, _("A new code is on its way. Only the newest one is valid."))
        return HttpResponseRedirect(reverse("owner_code"))


class SignOut(View):
    """Twice is as good as once. The staff have a way out of their own."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not (isinstance(request.user, User) and request.user.is_staff):
            auth.logout(request)
        return HttpResponseRedirect(reverse("home"))


def path_of_ours(where: str) -> str:
    """`where`, if that is a path of the registry; else the owner's first page."""
    ours = where.startswith("/") and url_has_allowed_host_and_scheme(where, allowed_hosts=None)
    return where if ours and not where.startswith("/admin/") else reverse("my")


def _send(request: HttpRequest, contact: reading.Contact, after: str, *, by_voice: bool = False) -> None:
    browser = browser_of(request)
    contacts.send_code(
        contact, browser=browser, address=address_of(request), language=_language(), by_voice=by_voice
    )
    keep(request, contact, browser=browser, after=after, by_voice=by_voice)


def _open_session(request: HttpRequest, waiting: Asked, code: str) -> HttpResponse:
    """Raises what `check_code` does; NotAllowed sign_in_closed."""
    person = contacts.check_code(waiting.contact, code, browser=waiting.browser, language=_language())
    forget(request)
    response = let_owner_in(request, person, waiting.after)
    if response is None:
        raise NotAllowed("sign_in_closed")
    used_today(request)
    devices.note(person, str(request.session.session_key), request.headers.get("User-Agent", ""))
    remember(response, person)
    return response


def _language() -> str:
    return get_language() or languages.INDONESIAN
