"""Changing what an account shows: at once what is free, by an application what is judged."""

from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import names
from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.businesses.lists import ABOUT_LIMIT, Category, ContactPurpose
from accounts.businesses.models import Account, MemberRole
from accounts.errors import DomainError, Stale
from accounts.onboarding import judging
from accounts.onboarding.files import PICTURES, FormWithFile, PageWithFile, file_field
from accounts.onboarding.following import asking
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.pages import AccountPage, FormPage
from accounts.sentences import SENTENCES
from accounts.spoken import spoken
from accounts.verification import photos
from accounts.verification.models import UNDER_REVIEW, Application, Kind, Status


class OfALiveAccount(FormPage, AccountPage):
    """There is something to change once there was a first approval, and until the account is closed."""

    to_look = MemberRole.MANAGER

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_over:
            return HttpResponseRedirect(self.account_address())
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.is_over:
            code = "account_closed" if self.account.closed_at else "account_not_live"
            messages.error(request, spoken(SENTENCES[code]))
            return HttpResponseRedirect(self.account_address())
        return super().post(request, *args, **kwargs)

    @property
    def is_over(self) -> bool:
        return self.account.closed_at is not None or self.account.number is None

    def account_address(self) -> str:
        return reverse("my_account", args=[self.account.pk])

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(account=self.account, **context)


class ProfileForm(OwnerForm):
    """What is free within the rules (R8)."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    about = forms.CharField(
        label=gettext_lazy("About the business"),
        help_text=gettext_lazy("What you sell, where you are, when you are open."),
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": ABOUT_LIMIT}),
        required=False,
    )
    contact_purposes = forms.MultipleChoiceField(
        label=gettext_lazy("What do you write to customers about?"),
        choices=[(code, capfirst(label)) for code, label in ContactPurpose.choices],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def say_again(self, revision: int) -> None:
        """What was typed is to be sent once more, over what is there now."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, of which a copy can be changed
        typed["revision"] = revision
        self.data = typed


class ChangeProfile(OfALiveAccount):
    template_name = "onboarding/change_profile.html"
    form_class = ProfileForm

    def initial(self) -> dict[str, Any]:
        account = self.account
        return {
            "revision": account.revision,
            "about": account.about,
            "contact_purposes": account.contact_purposes,
        }

    def save(self, form: ProfileForm) -> str:
        wanted = {name: form.cleaned_data[name] for name in ("about", "contact_purposes")}
        if not _is_so(self.account, wanted):  # else: pressed twice
            try:
                revision = form.cleaned_data["revision"] or 0
                businesses.change_account(self.account, revision=revision, by=self.reader, **wanted)
            except Stale as stale:
                now = Account.objects.values_list("revision", flat=True).get(pk=self.account.pk)
                form.say_again(now)  # whoever sends it again has been told
                raise Stale("profile_changed_meanwhile") from stale
        messages.success(self.request, _("Saved. Customers see it at once."))
        return self.account_address()


def _is_so(account: Account, wanted: dict[str, Any]) -> bool:
    same_purposes = set(account.contact_purposes) == set(wanted["contact_purposes"])
    return same_purposes and account.about == wanted["about"]


class LookForm(FormWithFile):
    """What a reviewer looks at first."""

    category = forms.ChoiceField(
        label=gettext_lazy("What kind of business is it?"),
        choices=[(code, capfirst(label)) for code, label in Category.choices],
        required=False,
    )
    website = forms.CharField(
        label=gettext_lazy("Website"),
        help_text=gettext_lazy("Leave it empty if you have none."),
        widget=forms.URLInput(attrs={"autocomplete": "url", "maxlength": 200}),
        required=False,
    )
    file = file_field(
        gettext_lazy("A new photo or logo"),
        accept=PICTURES,
        help_text=gettext_lazy("JPEG, PNG or WebP, 10 MB at most. Leave it empty to keep the one you have."),
    )


class ChangeLook(PageWithFile, OfALiveAccount):
    template_name = "onboarding/change_look.html"
    form_class = LookForm

    def initial(self) -> dict[str, Any]:
        shown = self.under_way or self.account
        return {"category": shown.category, "website": shown.website}

    @cached_property
    def under_way(self) -> Application | None:
        return asking.open_one(self.account, Kind.PROFILE_CHANGE)

    def save(self, form: LookForm) -> str:
        try:
            return self.ask(form)
        except DomainError:
            with audit.together():
                photos.forget_unused(businesses.locked(self.account), by=self.reader)
            raise

    def ask(self, form: LookForm) -> str:
        website = form.cleaned_data["website"]
        if website and "://" not in website:
            website = f"https://{website}"
        wanted = {"category": form.cleaned_data["category"], "website": website}
        for file in form.sent:
            photo = photos.keep(self.account, file=file, by=self.reader)
            wanted["photo"] = photos.address(photo)
        application = asking.ask_for(self.account, kind=Kind.PROFILE_CHANGE, by=self.reader, **wanted)
        return after_asking(self.request, application)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(under_way=in_review(self.under_way), **context)


class NameForm(OwnerForm):
    """`judged` is the name whose warnings were shown: a warning does not block, but it is read first."""

    judged = forms.CharField(widget=forms.HiddenInput, required=False)
    display_name = forms.CharField(
        label=gettext_lazy("The new name"),
        help_text=gettext_lazy("As customers know you. The same as on your sign, if you have one."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "maxlength": 200}),
        required=False,
        strip=True,
    )


class ChangeName(OfALiveAccount):
    template_name = "onboarding/change_name.html"
    form_class = NameForm

    def initial(self) -> dict[str, Any]:
        application = self.under_way
        return {"display_name": application.display_name if application else ""}

    @cached_property
    def under_way(self) -> Application | None:
        return asking.open_one(self.account, Kind.NAME_CHANGE)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        judged = judging.judge(request.POST.get("display_name", ""), self.account)
        if judged.warnings and not self.is_over and request.POST.get("judged") != judged.name:
            form = NameForm({**request.POST.dict(), "display_name": judged.name, "judged": judged.name})
            return self.show(form=form, judged=judged)
        return super().post(request, *args, **kwargs)

    def save(self, form: NameForm) -> str:
        name = names.normalise(form.cleaned_data["display_name"])
        judging.require_good(name)
        application = asking.ask_for(self.account, kind=Kind.NAME_CHANGE, by=self.reader, display_name=name)
        return after_asking(self.request, application)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(under_way=in_review(self.under_way), **context)


def in_review(application: Application | None) -> Application | None:
    """The open application, where nothing can be changed at the moment."""
    return application if application and application.status in UNDER_REVIEW else None


def after_asking(request: HttpRequest, application: Application) -> str:
    """Where the owner goes on: to the answer where a question is open, else to the application's page."""
    if application.status == Status.NEEDS_INFORMATION:
        messages.success(request, _("Saved. Now answer the reviewer, so that they go on."))
        return reverse("answer_question", args=[application.pk])
    messages.success(request, _("Sent. A reviewer looks at it; until then everything stays as it is."))
    return reverse("application_status", args=[application.pk])
