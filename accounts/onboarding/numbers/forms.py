from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import codes
from accounts.errors import Invalid, Problem
from accounts.onboarding.forms import OwnerForm


class CodeForm(OwnerForm):
    code = forms.CharField(
        label=_("The code of six digits"),
        required=False,  # the domain says what is missing
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}
        ),
    )

    @property
    def typed(self) -> str:
        """In any script and in groups. Raises Invalid code_malformed: what is no code counts as no guess."""
        code = codes.as_typed(self.cleaned_data["code"])
        if not code:
            raise Invalid("code_malformed", problems=[Problem("code_malformed", "/code")])
        return code


class NewNumberForm(OwnerForm):
    number = forms.CharField(
        label=_("The new number"),
        help_text=_("For example 0812 3456 7890. Not the number you sign in with."),
        required=False,
        max_length=2000,  # a link to a chat is long
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "inputmode": "tel"}),
    )
    still_works = forms.ChoiceField(
        label=_("Does the old number still work?"),
        choices=[
            ("yes", _("Yes. It stays with my business until the new one is approved.")),
            ("no", _("No. I don't have it any more.")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, asks_about_the_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_about_the_old:
            del self.fields["still_works"]
