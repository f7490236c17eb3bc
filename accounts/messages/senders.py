"""Handing a message over: e-mail by Django's backend, SMS by the class that `settings.SMS_SENDER` names."""

from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from accounts.messages.models import Channel, Message
from accounts.messages.templates import HIDDEN


class SmsSender(Protocol):
    """What a gateway's class has to offer. It raises whatever it likes when the text was not accepted."""

    def send(self, number: str, text: str) -> None: ...


class ConsoleSender:
    """No gateway: the text goes to standard output, readable in a test deployment only."""

    def send(self, number: str, text: str) -> None:
        if settings.DEPLOYMENT == "test":
            print(f"SMS to {number}: {text}", flush=True)
        else:
            print(f"SMS to {number[:3]}…{number[-2:]}: not sent, for SMS_SENDER names no gateway", flush=True)


def hand_over(message: Message) -> None:
    """Raises whatever the transport does; the message is then not sent."""
    text = message.body.replace(HIDDEN, message.secret) if message.secret else message.body
    if message.channel == Channel.SMS:
        sender: SmsSender = import_string(settings.SMS_SENDER)()
        sender.send(message.to, text)
        return
    # Whoever gets the same message twice (after a crash between sending and noting it) can tell by its id.
    message_id = f"<{message.id}@{urlsplit(settings.PUBLIC_URL).hostname}>"
    EmailMessage(message.subject, text, to=[message.to], headers={"Message-ID": message_id}).send()
