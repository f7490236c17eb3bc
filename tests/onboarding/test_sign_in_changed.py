"""Signing in with another contact from now on: whoever has one number only needs it for the business."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.contacts.models import SignInCode
from accounts.messages.models import Message
from accounts.people.models import User
from tests.factories import make_account, make_business, make_draft, make_owner
from tests.onboarding.applying import page, send
from tests.onboarding.signing import ask, give, sent_code, signed_in
from tests.onboarding.signing import browser as new_browser
from tests.owners import owner_browser
from tests.staff import let_pass

pytestmark = pytest.mark.django_db

CHANGE, CODE, AGAIN = "/my/contact/", "/my/contact/code/", "/my/contact/code/again/"
PHONE, NEW = "+6281234567890", "warung@owner.example"


@pytest.fixture
def warung() -> User:
    return make_owner("Warung", PHONE)


def want(browser: Client, contact: str, after: str = "") -> Any:
    return browser.post(CHANGE, {"contact": contact, "next": after})


def write(browser: Client, code: str) -> Any:
    return browser.post(CODE, {"code": code})


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_warung_with_one_number_goes_on_with_its_application(warung: User) -> None:
    """The number is refused, another contact takes its place, and then it is the business's."""
    draft = make_draft(make_account(make_business(warung)))
    question = page(draft, "number")
    browser = owner_browser(warung)
    refused = send(browser, draft, "number", number=PHONE)
    assert refused.status_code == 422 and f"{CHANGE}?next={question}" in text(refused)
    assert f'value="{question}"' in text(browser.get(f"{CHANGE}?next={question}"))
    assert want(browser, NEW, question)["Location"] == CODE
    assert NEW in text(browser.get(CODE))
    answer = write(browser, sent_code())
    assert answer["Location"] == question
    assert f"you sign in with {NEW}" in text(browser.get(question))
    assert send(browser, draft, "number", number=PHONE).status_code == 302


def test_from_then_on_one_signs_in_with_it_and_the_other_devices_are_out(warung: User) -> None:
    here, there = signed_in(warung), signed_in(warung)
    want(here, NEW)
    assert write(here, sent_code())["Location"] == reverse("my_data")
    assert NEW in text(here.get(reverse("my_data")))
    assert there.get(reverse("devices"))["Location"].startswith(reverse("owner_sign_in"))
    again = new_browser()
    ask(again, NEW)
    give(again, sent_code())
    assert again.session["_auth_user_id"] == warung.pk
    assert Message.objects.filter(template="contact_changed", to=PHONE).count() == 1


def test_the_answer_is_the_same_whether_it_is_somebodys(warung: User, ada: User, rita: User) -> None:
    User.objects.filter(pk=rita.pk).update(email="rita@registry.example")
    browser, said = owner_browser(warung), []
    for contact in (NEW, str(ada.email), "rita@registry.example"):
        answer = want(browser, contact)
        shown = without_token(text(browser.get(CODE))).replace(contact, "…")
        said.append((answer.status_code, answer["Location"], shown))
    assert [row[:2] for row in said] == [(302, CODE)] * 3
    assert len({shown for _, _, shown in said}) == 1


def without_token(shown: str) -> str:
    return "".join(line for line in shown.splitlines(True) if "csrfmiddlewaretoken" not in line)


def test_somebody_elses_is_refused_with_the_right_code(warung: User, ada: User) -> None:
    browser = owner_browser(warung)
    want(browser, str(ada.email))
    answer = write(browser, sent_code())
    assert answer.status_code == 422 and "Somebody signs in with this contact already" in text(answer)
    warung.refresh_from_db()
    assert warung.phone == PHONE


def test_five_guesses(warung: User) -> None:
    browser = owner_browser(warung)
    want(browser, NEW)
    code = sent_code()
    answers = [write(browser, f"{(int(code) + 1) % 1_000_000:06}") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [422] * 5
    assert "no longer valid" in text(write(browser, code))
    assert SignInCode.objects.get().guesses == 5


def test_a_code_to_change_with_is_none_to_sign_in_with(warung: User, ada: User) -> None:
    """Nor does it open a session for whoever has the contact."""
    browser = owner_browser(warung)
    want(browser, NEW)
    code = sent_code()
    visitor = new_browser()
    ask(visitor, NEW)
    assert code == sent_code() or give(visitor, code).status_code == 422
    assert write(browser, code).status_code == 302


@pytest.mark.parametrize(
    ("contact", "says"),
    [
        ("", "Write your phone number"),
        ("nobody@", "be used"),
        (PHONE, "You sign in with this contact already"),
    ],
)
def test_what_is_no_other_contact_gets_no_code(warung: User, contact: str, says: str) -> None:
    answer = want(owner_browser(warung), contact)
    assert answer.status_code == 422 and says in text(answer)
    assert not Message.objects.exists()


def test_nor_does_a_number_of_ones_own_business(ada: User) -> None:
    number = make_draft(make_account(make_business(ada))).number
    answer = want(owner_browser(ada), number)
    assert answer.status_code == 422 and "the number of the business" in text(answer)
    assert not Message.objects.exists()


def test_a_phone_that_lay_about_is_not_enough(warung: User) -> None:
    browser = owner_browser(warung)
    want(browser, NEW)
    let_pass(browser, timedelta(hours=1))
    for answer in (want(browser, "x@owner.example"), write(browser, sent_code())):
        assert answer.status_code == 422 and "sign in again with a code" in text(answer)
    warung.refresh_from_db()
    assert warung.phone == PHONE


def test_another_code_and_the_caps(warung: User) -> None:
    browser = owner_browser(warung)
    assert browser.post(AGAIN)["Location"] == CODE and browser.get(CODE)["Location"] == CHANGE
    assert write(browser, "123456")["Location"] == CHANGE
    want(browser, NEW)
    want(browser, NEW)  # tapped twice
    assert Message.objects.count() == 1
    browser.post(AGAIN)
    assert "A code was sent a moment ago" in text(browser.get(CODE)) and Message.objects.count() == 1
    wait(browser)
    browser.post(AGAIN)
    assert "Only the newest one is valid" in text(browser.get(CODE)) and Message.objects.count() == 2
    for _ in range(3):
        wait(browser)
        browser.post(AGAIN)
    wait(browser)
    answer = want(browser, NEW)
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert write(browser, sent_code()).status_code == 302


def wait(browser: Client) -> None:
    session = browser.session
    session["change_contact"] = {**session["change_contact"], "at": 0}
    session.save()


def test_it_leads_to_no_other_site(warung: User) -> None:
    browser = owner_browser(warung)
    want(browser, NEW, "https://elsewhere.example/")
    assert write(browser, sent_code())["Location"] == reverse("my")


def test_the_page_of_the_proof_leads_there(warung: User) -> None:
    draft = make_draft(make_account(make_business(warung)), number=PHONE)
    prove = reverse("prove_number", args=[draft.pk])
    assert f"{CHANGE}?next={prove}" in text(owner_browser(warung).get(prove))
