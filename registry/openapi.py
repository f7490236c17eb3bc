"""The OpenAPI 3.1 document: made from the views, with the refusals that every call has in common."""

import functools
import hashlib
import inspect
import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import etag, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from accounts.clients.serializers import StrictSerializer
from registry.errors import PROBLEM_TYPE

_SENTENCES = {
    "type": "object",
    "description": "The sentence in both languages.",
    "required": ["id", "en"],
    "properties": {"id": {"type": "string"}, "en": {"type": "string"}},
}
_FAULT = {
    "type": "object",
    "required": ["code", "pointer", "detail", "sentences"],
    "properties": {
        "code": {"type": "string"},
        "pointer": {
            "type": "string",
            "description": "JSON pointer (RFC 6901) into the body; empty: the whole.",
        },
        "parameter": {"type": "string", "description": "The query parameter, where it is one."},
        "detail": {"type": "string"},
        "sentences": _SENTENCES,
    },
}
PROBLEM = {
    "type": "object",
    "description": "A problem document (RFC 9457). Some codes add members: `canonical`, `state`, …",
    "required": ["type", "title", "status", "code", "detail", "sentences", "problems"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A page that explains the code."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: what a program should look at."},
        "detail": {"type": "string", "description": "What to do, in the language of Accept-Language."},
        "sentences": _SENTENCES,
        "problems": {"type": "array", "items": _FAULT},
        "canonical": {"type": "string", "description": "The number that is meant, where only one can be."},
        "state": {"type": "string", "description": "The status that forbids the action."},
        "retry_after": {"type": "integer", "description": "Seconds."},
    },
}
_QUOTA = {
    "RateLimit": "What the key still has, draft-ietf-httpapi-ratelimit-headers-11: `r` is left, for `t` seconds.",
    "RateLimit-Policy": "The limits `q` in `w` seconds. They are counted by machine: through several you have more.",
}
_HEADERS = {
    401: {"WWW-Authenticate": "RFC 6750: what is wrong with the key."},
    429: {"Retry-After": "Seconds, where waiting helps.", **_QUOTA},
    503: {"Retry-After": "Seconds."},
}


class Schema(AutoSchema):
    """DRF's DEFAULT_SCHEMA_CLASS: adds the problem documents that a call can answer with."""

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        if direction == "response":
            if self.view.authentication_classes:
                for described in responses.values():
                    described.setdefault("headers", {}).update(self._headers(_QUOTA))
            for status in self._refusals():
                responses.setdefault(str(status), self._problem(status))
        return dict(sorted(responses.items()))

    def _postprocess_serializer_schema(self, schema: Any, serializer: Any, direction: Any) -> Any:
        schema = super()._postprocess_serializer_schema(schema, serializer, direction)  # type: ignore[no-untyped-call]  # spectacular's are untyped
        if isinstance(serializer, StrictSerializer) and schema.get("type") == "object":
            schema["additionalProperties"] = False
            if schema.get("description") == inspect.getdoc(StrictSerializer):
                del schema["description"]
        return schema

    def _refusals(self) -> Iterator[int]:
        yield from (400, 406, 422, 503)
        if self.view.authentication_classes:
            yield from (401, 403, 429)
        yield from map(int, getattr(self.view, "refuses_with", ()))
        if "{" in self.path:
            yield 404
        if self.method in ("POST", "PUT", "PATCH"):
            yield from (411, 413, 415)
        if self.method not in ("GET", "HEAD"):
            yield 409
        if self.method == "PATCH":
            yield from (412, 428)

    def _problem(self, status: int) -> dict[str, Any]:
        """A reference: the answer is the same for every call."""
        schema = self._component(ResolvedComponent.SCHEMA, "Problem", PROBLEM)
        phrase = HTTPStatus(status).phrase
        described: dict[str, Any] = {"description": phrase, "content": {PROBLEM_TYPE: {"schema": schema}}}
        if status in _HEADERS:
            described["headers"] = self._headers(_HEADERS[status])
        name = phrase.title().replace(" ", "").replace("-", "")
        return self._component("responses", name, described)

    def _headers(self, described: dict[str, str]) -> dict[str, Any]:
        schemas = {
            name: {"description": description, "schema": {"type": "string"}}
            for name, description in described.items()
        }
        return {
            name: self._component("headers", name, schema) if name in _QUOTA else schema
            for name, schema in schemas.items()
        }

    def _component(self, kind: str, name: str, content: dict[str, Any]) -> dict[str, Any]:
        component = ResolvedComponent(name, kind, content, name)  # type: ignore[no-untyped-call]  # as above
        self.registry.register_on_missing(component)
        return dict(component.ref)


# drf-spectacular loads its extensions when it is first used, and two threads at that are one too many.
_one_at_a_time = threading.Lock()


def document() -> dict[str, Any]:
    with _one_at_a_time:
        return _document()


@functools.cache
def _document() -> dict[str, Any]:
    with translation.override("en"):
        made = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # as above
    assert isinstance(made, dict)
    _strip(made)
    return made


def _strip(node: Any) -> None:
    """Take out the marks that drf-spectacular leaves for its own hooks."""
    if isinstance(node, dict):
        node.pop("x-spec-enum-id", None)
        for value in node.values():
            _strip(value)
    elif isinstance(node, list):
        for value in node:
            _strip(value)


@functools.cache
def _as_json() -> bytes:
    return json.dumps(document(), ensure_ascii=False).encode()


def _etag(request: HttpRequest) -> str:
    return f'"{hashlib.sha256(_as_json()).hexdigest()[:32]}"'


@require_safe
@etag(_etag)
def openapi_json(request: HttpRequest) -> HttpResponse:
    return HttpResponse(_as_json(), content_type="application/json")
