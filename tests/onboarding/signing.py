"""Signing in as an owner does it: a contact, and the code that went there."""

from typing import Any

from django.test import Client

from accounts.messages.models import Message
from accounts.people.models import User

SIGN_IN, CODE, AGAIN, OUT, DEVICES = (
    "/sign-in/",
    "/sign-in/code/",
    "/sign-in/code/again/",
    "/sign-out/",
    "/my/devices/",
)
ANDROID = "Mozilla/5.0 (Linux; Android 14; SM-A156E) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36"


def browser(language: str = "en", agent: str = ANDROID, **how: Any) -> Client:
    return Client(headers={"Accept": "text/html", "Accept-Language": language, "User-Agent": agent}, **how)


def sent_code() -> str:
    """The newest, to whomever."""
    return Message.objects.order_by("-pk")[0].secret


def ask(browser: Client, contact: str, after: str = "") -> Any:
    return browser.post(SIGN_IN, {"contact": contact, "next": after})


def give(browser: Client, code: str) -> Any:
    return browser.post(CODE, {"code": code})


def signed_in(person: User, agent: str = ANDROID) -> Client:
    """A browser in which a person has gone through all of it."""
    client = browser(agent=agent)
    ask(client, person.email or person.phone or "")
    assert give(client, sent_code()).status_code == 302
    return client
