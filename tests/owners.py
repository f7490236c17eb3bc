"""Browsers of owners, signed in as a code leaves them."""

from allauth.account.internal.flows.login import record_authentication
from django.http import HttpRequest
from django.test import Client

from accounts.onboarding.pages import AGREED
from accounts.people.models import User
from accounts.privacy import consents


def owner_browser(person: User, *, language: str = "en", csrf: bool = False) -> Client:
    """A browser in which `person` has signed in a moment ago and agreed to what is kept. It reads `language`."""
    User.objects.filter(pk=person.pk).update(language=language)
    browser = Client(enforce_csrf_checks=csrf, headers={"Accept": "text/html", "Accept-Language": language})
    browser.force_login(person)
    request = HttpRequest()
    request.session = browser.session
    record_authentication(request, person, "code")
    request.session[AGREED] = consents.VERSION
    request.session.save()
    return browser
