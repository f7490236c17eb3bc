"""What a reviewer has to hear about their own decisions: somebody else undid one, or it could not take effect."""

from accounts import clock
from accounts.audit import journal as audit
from accounts.errors import Forbidden, NotAllowed
from accounts.people.models import User
from accounts.verification.models import Decision


def for_reviewer(person: User) -> list[Decision]:
    """Not yet taken notice of, the newest first; `why_undone` says why. One query."""
    undone = Decision.objects.filter(author=person, undone_at__isnull=False, told_at=None)
    return list(
        undone.exclude(undone_by=person).select_related("application", "undone_by").order_by("-undone_at")
    )


@audit.transaction
def acknowledge(decision: Decision, *, by: User) -> Decision:
    """Take notice of it. Once more changes nothing. Raises Forbidden news_of_another; NotAllowed nothing_undone."""
    decision = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    if decision.author_id != by.pk:
        raise Forbidden("news_of_another")
    if decision.undone_at is None:
        raise NotAllowed("nothing_undone")
    if decision.told_at is None:
        decision.told_at = clock.now()
        decision.save(update_fields=["told_at"])
        audit.record("decision.acknowledged", on=decision, by=by)
    return decision
