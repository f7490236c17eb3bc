"""Claiming a number that another business has, on a page; and what its holder sees."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.businesses.models import Account
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.proofs import claims, clockwork
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberClaim
from accounts.verification import services as verification
from accounts.verification.models import Application
from tests.factories import make_approved, next_number, owner_of
from tests.onboarding.proving import code_for, said
from tests.owners import owner_browser
from tests.proofs.claiming import claimant_of, let_pass, prove_by_code, run_out_of_time

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def holder(db: None) -> Account:
    return make_approved()


@pytest.fixture
def draft(holder: Account, ada: User) -> Application:
    return claimant_of(str(holder.number), ada)


def page_of(application: Application) -> str:
    return reverse("claim_number", args=[application.pk])


def send(browser: Client, application: Application) -> Any:
    return browser.post(reverse("send_claim_code", args=[application.pk]), {"sms": ""}, follow=True)


def claim(browser: Client, application: Application) -> Any:
    send(browser, application)
    return browser.post(page_of(application), {"code": code_for(application.number)}, follow=True)


def test_from_taken_to_ones_own(holder: Account, draft: Application, browser: Client) -> None:
    page = said(browser.get(page_of(draft)))
    assert "Another business has this number" in page
    assert str(holder.live_name) not in page and holder.pk not in page, "never which one"
    assert 'name="code"' in said(send(browser, draft))
    page = said(browser.post(page_of(draft), {"code": code_for(draft.number)}, follow=True))
    assert "You have shown that you answer there" in page
    assert str(holder.live_name) not in page
    run_out_of_time(NumberClaim.objects.get())
    clockwork.tick()
    page = said(browser.get(page_of(draft), follow=True))
    assert "Proven" in page, "it leads to the page of one's own number"
    assert reverse("task_list", args=[draft.pk]) in page


def test_the_holder_is_told_where_to_prove_it(holder: Account, draft: Application, browser: Client) -> None:
    claim(browser, draft)
    theirs = owner_browser(owner_of(holder))
    address = reverse("prove_again", args=[holder.pk])
    assert address in Message.objects.get(template="number_prove_again").body
    assert "Please prove until" in said(theirs.get(address))
    let_pass(proofs.RESEND_AFTER)
    theirs.post(reverse("send_code_again", args=[holder.pk]), {"sms": ""})
    answer = theirs.post(address, {"code": code_for(str(holder.number))}, follow=True)
    assert "proven again" in said(answer)
    page = said(browser.get(page_of(draft)))
    assert "You have shown" not in page and 'name="sms"' in page


def test_a_wrong_code_claims_nothing(draft: Application, browser: Client) -> None:
    send(browser, draft)
    wrong = f"{(int(code_for(draft.number)) + 1) % 1_000_000:06}"
    assert browser.post(page_of(draft), {"code": wrong}).status_code == 422
    assert not NumberClaim.objects.exists()


def test_a_claim_that_is_refused_says_why(mallory: User, draft: Application, browser: Client) -> None:
    other = claimant_of(draft.number, mallory)
    prove_by_code(other.account, other.number, claiming=True)
    claims.open_claim(other.account, other.number, by=mallory)
    let_pass(proofs.RESEND_AFTER)
    send(browser, draft)
    answer = browser.post(page_of(draft), {"code": code_for(draft.number)})
    assert answer.status_code == 422
    assert "try again in a few days" in said(answer)
    claims.withdraw(NumberClaim.objects.get(), by=mallory)
    page = said(browser.get(page_of(draft)))
    assert 'name="code"' not in page, "the code was right, and is not asked for again"
    browser.post(page_of(draft))
    assert NumberClaim.objects.open().get().account == draft.account


def test_a_claim_is_withdrawn_by_a_button(draft: Application, browser: Client) -> None:
    claim(browser, draft)
    address = reverse("withdraw_number_claim", args=[draft.pk])
    assert address in said(browser.get(page_of(draft)))
    assert "no longer claim" in said(browser.post(address, follow=True))
    assert NumberClaim.objects.get().outcome == "withdrawn"
    browser.post(address)


def test_what_is_not_taken_is_not_claimed(draft: Application, browser: Client) -> None:
    verification.change(draft, revision=draft.revision, number=next_number(), by=owner_of(draft.account))
    prove = reverse("prove_number", args=[draft.pk])
    assert browser.get(page_of(draft))["Location"] == prove
    assert browser.post(page_of(draft), {"code": "123456"})["Location"] == prove


def test_who_lost_the_number_reads_so(holder: Account, draft: Application, browser: Client) -> None:
    claim(browser, draft)
    run_out_of_time(NumberClaim.objects.get())
    clockwork.tick()
    page = said(owner_browser(owner_of(holder)).get(reverse("prove_again", args=[holder.pk])))
    assert "somebody else has it now" in page
    assert reverse("change_number", args=[holder.pk]) in page
