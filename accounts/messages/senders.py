"""Handing a message over: e-mail by Django's backend, SMS and calls by the class that `settings.SMS_SENDER` names."""

import smtplib
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from accounts.messages import development
from accounts.messages.gateways.answers import Refused, Unavailable
from accounts.messages.models import Channel, Message
from accounts.messages.rendering import absolute
from accounts.messages.templates import TEMPLATES

NOBODY = "nobody"  # instead of an address: all the way is measured, but for the last step (probes.py)


class TelephoneSender(Protocol):
    """What a gateway's class has to offer.

    Each verb returns the gateway's own id of the message ("": it has none). `key` is the same for each attempt at one
    message, so that a gateway that can recognises a repeat. What went wrong is one of gateways/answers.py; anything
    else that is raised is tried again.
    """

    def send(self, number: str, text: str, *, key: str) -> str: ...

    def call(self, number: str, text: str, language: str, *, key: str) -> str:
        """Ring the number and read the text out; `language` is "id", "en" or another of settings.LANGUAGES."""


class ConsoleSender:
    """No gateway: the text goes to standard output, readable in a test deployment only.

    On a developer's own machine it is kept as well, for the page /outbox/.
    """

    def send(self, number: str, text: str, *, key: str) -> str:
        return self._show("SMS", number, text)

    def call(self, number: str, text: str, language: str, *, key: str) -> str:
        return self._show("Call", number, text)

    def _show(self, kind: str, number: str, text: str) -> str:
        if settings.DEPLOYMENT == "test":
            print(f"{kind} to {number}: {text}", flush=True)
        else:
            print(
                f"{kind} to {number[:3]}…{number[-2:]}: not made, for SMS_SENDER names no gateway", flush=True
            )
        if development.is_here():
            development.keep(kind, number, text)
        return ""


def hand_over(message: Message) -> str:
    """The gateway's own id of it, or "".

    Raises Refused, Unavailable, Unsure, or whatever else the transport does; the message then counts as not sent.
    """
    if message.to == NOBODY:
        return ""
    channel = Channel(message.channel)
    text = message.body
    if message.secret:
        text = TEMPLATES[message.template].uncovered(text, message.secret, channel)
    if channel == Channel.EMAIL:
        _mail(message, text)
        return ""
    sender: TelephoneSender = import_string(settings.SMS_SENDER)()
    if channel == Channel.VOICE:
        return sender.call(message.to, text, message.language, key=message.pk)
    return sender.send(message.to, text, key=message.pk)


def _mail(message: Message, text: str) -> None:
    # Whoever gets the same message twice (after a crash between sending and noting it) can tell by its id.
    headers = {"Message-ID": f"<{message.id}@{urlsplit(settings.PUBLIC_URL).hostname}>"}
    if message.secret and TEMPLATES[message.template].stops:
        headers["List-Unsubscribe"] = f"<{absolute(message.secret)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    try:
        EmailMessage(message.subject, text, to=[message.to], headers=headers).send()
    except smtplib.SMTPRecipientsRefused as wrong:
        code = max(code for code, _ in wrong.recipients.values())
        kind = f"smtp_{code}"
        raise (Refused(kind) if 500 <= code < 600 else Unavailable(kind)) from wrong
    if development.is_here():
        development.prune_mail()
