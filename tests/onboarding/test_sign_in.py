"""Signing in as an owner, page by page, as a known and as a new person."""

import re
from typing import Any

import pytest
from django.conf import settings as deployed
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.audit.models import LogEntry
from accounts.contacts import caps
from accounts.contacts.models import Device, SignInCode
from accounts.messages.models import Channel, Message
from accounts.onboarding.signing_in.asked import KEPT, RESEND_AFTER
from accounts.people.models import User
from tests.factories import make_owner
from tests.onboarding.signing import AGAIN, CODE, OUT, SIGN_IN, ask, browser, give, sent_code, signed_in

pytestmark = pytest.mark.django_db
TYPED = "0812-3456-7890"
SHOWN = "+62 812-3456-7890"


def said(answer: Any) -> str:
    """The page, but for what is drawn at random for each."""
    return re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_signed_in(client: Client, person: User) -> bool:
    return client.session.get("_auth_user_id") == person.pk


def let_pass(client: Client, seconds: float) -> None:
    session = client.session
    session[KEPT]["at"] -= seconds
    session.save()


def test_by_phone_from_the_contact_to_the_owners_first_page() -> None:
    siti = make_owner("Siti", "+6281234567890")
    client = browser("id")
    assert client.get(SIGN_IN).status_code == 200
    assert ask(client, TYPED)["Location"] == CODE
    assert SHOWN in said(client.get(CODE))
    answer = give(client, sent_code())
    assert (answer.status_code, answer["Location"]) == (302, "/my/")
    assert is_signed_in(client, siti)
    entry = LogEntry.objects.get(kind="signed_in")
    assert (entry.by, entry.data) == (siti.pk, {"with": ["code"]})


def test_a_new_person_reads_what_they_read_before() -> None:
    client = browser("en")
    ask(client, "New@Owner.example")
    assert not User.objects.exists()
    give(client, sent_code())
    person = User.objects.get()
    assert (person.email, person.language, person.role) == ("new@owner.example", "en", "")
    assert is_signed_in(client, person)


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_page_tells_whether_a_contact_is_known(ada: User, rita: User, language: str) -> None:
    """Ada's, a disabled person's, one of the staff, and nobody's: word for word the same, from first to last."""
    User.objects.filter(pk=rita.pk).update(email="rit@owner.example")
    off = make_owner("Off", "off@owner.example")
    User.objects.filter(pk=off.pk).update(is_active=False)
    seen = set()
    for name in ("ada", "rit", "off", "non"):
        client = browser(language)
        answers = [ask(client, f"{name}@owner.example"), client.get(CODE)]
        answers += [give(client, "12345"), *[give(client, "000000") for _ in range(6)]]
        answers.append(client.post(AGAIN))
        let_pass(client, 60)
        answers += [client.post(AGAIN), client.get(CODE)]
        for _ in range(caps.A_CONTACT_AN_HOUR):
            let_pass(client, 60)
            answers.append(client.post(AGAIN))
        answers += [client.get(CODE), ask(browser(language), f"{name}@owner.example")]
        pages = "\n".join(f"{answer.status_code} {answer.headers} {said(answer)}" for answer in answers)
        pages = re.sub(r"'Retry-After': '\d+'|wait \d+|Tunggu \d+", "", pages)  # a second goes by
        seen.add(pages.replace(f"{name}@owner.example", "contact"))
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("contact", "sentence"),
    [
        ("", "Write your phone number or your e-mail address."),
        ("rita", "can&#x27;t be used"),
        ("0812", "can&#x27;t be used"),
    ],
)
def test_what_is_no_contact_is_said_at_its_field(rita: User, contact: str, sentence: str) -> None:
    """A username of the staff is none."""
    answer = ask(browser(), contact)
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert 'href="#id_contact"' in said(answer)
    assert not Message.objects.exists()


def test_a_wrong_code_says_how_many_are_left_and_five_are_all(ada: User) -> None:
    client = browser()
    ask(client, "ada@owner.example")
    code = sent_code()
    for left in (4, 3, 2, 1):
        answer = give(client, wrong(code))
        assert (answer.status_code, f"tries left: {left}." in said(answer)) == (422, True)
    for guess in (wrong(code), code):
        assert "no longer valid; ask for a new one" in said(give(client, guess))
    assert not is_signed_in(client, ada)


def test_arabic_indic_digits(ada: User) -> None:
    client = browser()
    ask(client, "ada@owner.example")
    give(client, sent_code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))
    assert is_signed_in(client, ada)


def test_a_code_does_not_work_in_another_browser(ada: User) -> None:
    """Whoever gets somebody to read a code out has not the browser that asked for it."""
    here, elsewhere = browser(), browser()
    ask(here, "ada@owner.example")
    code = sent_code()
    assert give(elsewhere, code)["Location"] == SIGN_IN
    ask(elsewhere, "mallory@owner.example")
    assert give(elsewhere, code).status_code == 422
    assert not is_signed_in(elsewhere, ada)


