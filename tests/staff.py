"""Browsers of the staff, signed in as the admin wants it."""

from datetime import timedelta

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from accounts.people.models import User


def browser_of(person: User, *, language: str = "en", csrf: bool = False) -> Client:
    """A browser in which `person` has signed in a moment ago. It reads `language`.

    Its session is the one that a password and a code leave behind; who has no such record is led to prove a factor.
    """
    User.objects.filter(pk=person.pk).update(language=language)
    browser = Client(enforce_csrf_checks=csrf, headers={"Accept": "text/html"})
    browser.force_login(person)
    request = HttpRequest()
    request.session = browser.session
    record_authentication(request, person, "password", username=person.username)
    record_authentication(request, person, "mfa", id=1, type="totp")
    request.session.save()
    return browser


def let_pass(browser: Client, time: timedelta) -> None:
    """The sign-in of this browser was so much longer ago."""
    session = browser.session
    for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= time.total_seconds()
    session.save()
