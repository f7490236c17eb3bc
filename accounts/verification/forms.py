"""What a reviewer fills in: one form an action, each posted to the action's own address."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.badges.models import Tier
from accounts.verification import services as verification
from accounts.verification.models import Reason, ReasonFor
from accounts.verification.reason_fields import FilledReason, field_field, reason_field
from accounts.verification.reasons import choosable

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def _text(
    label: "StrOrPromise", *, required: bool = False, longest: int = 2000, help_text: Any = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


def _note() -> forms.CharField:
    return _text(_("Internal note"), help_text=_("The owner never reads it."))


def _message() -> forms.CharField:
    return _text(_("Message to the owner"), help_text=_("Sent together with the reason."))


class ActionForm(forms.Form):
    """`revision` is the application's as the reviewer saw it: nobody decides on what they did not read.

    `reasons` are those that can be chosen, where they were read already for another form of the page.
    """

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, reasons: Iterable[Reason] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = reasons


class ApproveForm(ActionForm):
    tier = forms.ChoiceField(label=_("As"), choices=Tier.choices, initial=Tier.VERIFIED)
    second_wished = forms.BooleanField(label=_("A second reviewer should look at it too"), required=False)
    note = _note()


class ReasonForm(FilledReason, ActionForm):
    """A form with a reason to choose, whose sentence may have gaps to fill."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_reasons(choosable() if self.reasons is None else self.reasons)

    def clean(self) -> dict[str, Any]:
        return self.taken_together(super().clean() or self.cleaned_data)


class DeclineForm(ReasonForm):
    use = ReasonFor.DECLINE
    reason = reason_field()
    message = _message()
    second_wished = forms.BooleanField(label=_("A second reviewer should look at it too"), required=False)
    note = _note()


class BarForm(DeclineForm):
    use = ReasonFor.BAR


class AskForm(ReasonForm):
    use = ReasonFor.ASK
    reason = reason_field(required=False)
    field = field_field()
    text = _text(_("Question to the owner"), help_text=_("Instead of a reason, or besides it."))


class EscalateForm(ActionForm):
    note = _text(
        _("Why a senior reviewer should decide"), required=True, help_text=_("The owner never reads it.")
    )


class DeferForm(ActionForm):
    until = forms.DateField(
        label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class SecondForm(ActionForm):
    note = _note()


class OverruleForm(ActionForm):
    reason = _text(_("Reason"), required=True, longest=500, help_text=_("The first reviewer reads it."))


class CallBackForm(ActionForm):
    note = _text(_("Who answered, and what was said"), required=True, longest=500)


class NoteForm(ActionForm):
    text = _text(_("Internal note"), required=True, help_text=_("The owner never reads it."))


@dataclass(frozen=True)
class Action:
    """A button of the case page. `act(application, by=reviewer, **cleaned_data)` checks everything again.

    `grave`: not undone by a click. `key`: the letter that takes it on the case page. `sign_in_again`: only soon
    after a sign-in.
    """

    name: str
    label: "StrOrPromise"
    done: "StrOrPromise"
    act: Callable[..., object]
    form: type[ActionForm] = ActionForm
    permission: str = "verification.review_application"
    grave: bool = False
    key: str = ""
    sign_in_again: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is more to fill in than to press the button."""
        return self.form is not ActionForm


_SECOND = "verification.second_application"

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in [
        Action("claim", _("Claim"), _("The case is yours for half an hour."), verification.claim, key="c"),
        Action("release", _("Release"), _("The case is free for others."), verification.release),
        Action(
            "approve",
            _("Approve"),
            _("Approval recorded."),
            verification.approve,
            ApproveForm,
            key="a",
            sign_in_again=True,
        ),
        Action(
            "decline",
            _("Decline"),
            _("Decline recorded."),
            verification.decline,
            DeclineForm,
            grave=True,
            key="d",
        ),
        Action(
            "bar",
            _("Bar the business"),
            _("Bar recorded."),
            verification.bar,
            BarForm,
            grave=True,
            sign_in_again=True,
        ),
        Action(
            "ask",
            _("Ask the owner"),
            _("The question is on its way to the owner."),
            verification.ask,
            AskForm,
            key="i",
        ),
        Action("defer", _("Defer"), _("The case is put aside."), verification.defer, DeferForm, key="f"),
        Action(
            "escalate",
            _("Escalate"),
            _("The case waits for a senior reviewer."),
            verification.escalate,
            EscalateForm,
        ),
        Action("resume", _("Resume"), _("The case is back in the queue."), verification.resume),
        Action(
            "second",
            _("Agree"),
            _("You agreed with the decision."),
            verification.second,
            SecondForm,
            _SECOND,
            sign_in_again=True,
        ),
        Action(
            "overrule",
            _("Overrule"),
            _("The decision is overruled; a senior reviewer decides alone."),
            verification.overrule,
            OverruleForm,
            _SECOND,
            grave=True,
        ),
        Action(
            "take_back",
            _("Take the decision back"),
            _("The decision is taken back."),
            verification.take_back,
            key="u",
        ),
        Action(
            "call_back",
            _("Record a call-back"),
            _("The number is proven by your call-back."),
            verification.record_call_back,
            CallBackForm,
            "proofs.record_call_back",
        ),
        Action("note", _("Note"), _("The note is kept."), verification.write_note, NoteForm, key="n"),
    ]
}
