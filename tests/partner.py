"""A partner app of the tests. Each answer it gets is held against the OpenAPI document."""

import functools
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # has no stubs here

from accounts.audit import journal as audit
from accounts.clients import services as clients
from accounts.clients.models import Scope
from accounts.messages.models import Message
from registry import openapi
from tests.factories import PDF, make_cohort, next_number

BUSINESS = {
    "kind": "company",
    "legal_name": "CV Ada Jaya",
    "registration_number": "9120001234567",
    "country": "ID",
    "owner": {"contact": "ada@owner.example", "name": "Ada", "language": "id"},
}
ACCOUNT = {"category": "food", "contact_purposes": ["order_updates"]}


class Partner:
    def __init__(self, key: str) -> None:
        self.http = Client(raise_request_exception=False, headers={"authorization": f"Bearer {key}"})

    def get(self, path: str, **more: Any) -> Any:
        return as_described(self.http.get(path, **more))

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        more.setdefault("content_type", "application/json")
        return as_described(self.http.post(path, {} if body is None else body, **more))

    def put(self, path: str, body: Any) -> Any:
        return as_described(self.http.put(path, body, content_type="application/json"))

    def patch(self, path: str, body: Any, tag: str | None) -> Any:
        headers = {} if tag is None else {"If-Match": tag}
        return as_described(self.http.patch(path, body, content_type="application/json", headers=headers))

    def delete(self, path: str) -> Any:
        return as_described(self.http.delete(path))

    def upload(self, application: str, content: bytes = PDF, name: str = "nib.pdf") -> Any:
        return as_described(
            self.http.post(
                f"/v1/applications/{application}/evidence", {"file": SimpleUploadedFile(name, content)}
            )
        )

    # What a test starts from: ids.

    def business(self, **facts: Any) -> str:
        return made(self.post("/v1/businesses", {**BUSINESS, **facts}))

    def account(self, business: str = "", **facts: Any) -> str:
        return made(self.post(f"/v1/businesses/{business or self.business()}/accounts", {**ACCOUNT, **facts}))

    def draft(self, account: str = "", **facts: Any) -> str:
        facts = {"kind": "new", "display_name": "Roti Ada Jaya", "number": next_number(), **facts}
        return made(self.post(f"/v1/accounts/{account or self.account()}/applications", facts))

    def complete(self, **facts: Any) -> str:
        """A draft that can be sent."""
        application = self.draft(cohort=make_cohort().pk, **facts)
        assert self.upload(application).status_code == 201
        return application

    def submitted(self, **facts: Any) -> str:
        application = self.complete(**facts)
        assert self.post(f"/v1/applications/{application}/submit").status_code == 200
        return application


def partner(name: str, *scopes: str) -> Partner:
    app = clients.create_app(name, "app@partner.example", by=audit.SYSTEM)
    _, secret = clients.create_key(app, scopes or [Scope.ONBOARDING_WRITE], by=audit.SYSTEM)
    return Partner(secret)


def made(answer: Any) -> str:
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def refused(answer: Any, status: int, code: str, *pointers: str) -> Any:
    """A problem document with that status and code, and a problem at each of those pointers."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    document = answer.json()
    assert (answer.status_code, document["code"]) == (status, code), document
    assert {fault["pointer"] for fault in document["problems"]} >= set(pointers), document
    return document


def code_sent() -> str:
    """The last code, as it waits in the outbox."""
    return Message.objects.filter(template="number_code").latest("pk").secret


def as_described(answer: Any) -> Any:
    """Hold an answer against the document, where it is one of a call that the document knows."""
    match = answer.resolver_match
    if match is None or answer.status_code == 405:
        return answer
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", match.route)
    operation = openapi.document()["paths"][path][answer.request["REQUEST_METHOD"].lower()]
    described = operation["responses"][str(answer.status_code)]
    if "$ref" in described:
        described = openapi.document()["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    for header in described.get("headers", {}):
        assert header in answer.headers or header == "Retry-After", header
    if "content" not in described:
        assert not answer.content
        return answer
    ((content_type, shape),) = described["content"].items()
    assert answer.headers["Content-Type"] == content_type
    _validator(str(shape["schema"]["$ref"])).validate(answer.json())
    return answer


@functools.cache
def _validator(reference: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": reference, "components": openapi.document()["components"]})
