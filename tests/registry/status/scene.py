"""A prober on a stage: a registry that answers as it is told to, a clock that is set, and what it tells to whom."""

import json
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from registry.status.asking import Registry
from registry.status.exchange import Exchange
from registry.status.incidents import Incident, Published
from registry.status.prober import Prober
from registry.status.probing import Measuring
from registry.status.sources import News
from tests.registry.status import probed
from tests.registry.status.probed import WELL, Probed, reply

EVERY = 30.0
MORNING = datetime(2026, 11, 22, 3, 0, 15, tzinfo=UTC).timestamp()
DOWN = reply(503)
QUICK = {**WELL, "POST /v1/probes": reply(201, probed.MESSAGE)}  # sent at once


@dataclass
class Told:
    """Stands where the database would: keeps what it is told, and may be away, or hang."""

    keeps_ours = True
    incidents: dict[str, Incident] = field(default_factory=dict)
    is_away: bool = False
    hangs: threading.Event | None = None
    asked: int = 0
    broken_off: list[float] = field(default_factory=list)
    called_over: dict[str, Incident] = field(default_factory=dict)  # by staff

    def exchange(self, own: Sequence[Incident], *, wants_key: bool) -> News:
        self.asked += 1
        if self.hangs is not None:
            self.hangs.wait(60)
        if self.is_away:
            raise ConnectionError("of Siti, +6281234567890")
        self.incidents |= {incident.id: incident for incident in own}
        known = (self.incidents | self.called_over).values()
        newest = sorted(known, key=lambda one: one.started_at, reverse=True)
        return News(Published(datetime.now(UTC), tuple(newest)), f"key {self.asked}" if wants_key else "")

    def break_off(self) -> None:
        self.broken_off.append(time.monotonic())


@dataclass
class Scene:
    registry: Probed
    told: Told
    home: Path
    now: float = MORNING
    prober: Prober = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        exchange = Exchange(self.told, self.home)
        measuring = Measuring(Registry(self.registry.url))
        self.prober = Prober(measuring, exchange, self.home / "public", every=EVERY, wall=lambda: self.now)
        exchange.turn()  # for a key

    def rounds(self, count: int, *, well: bool = True, down: Sequence[str] = ()) -> None:
        self.registry.answers = dict(QUICK)
        names = [name for name in WELL if any(one in name for one in down)] if down else [*WELL]
        if not well:
            self.registry.answers |= dict.fromkeys(names, DOWN)
        for _ in range(count):
            self.prober.round()
            self.now += EVERY

    def read(self, name: str) -> Any:
        return json.loads((self.home / "public" / "api" / "v2" / f"{name}.json").read_text())

    def statuses(self) -> dict[str, str]:
        return {key: health.status.value for key, health in self.prober.state.healths.items()}

    def raw(self, sql: str) -> list[Any]:
        with sqlite3.connect(self.home / "ledger.sqlite3") as file:
            return file.execute(sql).fetchall()
