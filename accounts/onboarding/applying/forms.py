"""The forms of the questions. They check that something can be read; the rules are the services'."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.businesses.lists import ABOUT_LIMIT, Category, ContactPurpose
from accounts.businesses.models import BusinessKind
from accounts.onboarding.files import PICTURES, FormWithFile, file_field
from accounts.onboarding.forms import OwnerForm
from accounts.sentences import SENTENCES
from accounts.spoken import spoken
from accounts.verification.models import EvidenceKind


class QuestionForm(OwnerForm):
    """`was` marks the answer that the page showed, `then` says where to go on."""

    was = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    then = forms.CharField(required=False, widget=forms.HiddenInput, max_length=8)

    @property
    def has_one_field(self) -> bool:
        """Then the heading of the page says what its label would say again."""
        return len(self.visible_fields()) == 1

    def given(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in ("was", "then")}


def text(label: Any, limit: int, *, help_text: Any = "", **attrs: str) -> forms.CharField:
    """An empty one reaches the service, which says in its own words what is missing."""
    widget = forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, max_length=limit, required=False, help_text=help_text, widget=widget)


class KindForm(QuestionForm):
    kind = forms.ChoiceField(
        label=_("What kind of business is it?"),
        choices=[
            (BusinessKind.SOLE_TRADER, _("It is my own, without a company (a warung, a stall, a workshop)")),
            (BusinessKind.COMPANY, _("A company, for example a CV, a PT or a cooperative")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )


class LegalNameForm(QuestionForm):
    legal_name = text(_("Legal name"), 160, autocomplete="organization")

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if own:
            field = self.fields["legal_name"]
            field.label, field.widget.attrs["autocomplete"] = _("Your own name"), "name"


class RegistrationForm(QuestionForm):
    papers = forms.ChoiceField(
        label=_("Is the business registered?"),
        choices=[
            ("yes", _("Yes, this is its number:")),
            ("no", _("No, it has no registration number, website or tax number")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    registration_number = text(
        _("Registration number"),
        40,
        help_text=_("For example the NIB, 13 digits."),
        autocomplete="off",
        inputmode="text",
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("papers") == "no":
            cleaned["registration_number"] = ""
        elif cleaned.get("papers") == "yes" and not cleaned.get("registration_number"):
            self.add_error("registration_number", _("Write the number, or choose the other answer."))
        return cleaned


class NameForm(QuestionForm):
    display_name = text(_("Name of the business"), 300, autocomplete="organization", spellcheck="false")


class NumberForm(QuestionForm):
    number = forms.CharField(
        label=_("Number of the business"),
        required=False,
        max_length=60,
        help_text=_("For example 0812 3456 7890."),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off"}),
    )


class CountryForm(QuestionForm):
    country = forms.ChoiceField(
        label=_("Country"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )

    def __init__(self, *args: Any, countries: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = list(countries)  # type: ignore[attr-defined]  # of a ChoiceField


class CategoryForm(QuestionForm):
    category = forms.ChoiceField(
        label=_("What does the business do?"),
        choices=[("", _("Choose")), *((value, capfirst(label)) for value, label in Category.choices)],
        error_messages={"required": _("Choose one of the answers.")},
    )


class PurposesForm(QuestionForm):
    contact_purposes = forms.MultipleChoiceField(
        label=_("What will you write to customers about?"),
        choices=[(value, capfirst(label)) for value, label in ContactPurpose.choices],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class AboutForm(QuestionForm):
    about = forms.CharField(
        label=_("About the business"),
        required=False,
        max_length=2 * ABOUT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("At most 512 characters. For example what you sell, where, and when you are open."),
    )

    def clean_about(self) -> str:
        return str(self.cleaned_data["about"]).replace(
            "\r\n", "\n"
        )  # as it was typed: one character a line's end


class WebsiteForm(QuestionForm):
    website = text(
        _("Website"),
        300,
        help_text=_("For example warungsiti.example"),
        inputmode="url",
        autocomplete="url",
        autocapitalize="none",
    )

    def clean_website(self) -> str:
        website = str(self.cleaned_data["website"])
        return f"https://{website}" if website and "://" not in website else website


class ReferenceForm(QuestionForm):
    name = text(_("Name of that person"), 120, autocomplete="off")
    contact = text(_("Phone number or e-mail address of that person"), 254, autocomplete="off")
    relation = text(
        _("How do they know the business? (optional)"),
        200,
        help_text=_("For example: sells me rice, runs the shop next door, collects the market's rent."),
        autocomplete="off",
    )


class UploadForm(FormWithFile, QuestionForm):
    """A file that is chosen, or a picture that is taken: whichever of the two is there."""

    file = file_field(_("Choose a file"))
    camera = file_field(_("Or take a photo"), accept=PICTURES, help_text="", capture="environment")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not self.sent:
            self.add_error("file", spoken(SENTENCES["file_missing"]))
        return cleaned


class EvidenceForm(UploadForm):
    kind = forms.ChoiceField(
        label=_("What does the file show?"),
        choices=[
            (EvidenceKind.REGISTRATION, _("The registration of the business (NIB, SIUP, deed)")),
            (EvidenceKind.TAX, _("The tax number (NPWP)")),
            (EvidenceKind.IDENTITY, _("My identity card (KTP)")),
            (EvidenceKind.PLACE, _("The place of business")),
            (EvidenceKind.OTHER, _("Something else")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the answers.")},
    )
    field_order = ["kind", "file", "camera"]


class PlaceForm(UploadForm):
    pass


class PhotoForm(UploadForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("Choose a picture")
        self.fields["file"].help_text = _(
            "JPEG, PNG or WebP, 10 MB at most. We cut out the middle as a square."
        )
        self.fields["file"].widget.attrs["accept"] = PICTURES
