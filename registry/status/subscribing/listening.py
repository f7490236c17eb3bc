"""What is published is noted in the same transaction, to be told to subscribers."""

from django.db import transaction

from accounts import clock
from accounts.audit.journal import Happening
from registry.status.models import IncidentUpdate
from registry.status.subscribing import jobs
from registry.status.subscribing.models import Telling


def note(happening: Happening) -> None:
    """Have the incident's updates told that were not. Whoever publishes one holds the incident's row."""
    told = Telling.objects.filter(incident=happening.on).values_list("updates", flat=True)
    known = {update for updates in told for update in updates}
    published = IncidentUpdate.objects.filter(incident=happening.on).order_by("at", "pk")
    new = [pk for pk in published.values_list("pk", flat=True) if pk not in known]
    if not new:
        return
    unbegun = Telling.objects.select_for_update().filter(incident=happening.on, finished_at=None, reached="")
    telling = unbegun.first() or Telling(incident_id=happening.on, updates=[])
    telling.updates, telling.written_at = [*telling.updates, *new], clock.now()
    telling.save()
    transaction.on_commit(jobs.wake, robust=True)
