"""Showing a website on a page, as an owner does it on a phone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.businesses.models import Account
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Kind, Source
from accounts.websites.looking import FILE, KEY, RECORD, Finding, Method
from accounts.websites.models import WebsiteProof
from tests.factories import make_account, make_approved, make_business, make_draft
from tests.onboarding.proving import said
from tests.owners import owner_browser
from tests.websites.proving import MISSING, WEBSITE, failed, look, proven, warned

pytestmark = pytest.mark.usefixtures("db")
HOST = "warung.example"


def page_of(account: Account) -> str:
    return reverse("my_website", args=[account.pk])


def press(browser: Client, account: Account, what: str, **data: str) -> Any:
    return browser.post(reverse(what, args=[account.pk]), {"host": HOST, **data}, follow=True)


@pytest.fixture
def account(ada: User) -> Account:
    return make_account(make_business(ada), website=WEBSITE)


def test_from_the_code_to_the_proof(account: Account, browser: Client) -> None:
    page = said(browser.get(page_of(account)))
    assert HOST in page and "Get the code" in page
    assert not WebsiteProof.objects.exists(), "looking starts nothing"

    begun = press(browser, account, "start_website")
    assert begun.redirect_chain == [(page_of(account), 302)]
    page = said(begun)
    token = WebsiteProof.objects.get().token
    assert f"{RECORD}.{HOST}" in page and f"https://{HOST}{FILE}" in page
    assert page.count(f"{KEY}={token}") == 2
    assert f"&lt;meta name=&quot;{KEY}&quot; content=&quot;{token}&quot;&gt;" in begun.content.decode()
    assert page.count("Check now") == 3

    page = said(press(browser, account, "check_website", method="file"))
    assert "We are looking at your website now." in page
    look(MISSING)
    page = said(browser.get(page_of(account)))
    assert "the code is not there" in page
    assert "We are looking" not in page
    assert page.count('<details class="panel" open>') == 1, "the way that was tried stays open"

    press(browser, account, "check_website", method="file")
    look(Finding("", "", Method.FILE))
    page = said(browser.get(page_of(account)))
    assert "Proven" in page and "by the file" in page and "Last looked at on" in page


@pytest.mark.parametrize(
    ("code", "found", "sentence"),
    [
        ("website_redirects", "https://www.warung.example/", "leads on to https://www.warung.example/"),
        ("website_private", "", "not on the public internet"),
        ("website_no_name", "", "No website of that name"),
        ("website_slow", "", "took too long"),
        ("website_too_large", "", "too large"),
        ("website_not_found", f"https://{HOST}{FILE}", f"nothing at https://{HOST}{FILE}"),
        ("website_token_wrong", "", "another code"),
        ("website_tls", "", "certificate"),
        ("website_answer_other", "503", "it answered 503"),
    ],
)
def test_each_finding_is_a_sentence_that_says_what_to_do(
    account: Account, browser: Client, code: str, found: str, sentence: str
) -> None:
    press(browser, account, "check_website", method="meta")
    look(Finding(code, found, Method.META))
    assert sentence in said(browser.get(page_of(account)))


def test_a_redirect_with_markup_in_it_stays_text(account: Account, browser: Client) -> None:
    press(browser, account, "check_website", method="meta")
    look(Finding("website_redirects", "https://<script>alert(1)</script>/", Method.META))
    assert "<script>alert" not in browser.get(page_of(account)).content.decode()


def test_a_double_tap_is_one_proof_and_one_look(account: Account, browser: Client) -> None:
    for _ in range(2):
        press(browser, account, "start_website")
    for _ in range(15):
        page = said(press(browser, account, "check_website", method="dns"))
    assert "Try again in" not in page
    assert WebsiteProof.objects.count() == 1


def test_whoever_asks_too_often_is_told_when_to_come_again(account: Account, browser: Client) -> None:
    for _ in range(10):
        press(browser, account, "check_website", method="dns")
        look(MISSING)
    assert "checked often enough for now" in said(press(browser, account, "check_website", method="dns"))


def test_what_was_warned_of_and_what_failed(account: Account, browser: Client) -> None:
    proof = warned(proven(account))
    page = said(browser.get(page_of(account)))
    assert "We don't find the code any more." in page.replace("&#x27;", "'")
    failed(proof)
    page = said(browser.get(page_of(account)))
    assert "this website is no longer proven" in page and "Get the code" in page
    page = said(press(browser, account, "start_website"))
    assert proof.token not in page
    assert WebsiteProof.objects.standing().get().token in page


def test_a_look_in_vain_at_what_is_proven(account: Account, browser: Client) -> None:
    proven(account)
    press(browser, account, "check_website", method="dns")
    look(MISSING)
    page = said(browser.get(page_of(account)))
    assert "Proven" in page and "we did not find the code" in page


def test_a_website_that_is_only_applied_for(ada: User, browser: Client) -> None:
    draft = make_draft(make_account(make_business(ada)), website=WEBSITE)
    page = said(browser.get(page_of(draft.account)))
    assert HOST in page
    question = reverse("question", kwargs={"application_id": draft.pk, "slug": "website"})
    assert f'href="{question}"' in page
    press(browser, draft.account, "start_website")
    assert WebsiteProof.objects.get().host == HOST


def test_the_old_website_and_the_new_one(ada: User, browser: Client) -> None:
    account = make_approved(account=make_account(make_business(ada)), website=WEBSITE)
    verification.start(
        account, kind=Kind.PROFILE_CHANGE, source=Source.FORM, by=ada, website="https://new.example"
    )
    page = said(browser.get(page_of(account)))
    assert page.index("new.example") < page.index(HOST)
    for host in (HOST, "new.example"):
        press(browser, account, "check_website", host=host, method="dns")
    assert set(WebsiteProof.objects.values_list("host", flat=True)) == {HOST, "new.example"}


def test_another_host_is_not_looked_at(account: Account, browser: Client) -> None:
    for host in ("other.example", "127.0.0.1", "", "https://warung.example"):
        page = said(press(browser, account, "start_website", host=host))
        assert "Enter the address of the website first." in page
    assert not WebsiteProof.objects.exists()


def test_no_website_and_one_that_can_not_be_proven(ada: User, browser: Client) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    assert "no business needs one" in said(browser.get(page_of(account)))
    Account.objects.filter(pk=account.pk).update(website="https://warung.example:8443/")
    page = said(browser.get(page_of(account)))
    assert "can't be proven" in page.replace("&#x27;", "'") and "Get the code" not in page


def test_what_the_page_costs(account: Account, browser: Client, django_assert_max_num_queries: Any) -> None:
    proven(account)
    with django_assert_max_num_queries(8):
        answer = browser.get(page_of(account))
    assert len(answer.content) < 50_000


def test_it_is_spoken_in_indonesian_first(account: Account, ada: User) -> None:
    browser = owner_browser(ada, language="id")
    press(browser, account, "check_website", method="meta")
    look(MISSING)
    assert "kodenya tidak ada di sana" in said(browser.get(page_of(account)))
