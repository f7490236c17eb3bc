"""Where a prober hears what staff and other probers told, and tells its own: the database, or a registry's page."""

import contextlib
import logging
import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.db import connection

from accounts.errors import DomainError
from accounts.wire import Deadline
from registry.status import incidents, keys, published, services
from registry.status.asking import Failed, Registry
from registry.status.incidents import Incident, Published
from registry.status.publishing import LARGEST

logger = logging.getLogger(__name__)

WITHIN = 10.0  # seconds


@dataclass(frozen=True)
class News:
    """`key` is a new one, where one was wanted and could be made."""

    published: Published
    key: str = ""


class Source(Protocol):
    @property
    def keeps_ours(self) -> bool:
        """Whether what a prober without a memory finds open there may be its own."""

    def exchange(self, own: Sequence[Incident], *, wants_key: bool) -> News:
        """Tell of our own, and hear of all. May raise anything, and take for ever: a thread does it."""

    def break_off(self) -> None:
        """Called from another thread, where it takes too long."""


@dataclass
class Database:
    keeps_ours: bool = field(default=True, init=False)
    _connected: Any = field(default=None, init=False)

    def exchange(self, own: Sequence[Incident], *, wants_key: bool) -> News:
        try:
            connection.ensure_connection()
            self._connected = connection.connection
            key = keys.make() if wants_key else ""
            for incident in own:
                _tell(incident)
            return News(published.from_database(), key)
        finally:
            self._connected = None
            connection.close()

    def break_off(self) -> None:
        """Its host is gone without a word: the system would wait for hours."""
        with (
            contextlib.suppress(Exception),  # it has just ended, or is closing
            socket.socket(fileno=os.dup(self._connected.fileno())) as ours,
        ):
            ours.shutdown(socket.SHUT_RDWR)


def _tell(incident: Incident) -> None:
    """What the database's rules will not have keeps nobody from hearing the others."""
    try:
        services.tell(incident)
    except DomainError as refusal:
        logger.error("%s can't be told: %s", incident.id, refusal.code)


@dataclass(frozen=True)
class Page:
    """The page of the registry that is probed; ours is told to nobody but its readers."""

    registry: Registry
    keeps_ours: bool = field(default=False, init=False)

    def exchange(self, own: Sequence[Incident], *, wants_key: bool) -> News:
        """Raises Failed."""
        answer = self.registry.ask(
            "GET",
            "/status/published.json",
            Deadline(time.monotonic() + WITHIN),
            longest=LARGEST,
        )
        answer.require(200)
        try:
            return News(incidents.from_json(answer.json()))
        except (ValueError, LookupError, TypeError, AttributeError) as wrong:
            raise Failed("wrong_answer") from wrong

    def break_off(self) -> None:
        """It has a deadline of its own."""
