"""The reason of a suspension or revocation, as the staff choose it."""

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.badges.reasons import REASONS
from accounts.spoken import spoken

_spoken_later = lazy(spoken, str)


class ReasonForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", "---------"), *((code, _spoken_later(text)) for code, text in REASONS.items())],
        help_text=_("Everybody who looks the number up may read it."),
    )
