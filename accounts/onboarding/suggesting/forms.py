"""Suggesting something."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.onboarding.forms import OwnerForm
from accounts.suggestions.models import TEXT_LIMIT


class SuggestionForm(OwnerForm):
    text = forms.CharField(
        label=_("What should be better?"),
        help_text=_("In your own words. Only the registry's staff read them."),
        required=False,  # the domain says what is missing
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": TEXT_LIMIT}),
    )
