"""Asking for codes."""

from accounts.contacts.reading import Contact
from accounts.contacts.services import new_browser, send_code
from accounts.messages.models import Message

HERE, THERE = "203.0.113.7", "198.51.100.9"
NOBODYS = Contact("phone", "+6281234567890")


def ask(contact: Contact, *, browser: str = "", address: str = HERE) -> str:
    """The browser that has asked."""
    browser = browser or new_browser()
    send_code(contact, browser=browser, address=address, language="id")
    return browser


def sent_code(contact: Contact) -> str:
    """The newest."""
    return Message.objects.filter(to=contact.value).order_by("-pk")[0].secret
