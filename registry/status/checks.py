"""What a live deployment would otherwise learn from its users."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks


def mail_is_seen_to_leave(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    if settings.DEPLOYMENT == "live" and settings.EMAIL_HOST and not settings.PROBE["SINK"]:
        hint = "Set PROBE_SINK to an address whose mail nobody reads: the status page then asks the mail server, too."
        what = "The status page learns that the mail server takes none only from people whose mail does not leave."
        return [checks.Warning(what, hint=hint, id="status.W001")]
    return []
