"""Everything that one drawing of the page, the JSON, the feed and the badge is made from, and what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.text import Text
from registry.status.components import KEYS, Status
from registry.status.incidents import Impact, Incident, Published, Stage
from registry.status.judging import GAP, Health, Result
from registry.status.ledger import Day
from registry.status.times import moment

DAYS = 90  # of the bars
HISTORY_DAYS = 15  # of incidents that are over


@dataclass(frozen=True)
class Overall:
    """In Statuspage's words: none, minor, major, critical or maintenance; and a sentence."""

    indicator: str
    description: Text


ALL_WELL = Overall("none", Text("Semua berfungsi", "All Systems Operational"))
MAINTAINED = Overall("maintenance", Text("Sedang dalam pemeliharaan", "Service Under Maintenance"))
DEGRADED = Overall("minor", Text("Sebagian lambat atau tidak stabil", "Partially Degraded Service"))
MINOR = Overall("minor", Text("Gangguan kecil", "Minor Service Outage"))
PARTIAL = Overall("major", Text("Sebagian layanan terganggu", "Partial System Outage"))
MAJOR = Overall("critical", Text("Layanan terganggu", "Major Service Outage"))
WATCHED = Overall("minor", Text("Berfungsi lagi; kami memantau", "Working again; we are watching"))
UNKNOWN = Overall("minor", Text("Tidak ada data", "No data"))


@dataclass(frozen=True)
class Picture:
    """`now`: when it was drawn, which is when the last round ended. Components that were never measured are missing."""

    now: datetime
    every: float  # seconds from one round to the next
    latest: Mapping[str, Result]
    healths: Mapping[str, Health]
    days: Mapping[str, Sequence[Day]]  # DAYS of them, today last
    published: Published

    def status_of(self, key: str) -> Status | None:
        """As it is called now; None: not looked at within the last rounds, or never, or not often enough to tell."""
        if key in self.published.maintained_at(self.now):
            return Status.MAINTENANCE
        latest = self.latest.get(key)
        if latest is None or self.now.timestamp() - latest.at > (GAP + 1) * self.every:
            return None
        health = self.healths.get(key)
        return health.status if health is not None and health.is_known else None

    @property
    def open_incidents(self) -> list[Incident]:
        return [
            incident
            for incident in self.published.incidents
            if not incident.is_maintenance and not incident.is_over_at(self.now)
        ]

    @property
    def past_incidents(self) -> list[Incident]:
        """Of the last HISTORY_DAYS, the newest first."""
        since = self.now - timedelta(days=HISTORY_DAYS)
        return [
            incident
            for incident in self.published.incidents
            if not incident.is_maintenance
            and incident.is_over_at(self.now)
            and (incident.resolved_at or incident.started_at) >= since
        ]

    @property
    def active_maintenance(self) -> list[Incident]:
        return [one for one in self._maintenance if one.stage_at(self.now) == Stage.IN_PROGRESS]

    @property
    def upcoming_maintenance(self) -> list[Incident]:
        """The next one first."""
        upcoming = [one for one in self._maintenance if one.stage_at(self.now) == Stage.SCHEDULED]
        return sorted(upcoming, key=lambda one: one.scheduled_for or self.now)

    @property
    def past_maintenance(self) -> list[Incident]:
        """Of the last HISTORY_DAYS, the newest first."""
        since = self.now - timedelta(days=HISTORY_DAYS)
        return [
            one
            for one in self._maintenance
            if one.is_over_at(self.now) and (one.scheduled_until or self.now) >= since
        ]

    @property
    def _maintenance(self) -> list[Incident]:
        return [one for one in self.published.incidents if one.is_maintenance]

    @property
    def checked_at(self) -> datetime | None:
        """When the newest round that measured anything began."""
        seen = [result.at for result in self.latest.values()]
        return moment(max(seen)) if seen else None

    def _works_again(self, statuses: Sequence[Status | None]) -> bool:
        """All that is measured is well, and of each incident the last word is that it is watched."""
        return all(status == Status.OPERATIONAL for status in statuses) and all(
            incident.stage_at(self.now) == Stage.MONITORING for incident in self.open_incidents
        )

    @property
    def overall(self) -> Overall:
        statuses = [self.status_of(key) for key in KEYS]
        known = [status for status in statuses if status is not None]
        if self.open_incidents and self._works_again(statuses):
            return WATCHED
        impact = max((incident.impact.rank for incident in self.open_incidents), default=0)
        if known and (all(status == Status.MAJOR for status in known) or impact == Impact.CRITICAL.rank):
            return MAJOR
        if Status.MAJOR in known or impact == Impact.MAJOR.rank:
            return PARTIAL
        if Status.PARTIAL in known or impact == Impact.MINOR.rank:
            return MINOR
        if Status.DEGRADED in known:
            return DEGRADED
        if None in statuses:
            return UNKNOWN
        return MAINTAINED if Status.MAINTENANCE in known else ALL_WELL
