"""Typed ids in addresses: what can't be an id does not lead anywhere."""

from django.urls import register_converter

from accounts import ids

PREFIXES = ("acc", "app", "biz", "evd", "pho")


class TypedId:
    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


def register() -> None:
    """`<app:application_id>` in a path, and so on for each prefix."""
    for prefix in PREFIXES:
        register_converter(type(prefix, (TypedId,), {"regex": f"{prefix}_{ids.SUFFIX_PATTERN}"}), prefix)
