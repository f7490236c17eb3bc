"""Suspending many badges for one incident: choosing them, and stopping it. `bulk_work` does it."""

from django.db.models import QuerySet

from accounts import clock, copying
from accounts.audit import journal as audit
from accounts.badges import jobs
from accounts.badges.models import Badge, BadgeStatus, BulkItem, BulkSuspension
from accounts.badges.services import check_reason
from accounts.businesses import checks
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission

MOST = 100_000  # badges in one
_A_COPY = 5_000  # rows written at a time


@audit.transaction
def start(badges: QuerySet[Badge], *, reason: str, note: str = "", by: User) -> BulkSuspension:
    """Choose the active ones among these, now; a job suspends them, one after the other.

    Raises Forbidden permission_missing; Invalid: reason_required, reason_unknown, value_too_long, hidden_characters;
    NotAllowed: nothing_to_suspend, bulk_too_many.
    """
    require_permission(by, "badges.add_bulksuspension")
    check_reason(reason)
    checks.length(checks.visible(note, "/note", lines=True), checks.LONGEST_NOTE, "/note")
    # By account: the order in which many accounts are ever locked.
    chosen = list(suspendable(badges).order_by("account", "pk").values_list("pk", flat=True)[: MOST + 1])
    if not chosen:
        raise NotAllowed("nothing_to_suspend")
    if len(chosen) > MOST:
        raise NotAllowed("bulk_too_many", limit=MOST)
    bulk = BulkSuspension.objects.create(reason=reason, note=note, started_by=by, total=len(chosen))
    for place in range(0, len(chosen), _A_COPY):
        copying.insert([BulkItem(bulk=bulk, badge_id=pk) for pk in chosen[place : place + _A_COPY]])
    data = {"reason": reason, "total": len(chosen)}
    audit.record("bulk_suspension.started", on=bulk, by=by, data=data)
    jobs.wake(bulk.pk)
    return bulk


def suspendable(badges: QuerySet[Badge]) -> QuerySet[Badge]:
    return badges.filter(status=BadgeStatus.ACTIVE)


@audit.transaction
def stop(bulk: BulkSuspension, *, by: User) -> BulkSuspension:
    """What is suspended by now stays so; the rest is left alone. Raises NotAllowed bulk_ended."""
    require_permission(by, "badges.add_bulksuspension")
    bulk = BulkSuspension.objects.select_for_update().get(pk=bulk.pk)
    if not bulk.is_running:
        raise NotAllowed("bulk_ended")
    bulk.stopped_at = clock.now()
    bulk.save(update_fields=["stopped_at"])
    data = {"done": bulk.done, "failed": bulk.failed}
    audit.record("bulk_suspension.stopped", on=bulk, by=by, data=data)
    return bulk
