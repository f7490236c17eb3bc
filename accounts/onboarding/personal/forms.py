"""Agreeing, and asking to be erased."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.onboarding.forms import OwnerForm


class ConsentForm(OwnerForm):
    agreed = forms.BooleanField(
        label=_("I agree"),
        error_messages={"required": _("Tick the box if you agree. Without it we can't go on.")},
    )
    version = forms.CharField(max_length=20, widget=forms.HiddenInput)


class ErasureForm(OwnerForm):
    sure = forms.BooleanField(
        label=_("Erase my data and close what is mine alone. I know that this can't be undone."),
        error_messages={"required": _("Tick the box if you are sure.")},
    )
