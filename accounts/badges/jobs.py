"""The worker's part of a bulk suspension."""

import time

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

from accounts.badges.bulk_work import next_chunk
from accounts.badges.models import BulkSuspension

TURN = 5  # seconds; then the clock, the outbox and everybody else have theirs


@app.task(name="suspend_in_bulk")
def suspend_in_bulk(bulk_id: str) -> None:
    """Go on for a turn. A run too many, after a rescue, finds nothing to do."""
    until = time.monotonic() + TURN
    while next_chunk(bulk_id):
        if time.monotonic() > until:
            wake(bulk_id)
            return


def wake(bulk_id: str) -> None:
    """Have a worker go on with it; nothing to do when one is about to."""
    job = suspend_in_bulk.configure(queueing_lock=f"suspend_in_bulk {bulk_id}")
    try:
        with transaction.atomic():  # the refusal of a second wake-up must not spoil the caller's transaction
            job.defer(bulk_id=bulk_id)
    except exceptions.AlreadyEnqueued:
        pass


@app.periodic(cron="* * * * *")
@app.task(name="resume_bulk_suspensions", queueing_lock="resume_bulk_suspensions")
def resume_bulk_suspensions(timestamp: int | None = None) -> None:
    """What a killed worker left: its own job is rescued too, but only after some minutes."""
    for bulk in BulkSuspension.objects.filter(finished_at=None, stopped_at=None).order_by("created_at"):
        wake(bulk.pk)
