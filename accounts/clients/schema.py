"""How the OpenAPI document describes the key.

Not in `authentication`, which DRF imports while it starts: drf-spectacular needs a DRF that has started.
"""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class BearerKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers subclasses, untyped
    target_class = "accounts.clients.authentication.BearerKey"
    name = "bearerKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "vbr_…",
            "description": "The key of a client app. Its scopes are set when it is made.",
        }

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        scope = getattr(auto_schema.view, "required_scope", None)
        return {self.name: [str(scope)] if scope else []}
