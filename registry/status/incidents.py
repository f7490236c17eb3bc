"""Incidents as they are published: the one table of their states, and what page, feed and JSON are made from.

Staff's incidents and maintenance come from the database (`published.py`), the prober's own from `outages.py`;
both are this once they are told. Moments are aware datetimes in UTC.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from accounts.text import Text


class Stage(StrEnum):
    """Of an incident, then of a maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"

    @property
    def label(self) -> Text:
        return LABELS[self]


LABELS = {
    Stage.INVESTIGATING: Text("Sedang diselidiki", "Investigating"),
    Stage.IDENTIFIED: Text("Penyebab diketahui", "Identified"),
    Stage.MONITORING: Text("Sedang dipantau", "Monitoring"),
    Stage.RESOLVED: Text("Selesai", "Resolved"),
    Stage.POSTMORTEM: Text("Penjelasan", "Postmortem"),
    Stage.SCHEDULED: Text("Dijadwalkan", "Scheduled"),
    Stage.IN_PROGRESS: Text("Sedang berlangsung", "In progress"),
    Stage.COMPLETED: Text("Selesai", "Completed"),
}
# What may follow what. A published update is never changed, only followed; the same stage again is more news of it.
_OPEN = frozenset({Stage.INVESTIGATING, Stage.IDENTIFIED, Stage.MONITORING, Stage.RESOLVED})
FOLLOWS: dict[Stage | None, frozenset[Stage]] = {
    None: _OPEN | {Stage.SCHEDULED},  # the first; one that is written down afterwards starts resolved
    Stage.INVESTIGATING: _OPEN,
    Stage.IDENTIFIED: _OPEN,
    Stage.MONITORING: _OPEN,
    Stage.RESOLVED: frozenset({Stage.POSTMORTEM}),
    Stage.POSTMORTEM: frozenset({Stage.POSTMORTEM}),
    Stage.SCHEDULED: frozenset({Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.COMPLETED}),
    Stage.IN_PROGRESS: frozenset({Stage.IN_PROGRESS, Stage.COMPLETED}),
    Stage.COMPLETED: frozenset(),
}
ENDED = frozenset({Stage.RESOLVED, Stage.POSTMORTEM, Stage.COMPLETED})


class Impact(StrEnum):
    """How much of the service an incident takes away; `maintenance` is planned."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"
    MAINTENANCE = "maintenance"

    @property
    def rank(self) -> int:
        return list(Impact).index(self) if self != Impact.MAINTENANCE else 0

    @property
    def label(self) -> Text:
        return IMPACTS[self]


IMPACTS = {
    Impact.NONE: Text("Tidak berdampak", "No impact"),
    Impact.MINOR: Text("Dampak kecil", "Minor impact"),
    Impact.MAJOR: Text("Dampak besar", "Major impact"),
    Impact.CRITICAL: Text("Dampak sangat besar", "Critical impact"),
    Impact.MAINTENANCE: Text("Pemeliharaan", "Maintenance"),
}


@dataclass(frozen=True)
class Update:
    id: str  # upd_…
    stage: Stage
    body: Text
    at: datetime
    components: tuple[str, ...] = ()  # those it speaks of; keys of components.py


@dataclass(frozen=True)
class Incident:
    """`updates` stand from the oldest to the newest, and there is at least one."""

    id: str  # inc_…
    title: Text
    impact: Impact
    components: tuple[str, ...]
    started_at: datetime
    updates: tuple[Update, ...]
    resolved_at: datetime | None = None
    automatic: bool = False  # opened by the prober
    scheduled_for: datetime | None = None  # of a maintenance only, as the next one
    scheduled_until: datetime | None = None

    @property
    def is_maintenance(self) -> bool:
        return self.scheduled_for is not None

    @property
    def created_at(self) -> datetime:
        return self.updates[0].at

    @property
    def updated_at(self) -> datetime:
        return self.updates[-1].at

    def stage_at(self, moment: datetime) -> Stage:
        """Of an incident, its last update's. A maintenance begins and ends by the clock, unless an update was first."""
        said = self.updates[-1].stage
        if self.scheduled_for is None or self.scheduled_until is None or said == Stage.COMPLETED:
            return said
        if moment >= self.scheduled_until:
            return Stage.COMPLETED
        return Stage.IN_PROGRESS if moment >= self.scheduled_for else said

    def is_over_at(self, moment: datetime) -> bool:
        return self.stage_at(moment) in ENDED

    def next_stages(self, moment: datetime) -> list[Stage]:
        """What an update may say then: what may follow the last one, and doesn't lie behind what the clock says."""
        said, now = self.updates[-1].stage, self.stage_at(moment)
        return [
            stage for stage in Stage if stage in FOLLOWS[said] and (stage == now or stage in FOLLOWS[now])
        ]

    def overlaps(self, other: "Incident") -> bool:
        mine, theirs = self.resolved_at or _NEVER, other.resolved_at or _NEVER
        return self.started_at <= theirs and other.started_at <= mine

    def stands_for(self, own: "Incident") -> bool:
        """Whether it tells of what another prober found too. One that is over does not hide what still goes on."""
        goes_on = self.resolved_at is None or own.resolved_at is not None
        return self.automatic and goes_on and self.overlaps(own)


