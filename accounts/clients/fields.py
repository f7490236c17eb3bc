"""Fields that every package's requests and answers have."""

import re
from datetime import UTC
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers

_VISIBLE = r"[^\x00-\x08\x0B\x0C\x0E-\x1F]*"


class TextField(serializers.CharField):
    """A text without control characters, line breaks and tabs aside: nobody can see them."""

    default_error_messages = {"hidden_characters": "Hidden characters."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not re.fullmatch(_VISIBLE, text):
            self.fail("hidden_characters")
        return text


class MomentField(serializers.DateTimeField):
    """RFC 3339 in UTC, whatever the clock on the staff's wall says."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)


class TextFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # registers subclasses, untyped
    """The rule as a pattern."""

    target_class = TextField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer_field(  # type: ignore[no-untyped-call]  # as above
            self.target, direction, bypass_extensions=True
        )
        pattern = {"pattern": f"^{_VISIBLE}$"}
        # Beside a bare pattern, drf-spectacular writes "or empty" as a oneOf: an empty text matches it twice.
        return schema | ({"allOf": [pattern]} if self.target.allow_blank else pattern)
