"""The owners' pages: who may open what, and what becomes of a form.

Every page derives from `OwnerPage`, or from `ApplicationPage`, `AccountPage` or `BusinessPage`, which find what the
address names among what the reader is a member of. What is somebody else's, and what does not exist, is the same 404.
Whoever looks needs the role `to_look`, whoever sends something the role `to_change`.

A form goes by `FormPage`: GET shows it, POST saves and leads on (so that reloading or going back repeats nothing), and
a refusal of the domain comes back with everything that was typed. A button without fields goes by `ActionPage`.
"""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.generic.base import ContextMixin, TemplateResponseMixin, View

from accounts.businesses.models import Account, Business, MemberRole, Membership
from accounts.errors import DomainError, Forbidden, NotFound, TooMany
from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.keeping import keep, kept
from accounts.people.models import User
from accounts.privacy import consents
from accounts.spoken import spoken
from accounts.verification.models import Application

AGREED = "agreed"  # in a session: the version of the text that its person agreed to
LOOKING = ("GET", "HEAD", "OPTIONS")


class OwnerPage(ContextMixin, TemplateResponseMixin, View):
    """A page for whoever has signed in as an owner. `reader` is that person."""

    reader: User
    role: MemberRole | None = None  # the reader's, in the business that the page is about
    to_look: ClassVar[MemberRole] = MemberRole.VIEWER
    to_change: ClassVar[MemberRole] = MemberRole.MANAGER
    needs_consent: ClassVar[bool] = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        reader = request.user
        if not isinstance(reader, User):
            return send_first("owner_sign_in", request, self)
        if reader.is_staff:
            raise Forbidden("owners_only")
        if self.needs_consent and not has_agreed(request, reader):
            return send_first("consent", request, self)
        self.reader = reader
        self.find(**kwargs)
        if self.role is not None and not self.role.covers(
            self.to_look if request.method in LOOKING else self.to_change
        ):
            raise Forbidden("member_role_missing")
        response = super().dispatch(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def find(self, **ids: str) -> None:
        """What the page is about, and the reader's role there. Raises NotFound: nothing of theirs."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.show()

    def show(self, status: int = 200, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**context), status=status)


class BusinessPage(OwnerPage):
    """About one business: `business_id` in the address."""

    business: Business

    def find(self, **ids: str) -> None:
        membership = (
            Membership.objects.select_related("business")
            .filter(business=ids["business_id"], person=self.reader)
            .first()
        )
        if membership is None:
            raise NotFound("not_found")
        self.business, self.role = membership.business, MemberRole(membership.role)


class AccountPage(OwnerPage):
    """About one account: `account_id` in the address."""

    account: Account

    def find(self, **ids: str) -> None:
        account = (
            Account.objects.select_related("business")
            .filter(pk=ids["account_id"], business__memberships__person=self.reader)
            .annotate(readers_role=F("business__memberships__role"))
            .first()
        )
        if account is None:
            raise NotFound("not_found")
        self.account, self.role = account, MemberRole(vars(account)["readers_role"])


class ApplicationPage(OwnerPage):
    """About one application: `application_id` in the address."""

    application: Application

    def find(self, **ids: str) -> None:
        application = (
            Application.objects.select_related("account__business")
            .filter(pk=ids["application_id"], account__business__memberships__person=self.reader)
            .annotate(readers_role=F("account__business__memberships__role"))
            .first()
        )
        if application is None:
            raise NotFound("not_found")
        self.application, self.role = application, MemberRole(vars(application)["readers_role"])


class FormPage(OwnerPage):
    """A form. Beside one of the classes above: `class Question(FormPage, ApplicationPage)`.

    Without a form of its own, it asks whether one is sure.
    """

    form_class: type[OwnerForm] = OwnerForm

    def initial(self) -> dict[str, Any]:
        """What the fields hold before anybody types."""
        return {}

    def form_arguments(self) -> dict[str, Any]:
        return {}

    def save(self, form: Any) -> str:
        """Do it; returns the address that comes next. May raise what the domain refuses."""
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        typed = kept(request)
        form = self.form_class(initial={**self.initial(), **typed}, **self.form_arguments())
        return self.show(form=form, put_back=bool(typed))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST, request.FILES, initial=self.initial(), **self.form_arguments())
        status, headers = 422, {}
        if form.is_valid():
            try:
                return HttpResponseRedirect(self.save(form))
            except DomainError as refusal:
                form.refuse(refusal)
                if isinstance(refusal, TooMany):
                    status, headers = 429, {"Retry-After": str(refusal.retry_after or 60)}
        response = self.show(status, form=form)
        for name, value in headers.items():
            response.headers[name] = value
        return response


class ActionPage(OwnerPage):
    """A button: POST only. A refusal is shown on the page that comes next, where everything is as it was."""

    http_method_names = ["post", "options"]

    def act(self) -> str | None:
        """Do it; returns a sentence for the next page. May raise what the domain refuses."""
        raise NotImplementedError

    def next_page(self) -> str:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            if said := self.act():
                messages.success(request, said)
        except DomainError as refusal:
            if isinstance(refusal, NotFound | Forbidden):
                raise
            messages.error(request, spoken(refusal.text))
        return HttpResponseRedirect(self.next_page())


def has_agreed(request: HttpRequest, person: User) -> bool:
    """To the text in force. Asked of the database once a session."""
    if request.session.get(AGREED) != consents.VERSION and consents.is_given(person):
        request.session[AGREED] = consents.VERSION
    return bool(request.session.get(AGREED) == consents.VERSION)


def send_first(page: str, request: HttpRequest, view: View) -> HttpResponse:
    """To another page, which leads back to where this request wanted to go; what was typed waits there."""
    back = request.get_full_path()
    if request.method not in LOOKING:
        keep(request)
        back = request.path if "get" in view.http_method_names else reverse("my")  # a button has no page
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({REDIRECT_FIELD_NAME: back})}")
