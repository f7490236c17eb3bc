"""Changing what one signs in with: a page for the new contact, one for the code that went there."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.contacts import changing, reading
from accounts.contacts import services as contacts
from accounts.errors import Invalid, NotAllowed
from accounts.onboarding.pages import ActionPage, FormPage
from accounts.onboarding.personal.forms import NewContactForm
from accounts.onboarding.signing_in.asked import FOR_A_CHANGE, asked, browser_of, forget, keep
from accounts.onboarding.signing_in.forms import CodeForm
from accounts.onboarding.signing_in.pages import path_of_ours
from accounts.people import languages
from accounts.people.adapters import address_of
from accounts.people.recently import signed_in_recently
from accounts.verification.requirements import require_apart


class ChangeContact(FormPage):
    template_name = "onboarding/contact_change.html"
    form_class = NewContactForm
    needs_consent = False

    def initial(self) -> dict[str, Any]:
        return {"next": self.request.GET.get(REDIRECT_FIELD_NAME, "")}

    def save(self, form: NewContactForm) -> str:
        _require_recent(self.request)
        contact = reading.read(form.cleaned_data["contact"])
        changing.require_another(self.reader, contact)
        require_apart(contact.value, self.reader)
        after = form.cleaned_data["next"]
        before = asked(self.request, FOR_A_CHANGE)
        if before is None or before.contact != contact or not before.wait:  # else: tapped twice
            _send(self.request, contact, path_of_ours(after) if after else reverse("my_data"))
        return reverse("change_contact_code")


class ContactCode(FormPage):
    template_name = "onboarding/contact_code.html"
    form_class = CodeForm
    needs_consent = False

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if asked(request, FOR_A_CHANGE) is None:
            return HttpResponseRedirect(reverse("change_contact"))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if asked(request, FOR_A_CHANGE) is None:
            return HttpResponseRedirect(reverse("change_contact"))
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"asked": asked(self.request, FOR_A_CHANGE)}

    def save(self, form: CodeForm) -> str:
        _require_recent(self.request)
        waiting = asked(self.request, FOR_A_CHANGE)
        if waiting is None:
            raise Invalid("code_used_up")
        changing.change_contact(
            self.reader,
            waiting.contact,
            form.cleaned_data["code"],
            browser=waiting.browser,
            session_key=str(self.request.session.session_key),
            by=self.reader,
        )
        forget(self.request, FOR_A_CHANGE)
        said = _("From now on you sign in with %(contact)s.") % {"contact": waiting.contact.shown}
        messages.success(self.request, said)
        return waiting.after


class ContactCodeAgain(ActionPage):
    """Another code to the same contact; or by a call, which reads it out."""

    needs_consent = False

    def act(self) -> str | None:
        waiting = asked(self.request, FOR_A_CHANGE)
        if waiting is None:
            return None  # the next page leads to where one asks for it
        if waiting.wait:
            raise NotAllowed("code_too_soon", seconds=waiting.wait)
        by_voice = waiting.contact.is_phone and "call" in self.request.POST
        _send(self.request, waiting.contact, waiting.after, by_voice=by_voice)
        return _("A new code is on its way. Only the newest one is valid.")

    def next_page(self) -> str:
        return reverse("change_contact_code")


def _require_recent(request: HttpRequest) -> None:
    if not signed_in_recently(request):  # a phone that was left lying about is not enough
        raise NotAllowed("sign_in_again_first")


def _send(request: HttpRequest, contact: reading.Contact, after: str, *, by_voice: bool = False) -> None:
    browser, language = browser_of(request, FOR_A_CHANGE), get_language() or languages.INDONESIAN
    contacts.send_code(
        contact, browser=browser, address=address_of(request), language=language, by_voice=by_voice
    )
    keep(request, contact, browser=browser, after=after, by_voice=by_voice, kept=FOR_A_CHANGE)
