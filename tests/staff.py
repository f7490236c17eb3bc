"""Browsers of the staff, signed in as the admin wants it."""

from django.test import Client

from accounts.people.models import User


def browser_of(person: User, *, language: str = "en", csrf: bool = False) -> Client:
    """A browser in which `person` has signed in a moment ago. It reads `language`."""
    User.objects.filter(pk=person.pk).update(language=language)
    browser = Client(enforce_csrf_checks=csrf, headers={"Accept": "text/html"})
    browser.force_login(person)
    return browser
