"""Incidents and maintenance as staff write them."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.audit.models import Event
from accounts.errors import DomainError
from accounts.people.models import User
from registry.status import services
from registry.status.models import Incident, IncidentUpdate

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


def refuses(code: str, pointer: str, act: Any) -> None:
    """With this code, at this field, and with a sentence; nothing was changed."""
    before = (Incident.objects.count(), IncidentUpdate.objects.count(), Event.objects.count())
    with pytest.raises(DomainError) as refused:
        act()
    assert (refused.value.code, refused.value.problems[0].pointer) == (code, pointer)
    assert all("{" not in text for text in refused.value.problems[0].text)
    assert (Incident.objects.count(), IncidentUpdate.objects.count(), Event.objects.count()) == before
