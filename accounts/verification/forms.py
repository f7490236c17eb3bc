"""What a reviewer fills in: one form an action, each posted to the action's own address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.badges.models import Tier
from accounts.text import Text
from accounts.verification import services as verification
from accounts.verification.reasons import BAR_REASONS, DECLINE_REASONS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def spoken(text: Text) -> str:
    return text.in_language(get_language() or "id")


_spoken_later = lazy(spoken, str)


def _choices(reasons: Mapping[str, Text]) -> list[tuple[str, Any]]:
    return [("", "---------"), *((code, _spoken_later(text)) for code, text in reasons.items())]


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
    """`revision` is the application's as the reviewer saw it: nobody decides on what they did not read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)


class ApproveForm(ActionForm):
    tier = forms.ChoiceField(label=_("As"), choices=Tier.choices, initial=Tier.VERIFIED)
    second_wished = forms.BooleanField(label=_("A second reviewer should look at it too"), required=False)
    note = _note()


class DeclineForm(ActionForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=_choices(DECLINE_REASONS))
    message = _message()
    second_wished = forms.BooleanField(label=_("A second reviewer should look at it too"), required=False)
    note = _note()


class BarForm(DeclineForm):
    reason = forms.ChoiceField(label=_("Reason"), choices=_choices(BAR_REASONS))


class AskForm(ActionForm):
    text = _text(_("Question to the owner"), required=True)


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
    """A button of the case page. `act(application, by=reviewer, **cleaned_data)` checks everything again."""

    name: str
    label: "StrOrPromise"
    done: "StrOrPromise"
    act: Callable[..., object]
    form: type[ActionForm] = ActionForm
    permission: str = "verification.review_application"
    grave: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is more to fill in than to press the button."""
        return self.form is not ActionForm


_SECOND = "verification.second_application"

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in [
        Action("claim", _("Claim"), _("The case is yours for half an hour."), verification.claim),
        Action("release", _("Release"), _("The case is free for others."), verification.release),
        Action("approve", _("Approve"), _("Approval recorded."), verification.approve, ApproveForm),
        Action(
            "decline", _("Decline"), _("Decline recorded."), verification.decline, DeclineForm, grave=True
        ),
        Action("bar", _("Bar the business"), _("Bar recorded."), verification.bar, BarForm, grave=True),
        Action(
            "ask",
            _("Ask the owner"),
            _("The question is on its way to the owner."),
            verification.ask,
            AskForm,
        ),
        Action("defer", _("Defer"), _("The case is put aside."), verification.defer, DeferForm),
        Action("resume", _("Resume"), _("The case is back in the queue."), verification.resume),
        Action(
            "second", _("Agree"), _("You agreed with the decision."), verification.second, SecondForm, _SECOND
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
            "take_back", _("Take the decision back"), _("The decision is taken back."), verification.take_back
        ),
        Action(
            "call_back",
            _("Record a call-back"),
            _("The number is proven by your call-back."),
            verification.record_call_back,
            CallBackForm,
            "proofs.record_call_back",
        ),
        Action("note", _("Note"), _("The note is kept."), verification.write_note, NoteForm),
    ]
}
