from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.onboarding.forms import OwnerForm


class ContactForm(OwnerForm):
    contact = forms.CharField(
        label=_("Your phone number or e-mail address"),
        help_text=_(
            "For example name@example.com or 0812 3456 7890. Your own, not the number that your business writes from."
        ),
        required=False,  # the domain says what is missing
        max_length=300,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class CodeForm(OwnerForm):
    code = forms.CharField(
        label=_("The code of six digits"),
        help_text=_("As it stands in our newest message."),
        required=False,
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"}
        ),
    )
