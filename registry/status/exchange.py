"""What a prober hears from others and tells them, in a thread that no round waits for; its key comes that way too."""

import json
import logging
import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from registry.status import incidents, keys, outages
from registry.status.asking import Failed
from registry.status.errand import Errand
from registry.status.incidents import Incident, Published
from registry.status.outages import Outage
from registry.status.probing import RENEWABLE
from registry.status.saying import Once
from registry.status.sources import News, Source

logger = logging.getLogger(__name__)

GIVES_UP_AFTER = 60.0  # seconds without a word from it: the connection is broken off
# Seconds from one key to the next; doubled while none is good.
ANOTHER_KEY_AFTER, LONGEST_WITHOUT = 10.0, 3600.0
NOTHING = Published(datetime.fromtimestamp(0, UTC))


class Exchange:
    """`published` and `key` are what was heard last, also before a restart."""

    def __init__(self, source: Source, home: Path, *, key: str = "") -> None:
        """`key`: one that was given; "": the prober makes its own, where the source can."""
        self.source, self.home = source, home
        self.published = self._kept()
        self._makes_key = not key
        self.key = key or keys.read(home / "key")
        self._wants_key = not self.key
        self._no_key_until, self._key_pause = 0.0, ANOTHER_KEY_AFTER
        self._errand: Errand[News] = Errand("news")
        self._sent: dict[str, Outage] = {}
        self._told: dict[str, Outage] = {}
        self._once = Once(logger)

    def turn(self, own: Iterable[Outage] = (), *, refused: str = "", within: float = 2.0) -> None:
        """Tell what is not told, hear what is new, and wait so many seconds for it. `refused`: why the key was."""
        self._collect(0)
        if refused:
            self._once.warn("the prober's key", f"refused, {refused}")
        elif self.key:
            self._key_pause = ANOTHER_KEY_AFTER
        self._wants_key = self._wants_key or refused in RENEWABLE
        waiting = [outage for outage in own if not self.is_told(outage)]
        told = [outages.told(outage) for outage in waiting]
        if self._errand.begin(partial(self.source.exchange, told, wants_key=self._is_key_due())):
            self._sent = {outage.id: outage for outage in waiting}
            self._collect(within)
        elif self._errand.busy_for() > GIVES_UP_AFTER:
            self.source.break_off()

    def is_told(self, outage: Outage) -> bool:
        return self._told.get(outage.id) == outage

    def left_open(self, now: datetime) -> Incident | None:
        """A prober's, that goes on."""
        if not self.source.keeps_ours:
            return None
        ours = (incident for incident in self.published.incidents if incident.automatic)
        return next((incident for incident in ours if not incident.is_over_at(now)), None)

    def _is_key_due(self) -> bool:
        return self._makes_key and self._wants_key and time.monotonic() >= self._no_key_until

    def _collect(self, within: float) -> None:
        try:
            news = self._errand.result(within)
        except Failed as failed:
            self._once.warn("published incidents", f"not to be had, {failed.reason}")
            return
        except Exception as wrong:  # whatever a database that is away, half migrated or full may raise
            self._once.warn("published incidents", f"not to be had, {type(wrong).__name__}")
            return
        if news is None:
            return
        self._once.is_well("published incidents")
        self.published = news.published
        self._told = self._sent
        self._keep(self.home / "published.json")
        if news.key:
            self._take(news.key)

    def _take(self, key: str) -> None:
        self.key, self._wants_key = key, False
        self._no_key_until = time.monotonic() + self._key_pause
        self._key_pause = min(LONGEST_WITHOUT, 2 * self._key_pause)
        self._once.is_well("the prober's key")
        try:
            keys.keep(self.home / "key", key)
        except OSError as wrong:  # it is good until the next start
            self._once.complain("the prober's key", f"can't be written, {wrong.strerror}")

    # --- on disk ---

    def _keep(self, path: Path) -> None:
        beside = path.with_suffix(".part")
        try:
            beside.write_text(json.dumps(incidents.to_json(self.published)))
            os.replace(beside, path)
        except OSError as wrong:
            self._once.complain("published.json", f"can't be written, {wrong.strerror}")
        else:
            self._once.is_well("published.json")

    def _kept(self) -> Published:
        try:
            return incidents.from_json(json.loads((self.home / "published.json").read_text()))
        except FileNotFoundError:
            return NOTHING
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as wrong:
            logger.warning("what was published before can't be read: %s", type(wrong).__name__)
            return NOTHING