_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Published:
    """All that staff and probers have told, as far as the page goes back. Incidents and maintenances, newest first."""

    as_of: datetime
    incidents: tuple[Incident, ...] = ()

    def and_own(self, own: Iterable[Incident]) -> "Published":
        """With what this prober found and could not tell yet, unless what another told stands for it."""
        told = {incident.id for incident in self.incidents}
        missing = [
            incident
            for incident in own
            if incident.id not in told and not any(other.stands_for(incident) for other in self.incidents)
        ]
        newer = {incident.id: incident for incident in own if incident.id in told}
        known = [_longer(incident, newer.get(incident.id)) for incident in self.incidents]
        together = sorted([*known, *missing], key=lambda incident: incident.started_at, reverse=True)
        return Published(self.as_of, tuple(together))

    def over_at(self, moment: datetime) -> frozenset[str]:
        """Ids of those that are over then."""
        return frozenset(incident.id for incident in self.incidents if incident.is_over_at(moment))

    def maintained_at(self, moment: datetime) -> frozenset[str]:
        """Keys of the components that are in a maintenance then."""
        return frozenset(
            key
            for incident in self.incidents
            if incident.is_maintenance and incident.stage_at(moment) == Stage.IN_PROGRESS
            for key in incident.components
        )


def _longer(told: Incident, own: Incident | None) -> Incident:
    """What was told, and of our own what is not told yet: its end above all. What staff called over stays over."""
    if own is None or told.updates[-1].stage in ENDED:
        return told
    known = {update.id for update in told.updates}
    further = [update for update in own.updates if update.id not in known]
    if not further:
        return told
    updates = tuple(sorted([*told.updates, *further], key=lambda update: update.at))
    return Incident(
        **{
            **vars(told),
            "updates": updates,
            "resolved_at": told.resolved_at or own.resolved_at,
            "components": tuple(dict.fromkeys([*told.components, *own.components])),
            "impact": max(told.impact, own.impact, key=lambda impact: impact.rank),
        }
    )


# --- as a file: how another prober, or this one without its database, knows them ---

MOST = 500  # more than staff's and a prober's own ever are
_ID = re.compile(r"[a-z0-9_]{1,40}")


def to_json(published: Published) -> dict[str, Any]:
    return {
        "as_of": published.as_of.isoformat(),
        "incidents": [_incident_to_json(incident) for incident in published.incidents],
    }


def from_json(document: Mapping[str, Any]) -> Published:
    """Raises ValueError, KeyError or TypeError: not such a document, or nothing that could be drawn."""
    if len(document["incidents"]) > MOST:
        raise ValueError("too many incidents")
    return Published(
        _moment(document["as_of"]),
        tuple(_incident_from_json(incident) for incident in document["incidents"]),
    )


def _incident_to_json(incident: Incident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "title": incident.title.in_both(),
        "impact": incident.impact.value,
        "components": list(incident.components),
        "started_at": incident.started_at.isoformat(),
        "resolved_at": incident.resolved_at and incident.resolved_at.isoformat(),
        "automatic": incident.automatic,
        "scheduled_for": incident.scheduled_for and incident.scheduled_for.isoformat(),
        "scheduled_until": incident.scheduled_until and incident.scheduled_until.isoformat(),
        "updates": [
            {
                "id": update.id,
                "stage": update.stage.value,
                "body": update.body.in_both(),
                "at": update.at.isoformat(),
                "components": list(update.components),
            }
            for update in incident.updates
        ],
    }


def _incident_from_json(incident: Mapping[str, Any]) -> Incident:
    updates = tuple(
        Update(
            _id(update["id"]),
            Stage(update["stage"]),
            _text(update["body"]),
            _moment(update["at"]),
            tuple(map(str, update["components"])),
        )
        for update in incident["updates"]
    )
    if not updates:
        raise ValueError("an incident without an update")
    return Incident(
        _id(incident["id"]),
        _text(incident["title"]),
        Impact(incident["impact"]),
        tuple(map(str, incident["components"])),
        _moment(incident["started_at"]),
        updates,
        _moment(incident["resolved_at"]) if incident["resolved_at"] else None,
        bool(incident["automatic"]),
        _moment(incident["scheduled_for"]) if incident["scheduled_for"] else None,
        _moment(incident["scheduled_until"]) if incident["scheduled_until"] else None,
    )


def _text(both: Mapping[str, Any]) -> Text:
    told = Text(str(both["id"]), str(both["en"]))
    for text in (told.id, told.en):
        text.encode()  # half a character (a lone surrogate) is a ValueError
    return told


def _id(text: object) -> str:
    """It becomes part of addresses."""
    if not _ID.fullmatch(str(text)):
        raise ValueError("no id")
    return str(text)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    if not 1970 <= moment.year < 9999:  # what Jakarta's clock may not reach
        raise ValueError(f"{text} can't be told")
    return moment.astimezone(UTC)
