"""Assigning: a case is offered to one colleague first, for a day."""

from accounts import clock
from accounts.audit import journal as audit
from accounts.errors import DomainError, NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.applying import OFFER
from accounts.verification.claims import (
    CLAIMABLE,
    require_outsider,
    require_reviewer,
    require_unclaimed,
)
from accounts.verification.models import Application
from accounts.verification.transitions import lock


@audit.transaction
def assign(application: Application, *, to: User, by: User) -> Application:
    """Raises NotAllowed: wrong_status, claim_held, assignee_no_reviewer, assignee_involved; Forbidden.

    Nor does a member of the business choose who decides on it.
    """
    require_permission(by, "verification.assign_application")
    application = lock(application)
    require_outsider(application, by=by)
    if application.status not in CLAIMABLE:
        raise NotAllowed("wrong_status", action="assign", status=application.status)
    require_unclaimed(application)
    to = User.objects.select_for_update(no_key=True).get(pk=to.pk)  # not disabled at this moment
    if not to.has_perm("verification.review_application"):
        raise NotAllowed("assignee_no_reviewer", name=str(to))
    try:
        require_reviewer(application, by=to)
    except DomainError as refusal:
        raise NotAllowed("assignee_involved", name=str(to)) from refusal
    application.offered_to, application.offered_until = to, clock.now() + OFFER
    application.save(update_fields=["offered_to", "offered_until"])
    audit.record("application.assigned", on=application, by=by, data={"to": to.pk})
    return application


def colleagues() -> list[User]:
    """To whom a case can be assigned."""
    return [
        person
        for person in User.objects.exclude(role="").filter(is_active=True).order_by("name", "pk")
        if person.has_perm("verification.review_application")
    ]
