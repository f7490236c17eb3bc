"""What the page tells of incidents and maintenance: read from the database, or from the file another prober wrote."""

from datetime import timedelta

from django.db.models import Q

from accounts import clock
from registry.status import models
from registry.status.incidents import ENDED, Impact, Incident, Published, Stage, Update

TOLD_FOR = timedelta(days=90)
MOST = 200  # incidents and maintenances that are told: the newest


def from_database() -> Published:
    """Two queries. Raises django.db.Error: the database is away."""
    now = clock.now()
    recent = Q(started_at__gte=now - TOLD_FOR) | Q(resolved_at__gte=now - TOLD_FOR)
    goes_on = ~Q(stage__in=list(ENDED)) & (Q(scheduled_until=None) | Q(scheduled_until__gte=now - TOLD_FOR))
    rows = (
        models.Incident.objects.filter(recent | goes_on)
        .order_by("-started_at", "-pk")
        .prefetch_related("updates")[:MOST]
    )
    return Published(now, tuple(map(incident, rows)))


def incident(row: models.Incident) -> Incident:
    """As it is told. The row has at least one update; a prefetch is used."""
    updates = tuple(
        Update(update.pk, Stage(update.stage), update.body, update.at, tuple(update.components))
        for update in row.updates.all()
    )
    return Incident(
        row.pk,
        row.title,
        Impact(row.impact),
        tuple(row.components),
        row.started_at,
        updates,
        row.resolved_at,
        row.automatic,
        row.scheduled_for,
        row.scheduled_until,
    )
