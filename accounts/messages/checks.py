"""System checks: a gateway that can't work is said at the start, not by the first message that gets lost."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.utils.module_loading import import_string


def sms_sender_exists(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    try:
        import_string(settings.SMS_SENDER)
    except ImportError as wrong:
        hint = "Set SMS_SENDER to the dotted path of a class with send(number, text)."
        return [checks.Error(f"SMS_SENDER={settings.SMS_SENDER}: {wrong}", hint=hint, id="outbox.E001")]
    return []


def sms_goes_somewhere(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.DEPLOYMENT == "live" and settings.SMS_SENDER.endswith(".ConsoleSender"):
        hint = "Set SMS_SENDER to the dotted path of your gateway's class."
        return [checks.Warning("A live deployment sends no text messages.", hint=hint, id="outbox.W001")]
    return []
