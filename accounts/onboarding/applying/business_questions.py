"""Questions about the business itself."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.businesses import services as businesses
from accounts.businesses.models import BusinessKind
from accounts.onboarding.applying import forms
from accounts.onboarding.applying.draft import Draft
from accounts.onboarding.applying.questions import Question
from accounts.people.models import User
from accounts.verification import papers

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What owners of the pilot call them; another country goes by its code.
COUNTRIES = {
    "ID": _("Indonesia"),
    "MY": _("Malaysia"),
    "SG": _("Singapore"),
    "TL": _("Timor-Leste"),
    "PH": _("Philippines"),
    "TH": _("Thailand"),
    "VN": _("Vietnam"),
    "BN": _("Brunei"),
    "AU": _("Australia"),
}


class OfTheBusiness(Question):
    of_the_business = True

    def change(self, draft: Draft, *, by: User, **changes: str) -> None:
        businesses.change_business(draft.business, revision=draft.business.revision, by=by, **changes)


class KindQuestion(OfTheBusiness):
    slug, label, title = "kind", _("Kind of business"), _("What kind of business is it?")
    form_class = forms.KindForm

    def given(self, draft: Draft) -> dict[str, Any]:
        """Every business is kept with a kind: whether somebody has said so is another matter."""
        known = self.slug in draft.answered or draft.business.legal_name
        return {"kind": draft.business.kind if known else ""}

    def kept(self, draft: Draft) -> dict[str, Any]:
        return {"kind": draft.business.kind}

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        self.change(draft, by=by, kind=given["kind"])

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        return [BusinessKind(draft.business.kind).label.capitalize()] if self.is_answered(draft) else []


class LegalNameQuestion(OfTheBusiness):
    slug, label = "legal-name", _("Legal name")
    title = _("What is the legal name?")
    why = _(
        "As it stands in the papers: of a company, or your own name as on your identity card. Customers do not see "
        "your own name; they see the name of the business."
    )
    form_class = forms.LegalNameForm
    pointers = ("/business/legal_name",)

    def form_arguments(self, draft: Draft) -> dict[str, Any]:
        return {"own": draft.business.kind == BusinessKind.SOLE_TRADER}

    def given(self, draft: Draft) -> dict[str, Any]:
        return {"legal_name": draft.business.legal_name}

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        self.change(draft, by=by, **given)


class RegistrationQuestion(OfTheBusiness):
    slug, label = "registration", _("Registration number")
    title = _("Does the business have a registration number?")
    why = _(
        "Without one you can apply as well: a photo of the place and somebody who knows you stand in for it."
    )
    form_class = forms.RegistrationForm
    pointers = ("/business/registration_number",)

    def given(self, draft: Draft) -> dict[str, Any]:
        number = draft.business.registration_number
        without = draft.application.without_papers
        return {"papers": "no" if without else "yes" if number else "", "registration_number": number}

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        number = given["registration_number"]
        if number != draft.business.registration_number:
            self.change(draft, by=by, registration_number=number)
        papers.go_without(draft.application, given["papers"] == "no", by=by)

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        given = self.given(draft)
        if given["papers"] == "no":
            return [_("No registration number, website or tax number")]
        return [given["registration_number"]] if given["registration_number"] else []


class CountryQuestion(OfTheBusiness):
    """Only where the number is from another country than the business is taken to be in."""

    slug, label, title = "country", _("Country"), _("In which country is the business?")
    why = _("The number of the business is from another country than we thought.")
    form_class = forms.CountryForm

    def is_asked(self, draft: Draft) -> bool:
        abroad = [country for country in draft.countries_of_the_number if country != draft.business.country]
        return super().is_asked(draft) and (bool(abroad) or self.slug in draft.answered)

    def form_arguments(self, draft: Draft) -> dict[str, Any]:
        countries = dict.fromkeys([draft.business.country, *draft.countries_of_the_number, "ID"])
        return {"countries": [(country, COUNTRIES.get(country, country)) for country in countries]}

    def given(self, draft: Draft) -> dict[str, Any]:
        return {"country": draft.business.country if self.slug in draft.answered else ""}

    def kept(self, draft: Draft) -> dict[str, Any]:
        return {"country": draft.business.country}

    def save(self, draft: Draft, given: dict[str, Any], *, by: User) -> None:
        if given["country"] != draft.business.country:
            self.change(draft, by=by, country=given["country"])
            businesses.change_account(
                draft.account, revision=draft.account.revision, by=by, country=given["country"]
            )

    def lines(self, draft: Draft) -> "list[StrOrPromise]":
        return [COUNTRIES.get(draft.business.country, draft.business.country)]
