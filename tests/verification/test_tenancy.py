"""Whose is it? Every call of the owner's side on what is one's own, another app's, and nobody's.

The table has a row for each call: a new one without a row fails here.
"""

import json
from typing import Any, NamedTuple

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern

from accounts.audit.models import Event
from accounts.businesses import urls as of_businesses
from accounts.clients.models import Scope
from accounts.clients.partners import PartnerCall
from accounts.verification import urls as of_verification
from accounts.websites import services as websites
from accounts.websites import urls as of_websites
from tests.factories import PDF, make_account, make_cohort, make_draft, owner_of
from tests.partner import ACCOUNT, BUSINESS, Partner, made, partner, refused

pytestmark = pytest.mark.usefixtures("db")
# Calls on nothing that is anybody's.
OPEN_TO_ALL = {("businesses", "get"), ("businesses", "post"), ("number-kind", "put")}
FORM = (
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n--x--\r\n"
)


class Call(NamedTuple):
    """`own` is the answer's status for one's own."""

    name: str
    method: str
    address: str
    own: int
    body: Any = None


CALLS = [
    Call("business", "get", "/v1/businesses/{business}", 200),
    Call("business", "patch", "/v1/businesses/{business}", 428, {"country": "SG"}),
    Call("business-accounts", "get", "/v1/businesses/{business}/accounts", 200),
    Call("business-accounts", "post", "/v1/businesses/{business}/accounts", 201, ACCOUNT),
    Call("account", "get", "/v1/accounts/{account}", 200),
    Call("account", "patch", "/v1/accounts/{account}", 428, {"about": "?"}),
    Call("account-applications", "get", "/v1/accounts/{account}/applications", 200),
    Call("account-applications", "post", "/v1/accounts/{account}/applications", 409, {"kind": "new"}),
    Call("account-number-code", "post", "/v1/accounts/{account}/number-code", 409),
    Call(
        "account-number-code-check",
        "post",
        "/v1/accounts/{account}/number-code/check",
        409,
        {"code": "123456"},
    ),
    Call("website-proofs", "get", "/v1/accounts/{account}/website-proofs", 200),
    Call(
        "website-proofs",
        "post",
        "/v1/accounts/{account}/website-proofs",
        201,
        {"website": "https://a.example"},
    ),
    Call("website-proof", "get", "/v1/accounts/{account}/website-proofs/{proof}", 200),
    Call(
        "website-check", "post", "/v1/accounts/{account}/website-proofs/{proof}/check", 202, {"method": "dns"}
    ),
    Call("application", "get", "/v1/applications/{application}", 200),
    Call("application", "patch", "/v1/applications/{application}", 428, {"category": "other"}),
    Call("application-submit", "post", "/v1/applications/{application}/submit", 200),
    Call("application-answer", "post", "/v1/applications/{application}/answer", 409, {"text": "?"}),
    Call("application-withdraw", "post", "/v1/applications/{application}/withdraw", 200),
    Call("application-contest", "post", "/v1/applications/{application}/contest", 409, {"text": "?"}),
    Call("number-code", "post", "/v1/applications/{application}/number-code", 202),
    Call(
        "number-code-check",
        "post",
        "/v1/applications/{application}/number-code/check",
        422,
        {"code": "123456"},
    ),
    Call("evidence-list", "get", "/v1/applications/{application}/evidence", 200),
    Call("evidence-list", "post", "/v1/applications/{application}/evidence", 201, FORM),
    Call("evidence", "get", "/v1/applications/{application}/evidence/{evidence}", 200),
    Call("evidence", "delete", "/v1/applications/{application}/evidence/{evidence}", 204),
]
UNKNOWN = {
    "proof": "web_01h2xcejqtf2nbrexx3vqjhp41",
    "business": "biz_01h2xcejqtf2nbrexx3vqjhp41",
    "account": "acc_01h2xcejqtf2nbrexx3vqjhp41",
    "application": "app_01h2xcejqtf2nbrexx3vqjhp41",
    "evidence": "evd_01h2xcejqtf2nbrexx3vqjhp41",
}
MALFORMED = [
    "1",
    "null",
    "%20",
    "%C3%A4",
    "biz_",
    "app_8zzzzzzzzzzzzzzzzzzzzzzzzz",
    "..%2e",
    "x" * 3000,
    "%0A",
]


