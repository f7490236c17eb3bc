"""The small form below a field of the comparison."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.verification.matching import READABLE
from accounts.verification.models import Evidence
from accounts.verification.readings import LONGEST_SOURCE, LONGEST_VALUE


class ReadingForm(forms.Form):
    """One source says one thing. `field` is checked by the service, as any address can be posted to."""

    field = forms.CharField(widget=forms.HiddenInput, max_length=20)
    evidence = forms.ChoiceField(label=_("Read in"), required=False)
    source = forms.CharField(
        label=_("or in another source"),
        required=False,
        max_length=LONGEST_SOURCE,
        help_text=_("Such as the website of the OSS or of the AHU."),
    )
    value = forms.CharField(label=_("It says"), max_length=LONGEST_VALUE)

    def __init__(self, files: Iterable[Evidence], data: Any = None, *, field: str = "") -> None:
        named = field or (data or {}).get("field", "")
        place = named if named in READABLE else "other"
        super().__init__(data, auto_id=f"reading-{place}-%s", initial={"field": field})
        choice = self.fields["evidence"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", "---------"), *((file.pk, file.name) for file in files)]
