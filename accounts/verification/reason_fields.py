"""The part of a decision's form that speaks to the owner: a coded reason, and a field for each gap in its sentence."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.spoken import spoken
from accounts.text import Text
from accounts.verification import reasons
from accounts.verification.models import Reason

FILL = "fill_"  # what the names of those fields start with
NOTHING_CHOSEN = ("", "---------")


class ReasonSelect(forms.Select):
    """Says with each reason which placeholders its sentence has, so that a script can ask for them at once."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: dict[str, Reason] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if (reason := self.reasons.get(str(value))) is not None:
            option["attrs"]["data-placeholders"] = " ".join(reasons.placeholders(reason))
            if reason.field:
                option["attrs"]["data-field"] = reason.field
        return option


class FilledReason:
    """For a form with a field `reason`. `use` says which reasons it offers.

    The fields for the gaps stand in the form once a reason was sent with it: without a script, the first
    attempt asks for them.
    """

    use: str
    fields: dict[str, forms.Field]
    data: Any

    def offer_reasons(self, choosable: Iterable[Reason]) -> None:
        chosen = self.fields["reason"]
        assert isinstance(chosen, forms.ChoiceField) and isinstance(chosen.widget, ReasonSelect)
        offered = {reason.pk: reason for reason in choosable if reason.use == self.use}
        chosen.widget.reasons = offered
        chosen.choices = [NOTHING_CHOSEN, *((code, in_words(reason)) for code, reason in offered.items())]
        sent = offered.get(self.data.get("reason", "")) if self.data else None
        for name in reasons.placeholders(sent) if sent else ():
            self.fields[FILL + name] = forms.CharField(
                label=name.replace("_", " "), max_length=reasons.LONGEST_FILL, required=False
            )

    def taken_together(self, cleaned: dict[str, Any]) -> dict[str, Any]:
        """As the service takes it: what fills the gaps is one thing."""
        fill = {name.removeprefix(FILL): cleaned.pop(name) for name in list(cleaned) if name.startswith(FILL)}
        return {**cleaned, "fill": fill}


def in_words(reason: Reason) -> str:
    """The sentence as a reviewer chooses it, in their language; a gap is shown as […]."""
    sentence = spoken(Text(reason.text_id, reason.text_en))
    return reasons.PLACEHOLDER.sub(lambda found: f"[{found[1].replace('_', ' ')}]", sentence)


def reason_field(*, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("Reason"), required=required, widget=ReasonSelect())


def field_choices() -> list[tuple[str, str]]:
    return [NOTHING_CHOSEN, *((name, spoken(field.label)) for name, field in reasons.FIELDS.items())]


def field_field() -> forms.ChoiceField:
    """Which field of the application a question is about."""
    return forms.ChoiceField(
        label=_("About the field"),
        required=False,
        choices=field_choices,
        help_text=_("Empty: the one that belongs to the reason."),
    )
