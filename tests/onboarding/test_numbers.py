"""Proving a number on a page, as an owner does it on a phone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.businesses import ownership
from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.messages.models import Channel, Message
from accounts.people.models import User
from accounts.proofs import reproofs
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberCode, NumberProof
from accounts.verification import services as verification
from accounts.verification.models import Application
from tests.factories import make_account, make_approved, make_business, make_draft, make_submitted
from tests.onboarding.proving import code_for, owner_and, said
from tests.owners import owner_browser
from tests.proofs.claiming import let_pass

pytestmark = pytest.mark.usefixtures("db")
MOBILE, LANDLINE, PREMIUM = "+6281234567890", "+62215551234", "+628091234567"


def page_of(application: Application) -> str:
    return reverse("prove_number", args=[application.pk])


def send(browser: Client, application: Application, how: str = "sms") -> Any:
    return browser.post(reverse("send_number_code", args=[application.pk]), {how: ""}, follow=True)


@pytest.fixture
def draft(ada: User) -> Application:
    return make_draft(make_account(make_business(ada)), number=MOBILE)


def test_the_number_is_shown_back_before_anything_is_sent(draft: Application, browser: Client) -> None:
    page = said(browser.get(page_of(draft)))
    assert "+62 812-3456-7890" in page
    assert "Is this the number of your business?" in page
    question = reverse("question", kwargs={"application_id": draft.pk, "slug": "number"})
    assert f'href="{question}"' in page
    assert 'name="code"' not in page, "first the code is sent"
    assert not Message.objects.exists()


def test_from_the_code_to_the_proof(draft: Application, browser: Client) -> None:
    sent = send(browser, draft)
    page = said(sent)
    assert sent.redirect_chain == [(page_of(draft), 302)]
    assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page
    assert "you can ask for another one" in page
    answer = browser.post(page_of(draft), {"code": code_for(MOBILE)})
    assert (answer.status_code, answer["Location"]) == (302, page_of(draft))
    assert proofs.is_proven(draft.account, MOBILE)
    page = said(browser.get(page_of(draft)))
    assert "Proven" in page and reverse("task_list", args=[draft.pk]) in page
    assert 'name="code"' not in page


@pytest.mark.parametrize("typed", ["{0}{1}{2} {3}{4}{5}", " {0}{1}{2}-{3}{4}{5} ", "arabic"])
def test_a_code_is_read_however_it_is_written(typed: str, draft: Application, browser: Client) -> None:
    send(browser, draft)
    code = code_for(MOBILE)
    written = "".join(chr(0x660 + int(digit)) for digit in code) if typed == "arabic" else typed.format(*code)
    assert browser.post(page_of(draft), {"code": written}).status_code == 302
    assert proofs.is_proven(draft.account, MOBILE)


def test_a_wrong_code_says_how_many_tries_are_left(draft: Application, browser: Client) -> None:
    send(browser, draft)
    wrong = f"{(int(code_for(MOBILE)) + 1) % 1_000_000:06}"
    answer = browser.post(page_of(draft), {"code": wrong})
    assert answer.status_code == 422
    assert "tries left: 4" in said(answer)
    for _ in range(4):
        answer = browser.post(page_of(draft), {"code": wrong})
    assert "no longer valid" in said(answer)
    assert 'name="sms"' in said(browser.get(page_of(draft))), "a new one can be asked for"


@pytest.mark.parametrize("typed", ["", "abc", "12345", "1234567"])
def test_what_is_no_code_counts_as_no_guess(typed: str, draft: Application, browser: Client) -> None:
    send(browser, draft)
    answer = browser.post(page_of(draft), {"code": typed})
    assert answer.status_code == 422
    assert "six digits" in said(answer)
    assert NumberCode.objects.get().guesses == 0


def test_a_call_reads_it_out(draft: Application, browser: Client) -> None:
    page = said(send(browser, draft, "call"))
    assert "We called" in page
    assert Message.objects.get(to=MOBILE).channel == Channel.VOICE


def test_a_landline_is_offered_a_call_only(draft: Application, browser: Client) -> None:
    draft = verification.change(draft, revision=draft.revision, number=LANDLINE, by=audit.SYSTEM)
    page = said(browser.get(page_of(draft)))
    assert 'name="call"' in page and 'name="sms"' not in page
    assert "landline" in page
    assert "landline" in said(send(browser, draft)), "whoever sends it nevertheless is told"


def test_pressed_twice_it_sends_one_code(draft: Application, browser: Client) -> None:
    send(browser, draft)
    page = said(send(browser, draft))
    assert "A code was sent a moment ago" in page
    assert 'name="code"' in page
    assert NumberCode.objects.count() == 1
    let_pass(proofs.RESEND_AFTER)
    send(browser, draft)
    assert NumberCode.objects.count() == 2


def test_the_number_one_signs_in_with_is_explained(ada: User, draft: Application, browser: Client) -> None:
    User.objects.filter(pk=ada.pk).update(phone=MOBILE)
    page = said(browser.get(page_of(draft)))
    assert "signs in here with this number" in page
    assert "What you can do" in page
    assert 'name="sms"' not in page


def test_a_personal_number_is_said_to_be_one(kai: ClientApp, draft: Application, browser: Client) -> None:
    ownership.declare_personal(MOBILE, by=kai)
    page = said(browser.get(page_of(draft)))
    assert "personal" in page and "What you can do" in page
    assert 'name="sms"' not in page
    assert "personal" in said(send(browser, draft))
    assert not Message.objects.filter(to=MOBILE).exists()


def test_a_taken_number_leads_on_to_a_claim(draft: Application, browser: Client) -> None:
    make_submitted(number=MOBILE)
    page = said(browser.get(page_of(draft)))
    assert "Another business has this number" in page
    assert f'href="{reverse("claim_number", args=[draft.pk])}"' in page


def test_a_premium_number_gets_no_code(draft: Application, browser: Client) -> None:
    draft = verification.change(draft, revision=draft.revision, number=PREMIUM, by=audit.SYSTEM)
    page = said(browser.get(page_of(draft)))
    assert "premium" in page and 'name="call"' not in page


def test_what_was_sent_keeps_its_number(ada: User, draft: Application, browser: Client) -> None:
    Application.objects.filter(pk=draft.pk).update(status="submitted")
    page = said(browser.get(page_of(draft)))
    assert "withdraw the application and apply again" in page
    assert reverse("withdraw_application", args=[draft.pk]) in page
    assert reverse("question", kwargs={"application_id": draft.pk, "slug": "number"}) not in page


def test_an_application_that_has_ended_proves_nothing(draft: Application, browser: Client) -> None:
    verification.withdraw(draft, by=audit.SYSTEM)
    status = reverse("application_status", args=[draft.pk])
    assert browser.get(page_of(draft))["Location"] == status
    assert browser.post(page_of(draft), {"code": "123456"})["Location"] == status
    send(browser, draft)
    assert not NumberCode.objects.exists()


def test_without_a_number_it_asks_for_one(ada: User, browser: Client) -> None:
    account = make_account(make_business(ada))
    draft = verification.start(account, kind="new", source="form", by=ada)
    page = said(browser.get(page_of(draft)))
    assert "not told us a number" in page


@pytest.mark.parametrize("button", ["send_number_code", "send_claim_code"])
def test_without_a_number_no_code_is_sent(ada: User, browser: Client, button: str) -> None:
    account = make_account(make_business(ada))
    draft = verification.start(account, kind="new", source="form", by=ada)
    page = said(browser.post(reverse(button, args=[draft.pk]), {"call": ""}, follow=True))
    assert "The phone number is missing." in page
    assert not NumberCode.objects.exists() and not Message.objects.exists()


def test_the_pages_are_small_and_few_queries_make_them(
    draft: Application, browser: Client, django_assert_max_num_queries: Any
) -> None:
    send(browser, draft)
    with django_assert_max_num_queries(16):
        answer = browser.get(page_of(draft))
    assert len(answer.content) < 50_000


# Of a live account, again.


def test_a_live_number_is_proven_again(ada: User) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    browser = owner_browser(ada)
    address = reverse("prove_again", args=[account.pk])
    assert "nothing to do" in said(browser.get(address))
    before = NumberProof.objects.get().proven_at
    page = said(browser.post(reverse("send_code_again", args=[account.pk]), {"sms": ""}, follow=True))
    assert 'name="code"' in page
    browser.post(address, {"code": code_for(str(account.number))})
    assert NumberProof.objects.get().proven_at > before


def test_what_staff_asked_is_shown_with_its_date(ada: User, rita: User) -> None:
    account, browser = owner_and(ada)
    reproof = reproofs.ask(account, by=rita)
    page = said(browser.get(reverse("prove_again", args=[account.pk])))
    assert "Please prove until" in page and "its badge is suspended" in page
    browser.post(reverse("send_code_again", args=[account.pk]), {"call": ""})
    browser.post(reverse("prove_again", args=[account.pk]), {"code": code_for(str(account.number))})
    reproof.refresh_from_db()
    assert reproof.outcome == "proven"


def test_an_account_that_was_never_approved_has_nothing_to_prove(ada: User) -> None:
    account: Account = make_account(make_business(ada))
    browser = owner_browser(ada)
    assert "No number" in said(browser.get(reverse("prove_again", args=[account.pk])))
    browser.post(reverse("send_code_again", args=[account.pk]), {"sms": ""})
    assert browser.post(reverse("prove_again", args=[account.pk]), {"code": "123456"}).status_code == 422
    assert not NumberCode.objects.exists()


def test_another_number_is_nobodys_business(mallory: User, draft: Application) -> None:
    make_business(mallory)
    browser = owner_browser(mallory)
    assert browser.get(page_of(draft)).status_code == 404
    assert browser.post(reverse("send_number_code", args=[draft.pk]), {"sms": ""}).status_code == 404
    assert not Message.objects.exists()
