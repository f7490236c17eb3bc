"""Claims: a lease on an application, so that two reviewers do not do the same work."""

from datetime import timedelta

from accounts import clock
from accounts.audit import journal as audit
from accounts.errors import Forbidden, NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.models import Application, Claim, Decision, Outcome, Status
from accounts.verification.transitions import lock

CLAIM_LEASE = timedelta(minutes=30)
CLAIMS_A_REVIEWER = 3
CLAIMABLE = (Status.SUBMITTED,)


@audit.transaction
def claim(application: Application, *, by: User) -> Claim:
    """Take the lease, or renew one's own. One that ran out is free to others.

    Raises NotAllowed: wrong_status, claim_held, claims_used_up, offered_to_another, another_reviewer_needed,
    senior_needed; Forbidden: permission_missing, own_business.
    """
    application = lock(application)
    require_reviewer(application, by=by)
    if application.status not in CLAIMABLE:
        raise NotAllowed("wrong_status", action="claim", status=application.status)
    now = clock.now()
    held = Claim.objects.select_related("reviewer").filter(application=application).first()
    if held is not None and held.reviewer_id != by.pk and held.until > now:
        raise NotAllowed("claim_held", name=str(held.reviewer), until=f"{clock.here(held.until):%H:%M %Z}")
    offered_to, offered_until = application.offered_to, application.offered_until
    if offered_to is not None and offered_to != by and offered_until is not None and offered_until > now:
        raise NotAllowed(
            "offered_to_another", name=str(offered_to), until=f"{clock.here(offered_until):%Y-%m-%d %H:%M %Z}"
        )
    User.objects.select_for_update(no_key=True).get(
        pk=by.pk
    )  # two claims of one reviewer are counted in turn
    others = Claim.objects.filter(reviewer=by, until__gt=now).exclude(application=application)
    if others.count() >= CLAIMS_A_REVIEWER:
        raise NotAllowed("claims_used_up", limit=CLAIMS_A_REVIEWER)
    renewed = held is not None and held.reviewer_id == by.pk
    lease, _ = Claim.objects.update_or_create(
        application=application,
        defaults={"reviewer": by, "taken_at": now, "until": now + CLAIM_LEASE},
    )
    if not renewed:
        taken_over = {"from": held.reviewer_id} if held is not None else {}
        audit.record("application.claimed", on=application, by=by, data=taken_over)
    return lease


def renew_claim(application: Application, *, by: User) -> None:
    """Work on a locked case prolongs one's own lease."""
    now = clock.now()
    Claim.objects.filter(application=application, reviewer=by, until__gt=now).update(until=now + CLAIM_LEASE)


@audit.transaction
def release(application: Application, *, by: User) -> None:
    """Give one's own claim back. Raises NotAllowed claim_missing."""
    application = lock(application)
    if not Claim.objects.filter(application=application, reviewer=by).delete()[0]:
        raise NotAllowed("claim_missing")
    audit.record("application.released", on=application, by=by)


def require_reviewer(application: Application, *, by: User) -> None:
    """Raises unless `by` may work on the case: has the role, is an outsider, and did not decide it before."""
    require_permission(by, "verification.review_application")
    require_outsider(application, by=by)
    overruled = Decision.objects.filter(application=application).overruled().filter(took_effect_at=None)
    involved = {person for pair in overruled.values_list("author", "undone_by") for person in pair}
    if involved and (by.pk in involved or not by.has_perm("verification.review_alone")):
        raise NotAllowed("senior_needed")
    if application.contested:
        declined = Decision.objects.filter(application=application, outcome=Outcome.DECLINE).exclude(
            took_effect_at=None
        )
        if declined.filter(author=by).exists() or declined.filter(seconded_by=by).exists():
            raise NotAllowed("another_reviewer_needed")


def require_outsider(application: Application, *, by: User) -> None:
    """Nobody decides on a business they are a member of."""
    if application.account.business.memberships.filter(person=by).exists():
        raise Forbidden("own_business")


def require_claim(application: Application, *, by: User) -> None:
    """Raises NotAllowed: claim_held by another, or claim_missing."""
    held = (
        Claim.objects.select_related("reviewer")
        .filter(application=application, until__gt=clock.now())
        .first()
    )
    if held is None:
        raise NotAllowed("claim_missing")
    if held.reviewer_id != by.pk:
        raise NotAllowed("claim_held", name=str(held.reviewer), until=f"{clock.here(held.until):%H:%M %Z}")