def test_the_session_has_a_new_key_and_keeps_what_was_in_it(ada: User) -> None:
    client = browser()
    session = client.session
    session["kept_form"] = {"path": "/my/", "typed": {"about": ["Roti"]}, "at": 1}
    session.save()
    before = str(session.session_key)
    client.cookies[deployed.SESSION_COOKIE_NAME] = before
    ask(client, "ada@owner.example")
    give(client, sent_code())
    assert client.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()
    assert client.session["kept_form"]["typed"] == {"about": ["Roti"]}
    assert KEPT not in client.session


def test_of_another_persons_session_nothing_is_left(ada: User, mallory: User) -> None:
    client = signed_in(mallory)
    session = client.session
    session["something"] = "of Mallory's"
    session.save()
    ask_as_anonymous = browser()
    ask(ask_as_anonymous, "ada@owner.example")
    session[KEPT] = ask_as_anonymous.session[KEPT]
    User.objects.filter(pk=mallory.pk).update(is_active=False)  # out, but with the old session still there
    session.save()
    give(client, sent_code())
    assert is_signed_in(client, ada)
    assert "something" not in client.session


@pytest.mark.parametrize(
    ("next_page", "leads_to"),
    [
        ("/my/businesses/", "/my/businesses/"),
        ("/i/abc/?x=1", "/i/abc/?x=1"),
        ("", "/my/"),
        ("https://evil.example/", "/my/"),
        ("//evil.example/", "/my/"),
        ("/\\evil.example/", "/my/"),
        ("javascript:alert(1)", "/my/"),
        ("/admin/", "/my/"),
        ("\x00", "/my/"),
    ],
)
def test_next_leads_to_our_own_paths_only(ada: User, next_page: str, leads_to: str) -> None:
    client = browser()
    ask(client, "ada@owner.example", next_page)
    if client.session.get(KEPT) is None:  # not even accepted
        return
    assert give(client, sent_code())["Location"] == leads_to
    assert client.get(SIGN_IN, {"next": next_page})["Location"] == leads_to


def test_another_code_after_a_while_by_sms_or_by_a_call() -> None:
    client = browser()
    ask(client, TYPED)
    assert "Please wait" in said(client.post(AGAIN, follow=True))
    assert Message.objects.count() == 1
    let_pass(client, RESEND_AFTER.total_seconds())
    assert "Only the newest one is valid" in said(client.post(AGAIN, {"send": ""}, follow=True))
    let_pass(client, RESEND_AFTER.total_seconds())
    assert "We are calling" in said(client.post(AGAIN, {"call": ""}, follow=True))
    assert list(Message.objects.order_by("pk").values_list("channel", flat=True)) == ["sms", "sms", "voice"]
    give(client, sent_code())
    assert User.objects.get().phone == "+6281234567890"


def test_nobody_is_called_at_an_address() -> None:
    client = browser()
    ask(client, "new@owner.example")
    assert "Call me" not in said(client.get(CODE))
    let_pass(client, 60)
    client.post(AGAIN, {"call": ""})
    assert set(Message.objects.values_list("channel", flat=True)) == {Channel.EMAIL}


def test_a_double_tap_sends_one_message_and_changing_the_contact_another() -> None:
    client = browser()
    for _ in range(3):
        assert ask(client, TYPED)["Location"] == CODE
    assert Message.objects.count() == SignInCode.objects.count() == 1
    ask(client, "new@owner.example")
    assert Message.objects.count() == 2
    assert SignInCode.objects.filter(closed_at=None).count() == 1


def test_a_code_tapped_twice_leads_on_to_the_same_page(ada: User) -> None:
    client = browser()
    ask(client, "ada@owner.example", "/my/businesses/")
    code = sent_code()
    assert give(client, code)["Location"] == "/my/businesses/"
    assert give(client, code)["Location"] == "/my/"
    assert client.get(CODE)["Location"] == client.get(SIGN_IN)["Location"] == "/my/"
    assert client.post(AGAIN)["Location"] == "/my/"


def test_the_cap_is_said_with_when_to_try_again() -> None:
    for _ in range(caps.A_CONTACT_AN_HOUR):
        ask(browser(), TYPED)
    answer = ask(browser(), TYPED)
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "wait 60 minutes" in said(answer)


def test_the_pages_of_signing_in_are_kept_in_no_cache_and_a_get_writes_nothing() -> None:
    client = browser()
    for page in (SIGN_IN, CODE):
        assert "no-store" in client.get(page)["Cache-Control"]
    assert not Session.objects.exists()
    assert client.get(AGAIN).status_code == client.get(OUT).status_code == 405
    assert client.get(CODE)["Location"] == SIGN_IN
    assert client.post(AGAIN)["Location"] == give(client, "123456")["Location"] == SIGN_IN


def test_signing_out_leaves_nothing(ada: User) -> None:
    client = signed_in(ada)
    key = client.session.session_key
    assert client.post(OUT)["Location"] == "/"
    assert not Session.objects.filter(pk=key).exists()
    assert not Device.objects.exists()
    assert client.post(OUT)["Location"] == "/"


def test_a_form_needs_its_token(ada: User) -> None:
    """Nobody is signed in or out by another site."""
    client = browser(enforce_csrf_checks=True)
    answer = ask(client, "ada@owner.example")
    assert (answer.status_code, "open for too long" in said(answer)) == (403, True)
    assert client.post(OUT).status_code == 403
    assert not Message.objects.exists()
