"""The desk of the reasons: everybody on the staff reads the list, senior reviewers keep it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.audit.verbs import Verb, Verbs
from accounts.spoken import spoken
from accounts.verification import reason_editing, reasons
from accounts.verification.models import Reason, ReasonFor
from accounts.verification.reason_fields import field_choices, in_words

_GAPS = _("What is to be filled in stands in curly brackets, the same in both languages: {document}.")


def _sentence(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=reason_editing.LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_GAPS,
    )


class ReasonForm(forms.Form):
    text_id = _sentence(_("Indonesian"))
    text_en = _sentence(_("English"))
    field = forms.ChoiceField(
        label=_("Field"),
        required=False,
        choices=field_choices,
        help_text=_("The field that a question is about."),
    )
    position = forms.IntegerField(
        label=_("Position"), min_value=0, max_value=2**15 - 1, initial=0, help_text=_("Low comes first.")
    )


class NewReasonForm(ReasonForm):
    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("It can't be changed later."))
    use = forms.ChoiceField(label=_("For"), choices=ReasonFor.choices)
    field_order = ("code", "use")


def _facts(reason: Reason) -> dict[str, Any]:
    return {name: getattr(reason, name) for name in ReasonForm.base_fields}


def _read_as(sentence: str) -> SafeString:
    """The sentence as the owner reads it, with its gaps marked."""
    parts = reasons.PLACEHOLDER.split(sentence)  # text and names of gaps take turns
    drawn = [
        format_html("<mark>{}</mark>", part.replace("_", " ")) if turn % 2 else part
        for turn, part in enumerate(parts)
    ]
    return format_html_join("", "{}", ((part,) for part in drawn))


@admin.register(Reason)
class ReasonAdmin(Verbs):
    list_display = ["code", "use", "sentence", "about", "position", "retired_at"]
    list_filter = ["use", ("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["code", "text_id", "text_en"]
    ordering = ["use", "position", "code"]
    fields = ["code", "use", "in_indonesian", "in_english", "about", "position", "retired_at"]
    new = Verb(
        "add",
        _("Add a reason"),
        _("Reviewers can choose it from then on; the owner reads it in their own language."),
        _("The reason is in the list."),
        "verification.add_reason",
        reason_editing.add,
        NewReasonForm,
    )
    verbs = [
        Verb(
            "edit",
            _("Change"),
            _("What was sent already keeps its sentence."),
            _("The reason is changed."),
            "verification.change_reason",
            reason_editing.change,
            ReasonForm,
            initial=_facts,
        ),
        Verb(
            "retire",
            _("Retire"),
            _("Nobody can choose it any more; where it was sent, it is still read."),
            _("The reason is retired."),
            "verification.change_reason",
            reason_editing.retire,
            possible=lambda reason: reason.retired_at is None,
        ),
        Verb(
            "restore",
            _("Restore"),
            _("Reviewers can choose it again."),
            _("The reason is back in the list."),
            "verification.change_reason",
            reason_editing.restore,
            possible=lambda reason: reason.retired_at is not None,
        ),
    ]

    @admin.display(description=_("sentence"))
    def sentence(self, reason: Reason) -> str:
        return in_words(reason)

    @admin.display(description=_("field"))
    def about(self, reason: Reason) -> str:
        field = reasons.FIELDS.get(reason.field)
        return spoken(field.label) if field else ""

    @admin.display(description=_("Indonesian, as the owner reads it"))
    def in_indonesian(self, reason: Reason) -> SafeString:
        return _read_as(reason.text_id)

    @admin.display(description=_("English, as the owner reads it"))
    def in_english(self, reason: Reason) -> SafeString:
        return _read_as(reason.text_en)
