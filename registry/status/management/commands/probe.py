"""`manage.py probe`: measures what the status page says, and draws it. `make run` keeps one running."""

import logging
import os
import signal
import sys
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.status import sources
from registry.status.asking import Registry
from registry.status.exchange import Exchange
from registry.status.prober import Prober, Taken, the_only_one
from registry.status.probing import A_NUMBER, Measuring

logger = logging.getLogger(__name__)
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # replaced, not bound


class Command(BaseCommand):
    help = (
        "Asks each part of the registry for what its users ask, every PROBE_EVERY seconds, and draws the status page "
        "into STATUS_DIR after every round. On another host: --url and PROBE_KEY, and no database."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="", help="a registry elsewhere: https://registry.example")
        parser.add_argument("--every", type=float, default=settings.PROBE_EVERY, help="seconds")
        parser.add_argument("--once", action="store_true", help="one round, and end")

    def handle(self, *, url: str, every: float, once: bool, **options: Any) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        if not 0.1 <= every <= 3600:
            raise CommandError("--every takes 0.1 to 3600 seconds.")
        home = settings.VAR_DIR / "status"
        try:
            with the_only_one(home, wait=not once):
                prober = self._prober(url, every)
                if once:
                    prober.exchange.turn()  # for a key
                    prober.round()
                elif url:
                    prober.run(patience=0)
                else:
                    prober.run()
        except Taken:
            raise CommandError(f"Another prober measures into {home}.") from None
        except OSError as wrong:
            raise CommandError(f"{home} can't be used: {wrong.strerror or wrong}") from wrong
        except (SystemExit, KeyboardInterrupt):
            # At once: what hangs in a thread is not waited for, and taking all of Django apart is of no use.
            logging.shutdown()
            os._exit(0)

    def _prober(self, url: str, every: float) -> Prober:
        registry = _elsewhere(url or settings.PROBE["URL"]) or here()
        if url and not os.environ.get("PUBLIC_URL"):
            settings.PUBLIC_URL = registry.url  # what the page links to: here there is no registry
        source: sources.Source = sources.Page(registry) if url else sources.Database()
        exchange = Exchange(source, settings.VAR_DIR / "status", key=settings.PROBE["KEY"])
        if url and not exchange.key:
            logger.warning(
                "Look-ups and messages are not measured: PROBE_KEY has to be a key with contacts:read and status:probe"
            )
        measuring = Measuring(registry, number=settings.PROBE["NUMBER"] or A_NUMBER)
        return Prober(measuring, exchange, settings.STATUS_DIR, every=every)


def _elsewhere(url: str) -> Registry | None:
    """Raises CommandError."""
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CommandError(
            f"{url!r} can't be asked: it has to start with http:// or https:// and name a host."
        )
    return Registry(url.rstrip("/"))


def here() -> Registry:
    """On this machine, past the proxy in front; called by its public name, which it surely answers to."""
    host = ANY_ADDRESS.get(settings.HOST, settings.HOST)
    host = f"[{host}]" if ":" in host else host
    return Registry(
        f"http://{host}:{settings.PORT}",
        host=urlsplit(settings.PUBLIC_URL).netloc,
        behind_tls=settings.SECURE_SSL_REDIRECT,
    )
