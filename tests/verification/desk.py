"""A reviewer at the desk, as the tests play one: opens a case, fills a form in, sends it."""

import re
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from accounts.verification.models import Application
from tests.staff import browser_of

QUEUE = reverse("admin:verification_application_changelist")


def desk(person: User, language: str = "en") -> Client:
    """A browser in which the person has signed in; it checks CSRF as the server does."""
    return browser_of(person, language=language, csrf=True)


def case_of(application: Application) -> str:
    return address(application, "change")


def address(application: Application, page: str) -> str:
    return reverse(f"admin:verification_application_{page}", args=[application.pk])


def text(response: Any) -> str:
    return str(response.content.decode())


def press(browser: Client, application: Application, action: str, **typed: str) -> HttpResponse:
    """Open the case, fill the action's form in and send it, hidden fields included."""
    return send(browser, form_on(text(browser.get(case_of(application))), action), **typed)


def form_on(page: str, action: str) -> tuple[str, dict[str, str]]:
    found = re.search(rf'<form method="post" action="([^"]*/{action}/)".*?</form>', page, re.DOTALL)
    assert found is not None, f"no form for {action}"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0]))
    return found[1], hidden


def send(browser: Client, form: tuple[str, dict[str, str]], **typed: str) -> HttpResponse:
    return browser.post(form[0], {**form[1], **typed})  # type: ignore[return-value]  # the test client's own response


def offered(page: str) -> set[str]:
    """The actions whose forms stand in the case's panel."""
    panel = re.search(r'<section class="module decide".*?</section>', page, re.DOTALL)
    assert panel is not None
    return set(re.findall(r'<form method="post" action="[^"]*/(\w+)/"', panel[0]))
