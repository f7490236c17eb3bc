"""System checks: a gateway that can't work is said at the start, not by the first message that gets lost."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.utils.module_loading import import_string

GATEWAYS = (
    "accounts.messages.gateways.twilio.TwilioSender",
    "accounts.messages.gateways.generic.HttpGatewaySender",
)
KNOWN = f"{' or '.join(GATEWAYS)}, or a class of yours like them"


def sms_sender_works(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    try:
        sender = import_string(settings.SMS_SENDER)
    except ImportError as wrong:
        hint = f"Set SMS_SENDER to {KNOWN}."
        return [checks.Error(f"SMS_SENDER={settings.SMS_SENDER}: {wrong}", hint=hint, id="outbox.E001")]
    lacking: list[str] = getattr(sender, "lacking", list)()
    hint = f"SMS_SENDER={settings.SMS_SENDER} needs it: `make help` lists the variables."
    return [checks.Error(f"{sentence}.", hint=hint, id="outbox.E002") for sentence in lacking]


def sms_goes_somewhere(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.DEPLOYMENT == "live" and settings.SMS_SENDER.endswith(".ConsoleSender"):
        hint = f"Set SMS_SENDER to {KNOWN}."
        return [checks.Warning("A live deployment sends no text messages.", hint=hint, id="outbox.W001")]
    return []
