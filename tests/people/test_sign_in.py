"""Signing in as staff, page by page: a password, a second factor, and who never gets that far."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.test import Client

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.people import factors, sealing
from accounts.people import services as people
from accounts.people.models import Guesses, User
from accounts.people.roles import Role
from registry.totp import code as code_of_step
from tests.factories import PASSWORD
from tests.staff import browser_of

SIGN_IN, CODE, MINE = "/admin/sign-in/", "/admin/sign-in/code/", "/admin/sign-in/my/"
WRONG = "The username or the password is wrong, or you may not sign in here."


@pytest.fixture
def browser() -> Client:
    return Client(headers={"Accept": "text/html", "Accept-Language": "en"})


@pytest.fixture
def secret(rita: User) -> str:
    """Of Rita's authenticator app."""
    User.objects.filter(pk=rita.pk).update(language="en")
    secret = str(generate_totp_secret())
    factors.set_up_app(rita, secret, by=audit.SYSTEM)
    return secret


def now(secret: str, later: int = 0) -> str:
    return code_of_step(secret, int(time.time()) // 30 + later)


def give_password(browser: Client, username: str = "rita", password: str = PASSWORD, **more: Any) -> Any:
    return browser.post(SIGN_IN, {"login": username, "password": password}, **more)


def said(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_password_and_a_code_open_the_admin(browser: Client, rita: User, secret: str) -> None:
    first = browser.get("/admin/verification/application/")
    assert first.headers["Location"].startswith("/admin/login/?next=")
    assert browser.get(first.headers["Location"]).headers["Location"].startswith(f"{SIGN_IN}?next=")
    next_page = "/admin/verification/application/?desk=all"
    answer = browser.post(SIGN_IN, {"login": "rita", "password": PASSWORD, "next": next_page})
    assert answer.headers["Location"] == CODE
    assert browser.get("/admin/").status_code == 302  # half of it is nothing
    assert browser.get(CODE).status_code == 200
    answer = browser.post(CODE, {"code": now(secret)})
    assert answer.headers["Location"] == next_page
    assert browser.get(next_page).status_code == 200
    entry = LogEntry.objects.get(kind="signed_in")
    assert (entry.by, entry.data) == (rita.pk, {"with": ["password", "totp"]})


def test_a_code_is_good_once_in_every_process(browser: Client, rita: User, secret: str) -> None:
    code = now(secret)
    assert factors.with_right_code(rita, code) is not None
    assert factors.with_right_code(rita, code) is None
    assert factors.with_right_code(rita, now(secret, -1)) is None  # nor an earlier one after a later
    give_password(browser)
    answer = browser.post(CODE, {"code": code})
    assert "The code is wrong, or was used already." in said(answer)
    assert browser.post(CODE, {"code": now(secret, 1)}).status_code == 302


@pytest.mark.parametrize("code", ["", "000000000", "abc", "١٢٣٤٥٦", "12345\x00", "-1", "9" * 5000])
def test_what_is_no_code_is_a_wrong_one(browser: Client, secret: str, code: str) -> None:
    give_password(browser)
    assert browser.post(CODE, {"code": code}).status_code == 200
    assert browser.get("/admin/").status_code == 302


def test_a_recovery_code_stands_in_for_the_app_once(browser: Client, rita: User, secret: str) -> None:
    code = factors.make_recovery_codes(rita, by=rita)[3]
    for status in (302, 200):
        give_password(browser)
        assert browser.post(CODE, {"code": code}).status_code == status
        browser.logout()
    assert LogEntry.objects.get(kind="signed_in").data == {"with": ["password", "recovery_codes"]}


@pytest.mark.parametrize("who", ["ada@owner.example", "nobody", "olga"])
def test_the_answer_is_the_same_for_whoever_may_not_sign_in(
    browser: Client, ada: User, olga: User, who: str
) -> None:
    """An owner who had a password, a name that nobody has, and a disabled member of the staff with the right one."""
    ada.set_password(PASSWORD)
    ada.username = "ada@owner.example"
    ada.save()
    people.disable_staff(olga, by=audit.SYSTEM)
    answer = give_password(browser, who)
    assert answer.status_code == 200
    assert WRONG in said(answer)
    entry = LogEntry.objects.get(kind="sign_in_refused")
    assert who not in str((entry.by, entry.on, entry.data))
    assert "_auth_user_id" not in browser.session


def test_without_a_factor_one_is_set_up_first(browser: Client, rita: User) -> None:
    User.objects.filter(pk=rita.pk).update(language="en")
    answer = give_password(browser)
    for page in [
        answer.headers["Location"],
        "/admin/verification/application/",
        f"{MINE}password/",
        f"{MINE}recovery-codes/",
    ]:
        assert browser.get(page).headers["Location"].partition("?")[0] == MINE, page
    assert "set up a second step" in said(browser.get(MINE))
    page = said(browser.get(f"{MINE}app/"))
    (secret,) = re.findall(r'<code id="secret">([A-Z2-7]+)</code>', page)
    assert "<svg" in page and f"secret={secret}" in page
    assert "wrong" in said(browser.post(f"{MINE}app/", {"code": "000000"}))
    shown = browser.post(f"{MINE}app/", {"code": now(secret)})
    assert len(re.findall(r"<li><code>[0-9]{8}</code></li>", said(shown))) == 10
    assert "no-store" in shown.headers["Cache-Control"]
    assert browser.get("/admin/verification/application/").status_code == 200
    kinds = [event.kind for event in Event.objects.filter(on=rita.pk).order_by("seq")]
    assert kinds == ["person.factor_added"]


def test_a_session_from_before_the_factor_has_to_prove_it(browser: Client, rita: User) -> None:
    """Its password does not add a factor either, nor shows recovery codes."""
    User.objects.filter(pk=rita.pk).update(language="en")
    give_password(browser)
    secret = generate_totp_secret()
    factors.set_up_app(rita, secret, by=rita)
    for page in [
        "/admin/",
        MINE,
        f"{MINE}app/",
        f"{MINE}passkey/",
        f"{MINE}recovery-codes/",
        f"{MINE}password/",
    ]:
        assert browser.get(page).headers["Location"].startswith("/admin/sign-in/again/code/"), page
        assert browser.post(page).headers["Location"] == "/admin/sign-in/again/code/", page
    browser.post("/admin/sign-in/again/", {"password": PASSWORD})
    assert browser.get("/admin/").status_code == 302
    browser.post("/admin/sign-in/again/code/", {"code": now(secret)})
    assert browser.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    "end",
    [
        lambda rita: people.disable_staff(rita, by=audit.SYSTEM),
        lambda rita: people.set_password(rita, PASSWORD + " of tomorrow", by=audit.SYSTEM),
        lambda rita: factors.reset_sign_in(rita, by=User.objects.get(role=Role.OPERATOR)),
    ],
    ids=["disabled", "new password", "reset"],
)
def test_what_an_operator_does_between_password_and_code_ends_the_sign_in(
    browser: Client, rita: User, olga: User, secret: str, end: Any
) -> None:
    give_password(browser)
    end(rita)
    answer = browser.post(CODE, {"code": now(secret)}, follow=True)
    assert answer.redirect_chain[-1][0] == SIGN_IN
    assert "_auth_user_id" not in browser.session
    assert not LogEntry.objects.filter(kind="signed_in").exists()


def test_signing_out_and_giving_up(browser: Client, secret: str) -> None:
    give_password(browser)
    assert browser.get("/admin/sign-in/out/").status_code == 405
    browser.post("/admin/sign-in/out/")
    assert browser.get(CODE).headers["Location"] == SIGN_IN


def test_an_owners_session_opens_none_of_it(ada: User) -> None:
    browser = browser_of(ada)
    for page in [SIGN_IN, CODE, MINE, f"{MINE}app/", "/admin/sign-in/again/"]:
        assert browser.get(page).status_code == 403, page


@pytest.mark.parametrize(
    "credential",
    ["", "x", "null", "[]", "{}", '{"response": null}', '{"response": {"userHandle": "AA"}, "id": "x"}',
     '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","authenticatorData":"AA",'
     '"signature":"AA","userHandle":null}}'],
)  # fmt: skip
def test_a_mangled_passkey_is_a_wrong_one(browser: Client, rita: User, secret: str, credential: str) -> None:
    browser.get("/admin/sign-in/passkey/", headers={"Accept": "application/json"})
    for _ in range(2):
        answer = browser.post("/admin/sign-in/passkey/", {"credential": credential})
        assert answer.headers["Location"] == SIGN_IN
    give_password(browser)
    assert browser.post(CODE, {"credential": credential}).status_code == 200
    mine = browser_of(rita)
    mine.get(f"{MINE}passkey/")
    assert mine.post(f"{MINE}passkey/", {"name": "x", "credential": credential}).status_code == 200
    again = mine.post("/admin/sign-in/again/passkey/", {"credential": credential})
    assert again.status_code in (200, 302)
    assert Authenticator.objects.filter(type="webauthn").count() == 0


def test_the_secret_is_sealed_in_the_database(rita: User, secret: str, settings: Any) -> None:
    stored = Authenticator.objects.get(user=rita).data["secret"]
    assert secret not in stored
    assert sealing.unseal(stored) == secret
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key, a new one", [settings.SECRET_KEY]
    assert sealing.unseal(stored) == secret


@pytest.mark.parametrize(("language", "words"), [("id", "Nama pengguna"), ("en", "Username")])
def test_before_the_sign_in_the_browser_says_the_language(language: str, words: str, db: None) -> None:
    page = said(Client(headers={"Accept": "text/html", "Accept-Language": language}).get(SIGN_IN))
    assert words in page


def test_no_page_needs_a_wider_policy(browser: Client, rita: User, secret: str) -> None:
    """No script or style stands in a page, nor a picture in an address: `default-src 'self'` is enough."""
    mine = browser_of(rita)
    Authenticator.objects.all().delete()
    pages = [
        browser.get(SIGN_IN, headers={"Host": "localhost"}),
        mine.get(f"{MINE}app/"),
        mine.get(f"{MINE}passkey/"),
    ]
    for page in pages:
        assert page.status_code == 200
        text = said(page)
        assert "style=" not in text and "<style" not in text and "data:" not in text and "onclick" not in text
        scripts = re.findall(r"<script([^>]*)>", text)
        assert all("src=" in script or "application/json" in script for script in scripts)
        assert "data:" not in page.headers["Content-Security-Policy"]


def test_the_keys_of_guesses_tell_nobody_apart(browser: Client, db: None) -> None:
    give_password(browser, "mallory")
    assert not Guesses.objects.filter(key__contains="mallory").exists()
    assert Guesses.objects.count() == 3
