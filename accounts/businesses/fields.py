"""Fields of request bodies whose form the OpenAPI document says, and whose rule is the services'."""

from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.businesses.lists import ContactPurpose
from accounts.businesses.numbers import E164_PATTERN

NUMBER_SCHEMA = {"type": "string", "pattern": E164_PATTERN, "examples": ["+12025550123"]}


class CountryField(serializers.CharField):
    """ISO 3166-1, two letters."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("validators", [RegexValidator(r"^[A-Z]{2}\Z", code="country_unknown")])
        kwargs.setdefault("help_text", "ISO 3166-1, two letters.")
        super().__init__(trim_whitespace=False, **kwargs)


@extend_schema_field(NUMBER_SCHEMA)
class NumberField(serializers.CharField):
    """E.164 with +. The service refuses anything else, and says which number is meant where it can."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)


WEB_ADDRESS = r"^https?://\S+$"


@extend_schema_field({"type": "string", "maxLength": 200, "pattern": WEB_ADDRESS})
class WebAddressField(serializers.CharField):
    """An address with http or https, or null where there is none; the models keep an empty text."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["validators"] = [RegexValidator(WEB_ADDRESS, code="website_invalid")]
        super().__init__(max_length=200, allow_null=True, trim_whitespace=False, **kwargs)

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]  # null, see above
        return value or None


class PurposesField(serializers.ListField):
    child = serializers.ChoiceField(choices=ContactPurpose.choices)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "What the account writes about (R8).")
        super().__init__(max_length=len(ContactPurpose), **kwargs)
