"""Forms of the owners' pages: what the domain refuses stands at the field it is about, with a link from the top."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from accounts.errors import DomainError
from accounts.spoken import spoken


class OwnerForm(forms.Form):
    """Checks only that it can be read; the rules are the domain's, and `refuse` shows what they say."""

    use_required_attribute = False
    # Where a problem's pointer does not end in the field's name: pointer -> field.
    fields_of_pointers: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What people write in words may be in any script: it is shown from the side that it begins on."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            widget = field.widget
            if isinstance(widget, forms.Textarea) or (
                isinstance(widget, forms.TextInput) and widget.input_type == "text"
            ):
                widget.attrs.setdefault("dir", "auto")

    def refuse(self, refusal: DomainError) -> None:
        """Each problem at its field; what belongs to no field of this form, above it."""
        for problem in refusal.problems:
            pointer = problem.pointer
            field = self.fields_of_pointers.get(pointer, pointer.rpartition("/")[2])
            self.add_error(field if field in self.fields else None, spoken(problem.text))
        if not refusal.problems:
            self.add_error(None, spoken(refusal.text))

    def faults(self) -> Iterator[tuple[str, str]]:
        """The id to jump to (empty: the form as a whole) and the sentence, in the order of the fields."""
        for sentence in self.non_field_errors():
            yield "", str(sentence)
        for field in self:
            for sentence in field.errors:
                yield _first_control(field), str(sentence)


def _first_control(field: BoundField) -> str:
    widget: Any = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{field.auto_id}_0"
    return str(field.auto_id)
