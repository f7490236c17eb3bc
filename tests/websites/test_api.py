"""Proving a website by a partner app."""

import pytest

from accounts.websites.looking import FILE, KEY, RECORD, Finding, Method
from accounts.websites.models import WebsiteProof
from tests.partner import partner, refused
from tests.websites.proving import MISSING, look

pytestmark = pytest.mark.django_db


def test_from_the_token_to_proven() -> None:
    app = partner("Mine")
    account = app.account(website="https://warung.example/menu")
    address = f"/v1/accounts/{account}/website-proofs"
    assert app.get(address).json()["results"] == []
    started = app.post(address)
    assert (started.status_code, started.headers["Location"]) == (201, f"{address}/{started.json()['id']}")
    proof = started.json()
    token = WebsiteProof.objects.get().token
    assert (proof["host"], proof["status"], proof["method"]) == ("warung.example", "started", None)
    assert proof["places"] == [
        {"method": "dns", "where": f"{RECORD}.warung.example", "what": f"{KEY}={token}"},
        {"method": "file", "where": f"https://warung.example{FILE}", "what": f"{KEY}={token}"},
        {
            "method": "meta",
            "where": "https://warung.example/",
            "what": f'<meta name="{KEY}" content="{token}">',
        },
    ]
    assert app.post(address, {"website": "https://warung.example"}).json()["id"] == proof["id"]

    checking = app.post(f"{address}/{proof['id']}/check", {"method": "dns"})
    assert (checking.status_code, checking.json()["looking"]) == (202, True)
    look(MISSING)
    found = app.get(f"{address}/{proof['id']}").json()
    assert (found["looking"], found["problem"]["code"]) == (False, "website_token_missing")
    app.post(f"{address}/{proof['id']}/check", {"method": "dns"})
    look(Finding("", "", Method.DNS))
    found = app.get(f"{address}/{proof['id']}").json()
    assert (found["status"], found["method"], found["problem"]) == ("proven", "dns", None)
    assert [row["id"] for row in app.get(address).json()["results"]] == [proof["id"]]


def test_what_can_not_be_proven() -> None:
    app = partner("Mine")
    address = f"/v1/accounts/{app.account()}/website-proofs"
    refused(app.post(address), 422, "website_missing", "/website")
    refused(app.post(address, {"website": "http://127.0.0.1/"}), 422, "website_unfit", "/website")
    refused(app.post(address, {"website": "ftp://warung.example/"}), 422, "website_invalid", "/website")
    proof = app.post(address, {"website": "https://warung.example"}).json()["id"]
    refused(app.post(f"{address}/{proof}/check", {"method": "pigeon"}), 422, "choice_unknown", "/method")


def test_a_proof_is_found_below_its_own_account_only() -> None:
    app = partner("Mine")
    business = app.business()
    first, second = app.account(business), app.account(business)
    proof = app.post(f"/v1/accounts/{first}/website-proofs", {"website": "https://warung.example"}).json()
    refused(app.get(f"/v1/accounts/{second}/website-proofs/{proof['id']}"), 404, "not_found")


def test_ten_an_hour() -> None:
    app = partner("Mine")
    address = f"/v1/accounts/{app.account()}/website-proofs"
    proof = app.post(address, {"website": "https://warung.example"}).json()["id"]
    for _ in range(10):
        assert app.post(f"{address}/{proof}/check", {"method": "dns"}).status_code == 202
        look(MISSING)
    answer = app.post(f"{address}/{proof}/check", {"method": "dns"})
    refused(answer, 429, "website_checks_used_up")
    assert 0 < int(answer.headers["Retry-After"]) <= 3601
