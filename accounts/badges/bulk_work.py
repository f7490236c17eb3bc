"""The work of a bulk suspension, a few hundred badges a transaction.

An item and its badge change together, or not at all: whenever the worker dies, the next one goes on where the last
commit left it, and suspends nothing twice.
"""

import logging

from django.db import InterfaceError, OperationalError

from accounts import clock
from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import BulkItem, BulkSuspension, ItemState
from accounts.errors import DomainError

logger = logging.getLogger(__name__)

CHUNK = 200  # badges


@audit.transaction
def next_chunk(bulk_id: str) -> bool:
    """Suspend the next of them. Returns whether there is more to do."""
    # Its row is the lock: two workers at once take turns, and a stop waits for the chunk.
    bulk = BulkSuspension.objects.select_for_update(of=("self",)).select_related("started_by").get(pk=bulk_id)
    if not bulk.is_running:
        return False
    waiting = bulk.items.filter(state=ItemState.WAITING).select_related("badge__account").order_by("pk")
    items = list(waiting[:CHUNK])
    for item in items:
        _suspend(item, bulk)
    BulkItem.objects.bulk_update(items, ["state", "refusal"])
    refused = sum(item.state == ItemState.REFUSED for item in items)
    bulk.done += len(items) - refused
    bulk.failed += refused
    if len(items) < CHUNK:
        bulk.finished_at = clock.now()
        data = {"done": bulk.done, "failed": bulk.failed}
        audit.record("bulk_suspension.finished", on=bulk, by=audit.SYSTEM, data=data)
    bulk.save(update_fields=["done", "failed", "finished_at"])
    return bulk.is_running


def _suspend(item: BulkItem, bulk: BulkSuspension) -> None:
    try:
        badges.suspend(item.badge, reason=bulk.reason, by=bulk.started_by)
    except DomainError as refusal:  # it ended meanwhile, or who started this may not any more
        item.state, item.refusal = ItemState.REFUSED, refusal.code
    except (OperationalError, InterfaceError):
        raise  # the database is away, for all of them
    except Exception:
        logger.exception("%s was not suspended by %s", item.badge_id, bulk.pk)
        item.state, item.refusal = ItemState.REFUSED, "internal"
    else:
        item.state = ItemState.DONE
