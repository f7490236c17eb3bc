"""Questions about what customers will see, and about the number."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.businesses import numbers, ownership
from accounts.businesses import services as businesses
from accounts.businesses.lists import Category, ContactPurpose
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.onboarding.applying import forms
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.questions import LATER_TOO, Question
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Kind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class OfTheApplication(Question):
    """What is asked for stands in the application until it is approved."""

    def change(self, draft: Draft, *, by: User, **profile: str) -> None:
        verification.change(draft.application, revision=draft.application.revision, by=by, **profile)

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        self.change(draft, by=by, **given)


class OfTheAccount(Question):
    """What is free within the rules, and holds at once."""

    kinds = LATER_TOO

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        businesses.change_account(draft.account, revision=draft.account.revision, by=by, **given)


class NameQuestion(OfTheApplication):
    slug, label, title = "name", _("Name that customers see"), _("What is the business called?")
    why = _("Write it as on your sign. Customers who have not saved your number see this name.")
    form_class = forms.NameForm
    template_name = "onboarding/question_name.html"
    pointers = ("/display_name",)
    kinds = (Kind.NEW, Kind.NAME_CHANGE)

    def given(self, draft: Draft) -> dict[str, Any]:
        return {"display_name": draft.application.display_name}


class NumberQuestion(OfTheApplication):
    slug, label, title = (
        "number",
        _("Number of the business"),
        _("Which number does the business write from?"),
    )
    why = _("It has to be another number than the one you sign in with: business and private stay apart.")
    form_class = forms.NumberForm
    pointers = ("/number",)
    kinds = (Kind.NEW, Kind.NUMBER_CHANGE)

    def given(self, draft: Draft) -> dict[str, Any]:
        number = draft.application.number
        return {"number": numbers.shown(number) if number else ""}

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        """One that another business has is kept: it may be claimed. A personal one is refused (R7)."""
        number = numbers.parse(given["number"], country=draft.account.country)
        if ownership.is_private(number, draft.business):
            raise _refused("owner_contact_is_the_number")
        try:
            ownership.require_not_personal(number, draft.account)
        except NotAllowed as personal:
            raise _refused(personal.code) from personal
        if number != draft.application.number:
            self.change(draft, by=by, number=number)


class CategoryQuestion(OfTheApplication):
    slug, label, title = "category", _("What the business does"), _("What does the business do?")
    form_class = forms.CategoryForm
    pointers = ("/category",)
    kinds = (Kind.NEW, Kind.PROFILE_CHANGE)

    def given(self, draft: Draft) -> dict[str, Any]:
        """Every application is kept with a category: whether somebody has chosen it is another matter."""
        category = draft.application.category
        return {"category": category if self.slug in draft.answered or category != Category.OTHER else ""}

    def kept(self, draft: Draft) -> dict[str, Any]:
        return {"category": draft.application.category}

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        return [Category(draft.application.category).label.capitalize()] if self.is_answered(draft) else []


class PurposesQuestion(OfTheAccount):
    slug, label = "purposes", _("What you write about")
    title = _("What will you write to customers about?")
    why = _("Customers see this on your page. You write after they bought something or asked you.")
    form_class = forms.PurposesForm
    pointers = ("/account/contact_purposes", "/contact_purposes")

    def given(self, draft: Draft) -> dict[str, Any]:
        return {"contact_purposes": list(draft.account.contact_purposes)}

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        return [ContactPurpose(purpose).label.capitalize() for purpose in draft.account.contact_purposes]


class AboutQuestion(OfTheAccount):
    slug, label, title = "about", _("About the business"), _("What should customers know?")
    form_class = forms.AboutForm
    pointers = ("/account/about", "/about")
    optional = True

    def given(self, draft: Draft) -> dict[str, Any]:
        return {"about": draft.account.about}


class WebsiteQuestion(OfTheApplication):
    slug, label, title = "website", _("Website"), _("Does the business have a website?")
    why = _("You can prove later that it is yours; that helps the reviewer.")
    form_class = forms.WebsiteForm
    pointers = ("/website",)
    kinds = (Kind.NEW, Kind.PROFILE_CHANGE)
    optional = True

    def is_asked(self, draft: Draft) -> bool:
        """Not of whoever said that there is none."""
        return super().is_asked(draft) and (
            bool(draft.application.website) or not draft.application.without_papers
        )

    def given(self, draft: Draft) -> dict[str, Any]:
        return {"website": draft.application.website}


def _refused(code: str) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/number")])
