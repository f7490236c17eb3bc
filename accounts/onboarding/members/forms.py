from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.businesses.models import MemberRole
from accounts.onboarding.forms import OwnerForm

MAY = {
    MemberRole.VIEWER: _("Viewer: sees everything of the business, and changes nothing"),
    MemberRole.MANAGER: _("Manager: applies, answers and changes; not the people, nor the end of an account"),
    MemberRole.OWNER: _("Owner: everything, as you"),
}


class InviteForm(OwnerForm):
    contact = forms.CharField(
        label=_("Their phone number or e-mail address"),
        help_text=_("We write to them. They sign in with it and say yes or no."),
        required=False,  # the domain says what is missing
        max_length=300,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    role = forms.ChoiceField(
        label=_("What may they do?"), choices=list(MAY.items()), widget=forms.RadioSelect
    )


class WhoForm(OwnerForm):
    """One of the other members."""

    who = forms.ChoiceField(label=_("Who?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["who"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = people


class RoleForm(WhoForm):
    role = forms.ChoiceField(
        label=_("What may they do?"),
        choices=[(role, MAY[role]) for role in (MemberRole.VIEWER, MemberRole.MANAGER)],
        widget=forms.RadioSelect,
    )
