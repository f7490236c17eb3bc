from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.onboarding.forms import OwnerForm


class SubscribeForm(OwnerForm):
    address = forms.CharField(
        label=_("Your e-mail address"),
        required=False,  # the domain says what is missing
        max_length=300,
        widget=forms.EmailInput(
            attrs={"autocomplete": "email", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