def send(http: Client, call: Call, ids: dict[str, str]) -> Any:
    multipart = isinstance(call.body, bytes)
    body = call.body if multipart else json.dumps({} if call.body is None else call.body)
    content_type = "multipart/form-data; boundary=x" if multipart else "application/json"
    address = call.address.format(**ids)
    if call.method in ("get", "delete"):
        return http.generic(call.method.upper(), address)
    return http.generic(call.method.upper(), address, body, content_type=content_type)


def everything(app: Partner, contact: str) -> dict[str, str]:
    """The ids of a business with a draft that can be sent."""
    business = app.business(owner={"contact": contact})
    account = app.account(business)
    application = app.draft(account, cohort=make_cohort().pk)
    evidence = app.upload(application).json()["id"]
    proof = made(app.post(f"/v1/accounts/{account}/website-proofs", {"website": "https://ada.example"}))
    return {
        "business": business,
        "account": account,
        "application": application,
        "evidence": evidence,
        "proof": proof,
    }


def named(call: Any) -> str:
    return f"{call.method} {call.name}" if isinstance(call, Call) else ""


def test_every_call_has_its_row() -> None:
    patterns = of_businesses.urlpatterns + of_verification.urlpatterns + of_websites.urlpatterns
    calls = set()
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        view = pattern.callback.view_class  # type: ignore[attr-defined]  # of a class-based view
        assert issubclass(view, PartnerCall)
        methods = ("get", "post", "put", "patch", "delete")
        calls |= {(pattern.name, method) for method in methods if hasattr(view, method)}
    assert calls == {(call.name, call.method) for call in CALLS} | OPEN_TO_ALL


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_what_an_app_created_is_its_own_and_nobody_elses(call: Call) -> None:
    mine, theirs = partner("Mine"), partner("Theirs")
    own, foreign = everything(mine, "mine@owner.example"), everything(theirs, "theirs@owner.example")
    events = Event.objects.count()
    unknown = send(mine.http, call, UNKNOWN)
    refused(unknown, 404, "not_found")
    not_mine = send(mine.http, call, foreign)
    assert alike(not_mine, unknown)
    for malformed in MALFORMED:
        assert alike(send(mine.http, call, dict.fromkeys(UNKNOWN, malformed)), unknown), malformed
    assert Event.objects.count() == events
    assert send(mine.http, call, own).status_code == call.own


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_what_came_by_a_form_is_no_partner_apps(call: Call) -> None:
    account = make_account()
    application = make_draft(account)
    ids = {
        "business": account.business_id,
        "account": account.pk,
        "application": application.pk,
        "evidence": application.evidence.get().pk,
        "proof": websites.start(account, "https://ada.example", by=owner_of(account)).pk,
    }
    refused(send(partner("Mine").http, call, ids), 404, "not_found")


@pytest.mark.parametrize("call", CALLS, ids=named)
def test_no_call_without_its_scope_or_a_key(call: Call) -> None:
    own = everything(partner("Mine"), "mine@owner.example")
    events = Event.objects.count()
    others = partner("Another", Scope.CONTACTS_READ, Scope.NUMBERS_DECLARE)
    assert refused(send(others.http, call, own), 403, "scope_missing")["scope"] == "onboarding:write"
    refused(send(Client(), call, own), 401, "key_missing")
    assert Event.objects.count() == events + 2  # the other app and its key


def test_lists_hold_ones_own_only() -> None:
    mine, theirs = partner("Mine"), partner("Theirs")
    own = everything(mine, "mine@owner.example")
    everything(theirs, "theirs@owner.example")
    assert [row["id"] for row in mine.get("/v1/businesses").json()["results"]] == [own["business"]]


def test_two_apps_may_speak_for_one_person() -> None:
    mine, theirs = partner("Mine"), partner("Theirs")
    mine.business(), theirs.business()
    assert len(mine.get("/v1/businesses").json()["results"]) == 1
    assert BUSINESS["owner"]["contact"] not in mine.get("/v1/businesses").content.decode()  # type: ignore[index]  # a JSON object


def alike(answer: HttpResponse, unknown: HttpResponse) -> bool:
    """The same answer to the byte, its headers included, but for what is left of the quota."""
    told, of_the_unknown = (
        {name: value for name, value in one.headers.items() if name != "RateLimit"}
        for one in (answer, unknown)
    )
    return (answer.status_code, answer.content, told) == (
        unknown.status_code,
        unknown.content,
        of_the_unknown,
    )
