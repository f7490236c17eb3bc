"""What the tests of the pages about numbers have in common."""

import html
from typing import Any

from django.test import Client

from accounts.businesses.models import Account
from accounts.messages.models import Message
from accounts.people.models import User
from tests.factories import make_account, make_approved, make_business
from tests.owners import owner_browser


def code_for(number: str) -> str:
    return Message.objects.filter(to=number, template="number_code").latest("created_at").secret


def said(answer: Any) -> str:
    """The page as it is read."""
    return html.unescape(answer.content.decode())


def owner_and(person: User) -> tuple[Account, Client]:
    """A live account of this person, and a browser."""
    return make_approved(account=make_account(make_business(person))), owner_browser(person)
