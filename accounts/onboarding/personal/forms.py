"""Agreeing, signing in with something else, and asking to be erased."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.onboarding.forms import OwnerForm
from accounts.onboarding.signing_in.forms import ContactForm


class ConsentForm(OwnerForm):
    agreed = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("Tick the box if you agree. Without it we can't go on.")},
    )
    version = forms.CharField(max_length=20, widget=forms.HiddenInput)


class NewContactForm(ContactForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact"].label = _("Your new e-mail address or phone number")


class ErasureForm(OwnerForm):
    sure = forms.BooleanField(
        label=_("Erase my data and close what is mine alone. I know that this can't be undone."),
        error_messages={"required": _("Tick the box if you are sure.")},
    )
