"""Handing a message over: e-mail by Django's backend, SMS and calls by the class that `settings.SMS_SENDER` names."""

from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from accounts.messages.models import Channel, Message
from accounts.messages.templates import TEMPLATES


class SmsSender(Protocol):
    """What a gateway's class has to offer. It raises whatever it likes when the text was not accepted."""

    def send(self, number: str, text: str) -> None: ...

    def call(self, number: str, text: str, language: str) -> None:
        """Ring the number and read the text out, in "id" or "en"."""


class ConsoleSender:
    """No gateway: the text goes to standard output, readable in a test deployment only."""

    def send(self, number: str, text: str) -> None:
        self._show("SMS", number, text)

    def call(self, number: str, text: str, language: str) -> None:
        self._show("Call", number, text)

    def _show(self, kind: str, number: str, text: str) -> None:
        if settings.DEPLOYMENT == "test":
            print(f"{kind} to {number}: {text}", flush=True)
        else:
            print(
                f"{kind} to {number[:3]}…{number[-2:]}: not made, for SMS_SENDER names no gateway", flush=True
            )


def hand_over(message: Message) -> None:
    """Raises whatever the transport does; the message is then not sent."""
    channel = Channel(message.channel)
    text = message.body
    if message.secret:
        text = TEMPLATES[message.template].uncovered(text, message.secret, channel)
    if channel == Channel.EMAIL:
        # Whoever gets the same message twice (after a crash between sending and noting it) can tell by its id.
        message_id = f"<{message.id}@{urlsplit(settings.PUBLIC_URL).hostname}>"
        EmailMessage(message.subject, text, to=[message.to], headers={"Message-ID": message_id}).send()
        return
    sender: SmsSender = import_string(settings.SMS_SENDER)()
    if channel == Channel.VOICE:
        sender.call(message.to, text, message.language)
    else:
        sender.send(message.to, text)
