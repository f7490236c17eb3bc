"""What every request body has in common: nothing unknown is let pass, and each refusal names its field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from accounts.errors import Invalid, Problem
from accounts.sentences import SENTENCES

# What DRF and Django call a fault -> our code. A limit, where there is one, is the number in their message.
_CODES = {
    "required": "required",
    "null": "required",
    "blank": "required",
    "empty": "required",
    "no_name": "required",
    "max_length": "value_too_long",
    "min_length": "value_too_short",
    "max_value": "value_too_high",
    "min_value": "value_too_low",
    "invalid_choice": "choice_unknown",
    "does_not_exist": "choice_unknown",
    "null_characters_not_allowed": "hidden_characters",
    "surrogate_characters_not_allowed": "hidden_characters",
}
_JSON_TYPES: list[tuple[tuple[type, ...], tuple[type, ...], str]] = [
    ((serializers.BooleanField,), (bool,), "boolean"),
    ((serializers.IntegerField,), (int,), "integer"),
    ((serializers.FloatField, serializers.DecimalField), (int, float), "number"),
    (
        (serializers.CharField, serializers.ChoiceField, serializers.DateField, serializers.DateTimeField),
        (str,),
        "string",
    ),
]
_WITH_A_LIMIT = frozenset({"value_too_long", "value_too_short", "value_too_high", "value_too_low"})


class StrictSerializer(serializers.Serializer[Any]):
    """A body, or an object in one: fields it does not know are refused, never ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [_wrong_type("object")]})
        faults: dict[str, Any] = {}
        for name, value in data.items():
            field = self.fields.get(name)
            if field is None:
                faults[name] = ErrorDetail("unknown", code="field_unknown")
            elif field.read_only:
                faults[name] = ErrorDetail("read only", code="field_read_only")
            elif not isinstance(data, QueryDict) and (misfit := _misfit(field, value)):
                faults[name] = misfit
        try:
            known = super().to_internal_value(data)
        except ValidationError as error:
            assert isinstance(error.detail, dict)
            faults = error.detail | faults
        if faults:
            raise ValidationError(faults)
        return known

    def is_valid(self, *, raise_exception: bool = False) -> bool:
        """Raises Invalid, with a problem for each fault, when `raise_exception` is set."""
        valid = super().is_valid(raise_exception=False)
        if not valid and raise_exception:
            raise invalid(self.errors)
        return valid


def _misfit(field: serializers.Field[Any, Any, Any, Any], value: Any) -> Any:
    """What is wrong with a value's JSON type, item by item: DRF itself reads 12 as "12", "yes" as true."""
    if value is None:
        return None
    if isinstance(field, serializers.ListField):
        if not isinstance(value, list):
            return _wrong_type("array")
        assert field.child is not None
        return {index: fault for index, item in enumerate(value) if (fault := _misfit(field.child, item))}
    if isinstance(field, serializers.ListSerializer):
        return None if isinstance(value, list) else _wrong_type("array")
    for fields, types, expected in _JSON_TYPES:
        if isinstance(field, fields):
            fits = isinstance(value, types) and not (isinstance(value, bool) and bool not in types)
            return None if fits else _wrong_type(expected)
    return None


def _wrong_type(expected: str) -> ErrorDetail:
    return ErrorDetail(expected, code="wrong_type")


def invalid(detail: Any) -> Invalid:
    """DRF's nested errors as one refusal whose problems carry JSON pointers (RFC 6901)."""
    return refusal(list(_problems(detail, "")))


def refusal(problems: Sequence[Problem]) -> Invalid:
    """One refusal for all that is wrong with a request. A single problem gives it its own code."""
    first = problems[0]
    if len(problems) == 1 and first.code in SENTENCES:
        return Invalid(first.code, problems=problems, **first.params)
    return Invalid("invalid", problems=problems)


def pointer_to(*steps: str | int) -> str:
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def _problems(detail: Any, pointer: str) -> Iterator[Problem]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            whole = name == api_settings.NON_FIELD_ERRORS_KEY
            yield from _problems(inner, pointer if whole else pointer + pointer_to(name))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _problems(inner, pointer)
    else:
        yield _problem(detail, pointer)


def _problem(detail: str, pointer: str) -> Problem:
    code = getattr(detail, "code", "invalid") or "invalid"
    code = _CODES.get(code, code if code in SENTENCES and code != "invalid" else "value_invalid")
    if code in _WITH_A_LIMIT:
        limit = re.search(r"-?\d+", str(detail))
        return Problem(code, pointer, {"limit": int(limit.group()) if limit else 0})
    if code == "wrong_type":
        return Problem(code, pointer, {"expected": str(detail)})
    return Problem(code, pointer)
