"""The prober's own API key: made by itself, kept in a file that nobody else may read, made anew where it is refused."""

import os
import socket
from pathlib import Path

from django.conf import settings

from accounts.audit import journal as audit
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, ClientApp, Scope

SCOPES = [Scope.CONTACTS_READ, Scope.STATUS_PROBE]
# Of its own, so that a deployment that grants keys little is not called broken: two look-ups a round, and what is asked
# until a message was sent, at a round a second.
REQUESTS_PER_MINUTE, NUMBERS_PER_DAY = 6_000, 1_000_000
LONGEST_NAME = 80  # characters of an app's


@audit.transaction
def make() -> str:
    """A new key's secret. Of two live keys the older goes. Raises DomainError: another prober was at it just now."""
    name = f"Status prober ({socket.gethostname()})"[:LONGEST_NAME]
    app = ClientApp.objects.filter(name=name).first()
    if app is None:
        app = clients.create_app(name, settings.DEFAULT_FROM_EMAIL, by=audit.SYSTEM)
    live = list(ApiKey.objects.live().filter(app=app).order_by("created_at", "pk"))
    for old in live[: len(live) - clients.LIVE_KEYS_PER_APP + 1]:
        clients.revoke_key(old, by=audit.SYSTEM)
    _, secret = clients.create_key(
        app,
        SCOPES,
        requests_per_minute=REQUESTS_PER_MINUTE,
        numbers_per_day=NUMBERS_PER_DAY,
        by=audit.SYSTEM,
    )
    return secret


def read(path: Path) -> str:
    """ "": there is none."""
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def keep(path: Path, secret: str) -> None:
    """Raises OSError."""
    beside = path.with_suffix(".part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{secret}\n")
    os.replace(beside, path)
