"""Signing in again before what can't be taken back: when it is asked, and that what was sent goes on after it."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.badges.models import BadgeStatus
from accounts.clients.models import ApiKey, ClientApp
from accounts.people import factors
from accounts.people import services as people
from accounts.people.models import User
from accounts.verification.models import Status
from registry.totp import code
from tests.factories import PASSWORD, badge_of, make_approved, make_claimed
from tests.staff import browser_of, let_pass

AGAIN = "/admin/sign-in/again/"
LONG = settings.SIGN_IN_AGAIN_AFTER
REVOKE = {"reason": "fraud"}


def late(person: User, *, csrf: bool = False) -> Client:
    browser = browser_of(person, csrf=csrf)
    let_pass(browser, LONG)
    return browser


def where_of(badge: Any) -> str:
    return reverse("admin:badges_badge_revoke", args=[badge.pk])


def test_a_post_goes_on_with_what_was_typed(rudi: User) -> None:
    badge = badge_of(make_approved())
    browser = late(rudi)
    to = browser.post(where_of(badge), REVOKE).headers["Location"]
    assert to.startswith(f"{AGAIN}?next=")
    assert badge_of(badge.account).status == BadgeStatus.ACTIVE
    for _ in range(2):  # looking at the page does nothing, nor does a wrong password
        assert "What you just sent waits" in browser.get(to).content.decode()
        assert browser.post(to, {"password": "a wrong one"}).status_code == 200
    assert badge_of(badge.account).status == BadgeStatus.ACTIVE
    answer = browser.post(to, {"password": PASSWORD})
    assert answer.headers["Location"] == reverse("admin:badges_badge_change", args=[badge.pk])
    assert badge_of(badge.account).status == BadgeStatus.REVOKED
    assert Event.objects.get(kind="badge.revoked").by == rudi.pk
    assert LogEntry.objects.get(kind="signed_in_again").by == rudi.pk
    assert browser.post(to, {"password": PASSWORD}).status_code == 302  # and once only
    assert Event.objects.filter(kind="badge.revoked").count() == 1


def test_a_code_is_as_good(rudi: User) -> None:
    secret = generate_totp_secret()
    factors.set_up_app(rudi, secret, by=audit.SYSTEM)
    badge = badge_of(make_approved())
    browser = late(rudi)
    page = browser.get(browser.post(where_of(badge), REVOKE).headers["Location"]).content.decode()
    (to,) = re.findall(r'href="(/admin/sign-in/again/code/[^"]+)"', page)
    browser.post(to, {"code": code(secret, int(time.time()) // 30)})
    assert badge_of(badge.account).status == BadgeStatus.REVOKED


def test_an_approval_goes_on(rita: User) -> None:
    application = make_claimed(rita)
    browser = late(rita)
    address = reverse("admin:verification_application_approve", args=[application.pk])
    typed = {"revision": application.revision, "tier": "verified", "note": "Called them: “Halo?” <b>"}
    to = browser.post(address, typed).headers["Location"]
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    browser.post(to, {"password": PASSWORD})
    application.refresh_from_db()
    assert (application.status, application.decisions.get().note) == (Status.DECIDED, typed["note"])


@pytest.mark.parametrize("action", ["approve", "bar", "second"])
def test_these_decisions_ask_for_it(action: str) -> None:
    from accounts.verification.forms import ACTIONS

    assert ACTIONS[action].sign_in_again
    assert not ACTIONS["note"].sign_in_again


def test_a_key_is_made_after_it_and_shown_there(olga: User, kai: ClientApp) -> None:
    browser, page = late(olga), reverse("admin:clients_apikey_add")
    assert browser.get(page).headers["Location"].startswith(AGAIN)
    to = browser.post(page, {"app": kai.pk, "scopes": ["contacts:read", "numbers:declare"]}).headers[
        "Location"
    ]
    assert not ApiKey.objects.exists()
    answer = browser.post(to, {"password": PASSWORD})
    assert re.search(r'id="secret">vbr_', answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    assert ApiKey.objects.get().scopes == ["contacts:read", "numbers:declare"]


def test_within_the_half_hour_nobody_asks(rudi: User) -> None:
    badge = badge_of(make_approved())
    browser = browser_of(rudi)
    let_pass(browser, LONG - timedelta(minutes=1))
    assert browser.post(where_of(badge), REVOKE).headers["Location"] != AGAIN
    assert badge_of(badge.account).status == BadgeStatus.REVOKED


def test_a_form_of_another_site_neither_waits_nor_goes_on(rudi: User) -> None:
    badge = badge_of(make_approved())
    browser = late(rudi, csrf=True)
    assert browser.post(where_of(badge), REVOKE).status_code == 403
    waiting = late(rudi)
    to = waiting.post(where_of(badge), REVOKE).headers["Location"]
    waiting.handler.enforce_csrf_checks = True
    assert waiting.post(to, {"password": PASSWORD}).status_code == 403
    assert badge_of(badge.account).status == BadgeStatus.ACTIVE


def test_opening_the_page_forgets_a_post_that_waited(rudi: User) -> None:
    badge = badge_of(make_approved())
    browser = late(rudi)
    browser.post(where_of(badge), REVOKE)
    to = browser.get(where_of(badge)).headers["Location"]
    answer = browser.post(to, {"password": PASSWORD})
    assert answer.headers["Location"] == where_of(badge)
    assert badge_of(badge.account).status == BadgeStatus.ACTIVE


@pytest.mark.parametrize(
    "end",
    [
        lambda rudi: people.disable_staff(rudi, by=audit.SYSTEM),
        lambda rudi: people.set_password(rudi, PASSWORD + " of tomorrow", by=audit.SYSTEM),
    ],
    ids=["disabled", "new password"],
)
def test_whoever_is_out_meanwhile_does_not_go_on(rudi: User, end: Any) -> None:
    badge = badge_of(make_approved())
    browser = late(rudi)
    to = browser.post(where_of(badge), REVOKE).headers["Location"]
    end(rudi)
    assert browser.post(to, {"password": PASSWORD}).headers["Location"].startswith("/admin/sign-in/?next=")
    assert badge_of(badge.account).status == BadgeStatus.ACTIVE


def test_a_role_lost_meanwhile_is_lost(rudi: User) -> None:
    badge = badge_of(make_approved())
    browser = late(rudi)
    to = browser.post(where_of(badge), REVOKE).headers["Location"]
    User.objects.filter(pk=rudi.pk).update(role="auditor")
    assert browser.post(to, {"password": PASSWORD}).status_code == 403
    assert badge_of(badge.account).status == BadgeStatus.ACTIVE


def test_nobody_is_led_to_another_site(rudi: User) -> None:
    answer = late(rudi).post(f"{AGAIN}?next=https://evil.example/", {"password": PASSWORD})
    assert answer.headers["Location"] == "/admin/"


def test_passwords_do_not_wait_in_the_session(rudi: User) -> None:
    """It stands in the database as it is. The page asks for them anew."""
    browser = late(rudi)
    tomorrow = PASSWORD + " of tomorrow"
    page = reverse("account_change_password")
    typed = {"oldpassword": PASSWORD, "password1": tomorrow, "password2": tomorrow}
    to = browser.post(page, typed).headers["Location"]
    assert "password1" not in str(dict(browser.session.items()))
    assert browser.post(to, {"password": PASSWORD}).headers["Location"] == page
    rudi.refresh_from_db()
    assert rudi.check_password(PASSWORD)
    browser.post(page, typed)
    rudi.refresh_from_db()
    assert rudi.check_password(tomorrow)


def test_neither_cookies_nor_what_the_process_was_given_wait_in_the_session(rudi: User) -> None:
    """Servers hand the process's environment down with a request: SECRET_KEY and the database's password among it."""
    browser = late(rudi)
    badge = badge_of(make_approved())
    to = browser.post(where_of(badge), REVOKE, DATABASE_URL="of the process").headers["Location"]
    kept = str(dict(browser.session.items()))
    assert "reason=fraud" in kept
    assert "of the process" not in kept
    assert str(browser.session.session_key) not in kept
    browser.post(to, {"password": PASSWORD})
    assert badge_of(badge.account).status == BadgeStatus.REVOKED
