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
    rows = (
        models.Incident.objects.filter(Q(started_at__gte=now - TOLD_FOR) | ~Q(stage__in=list(ENDED)))
        .order_by("-started_at", "-pk")
        .prefetch_related("updates")[:MOST]
    )
    return Published(now, tuple(map(_incident, rows)))


def _incident(row: models.Incident) -> Incident:
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
