"""Incidents and maintenance as staff write them."""

from datetime import timedelta
from typing import Any

from accounts import clock
from accounts.people.models import User
from registry.status import services
from registry.status.models import Incident

WORDS = {"body_id": "Kami sedang memeriksanya.", "body_en": "We are looking into it."}
TITLES = {"title_id": "Pencarian lambat", "title_en": "Look-ups are slow"}
INCIDENT = {**WORDS, **TITLES, "components": ["messages", "lookups"], "impact": "major"}
MAINTENANCE = {**WORDS, "title_id": "Pemeliharaan", "title_en": "Maintenance", "components": ["admin"]}


def opened(*, by: User, **facts: Any) -> Incident:
    return services.open_incident(**{**INCIDENT, "stage": "investigating", **facts}, by=by)


def planned(*, by: User, **facts: Any) -> Incident:
    """Tomorrow, for an hour."""
    begins = facts.get("scheduled_for") or clock.now() + timedelta(days=1)
    times = {"scheduled_for": begins}
    if "scheduled_until" not in facts:
        times["scheduled_until"] = begins if begins.year == 9999 else begins + timedelta(hours=1)
    return services.plan_maintenance(**{**MAINTENANCE, **times, **facts}, by=by)


def follow(row: Incident, stage: str, *, by: User, **facts: Any) -> Incident:
    """By somebody who has read the newest update."""
    return services.update(row, **{**WORDS, "stage": stage, "seen": newest(row), **facts}, by=by)


def newest(row: Incident) -> str:
    last = row.updates.last()
    assert last is not None
    return last.pk
