"""Claims: a lease on an application, so that two reviewers do not do the same work."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from accounts import clock
from accounts.audit import journal as audit
from accounts.errors import DomainError, Forbidden, NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification import desks
from accounts.verification.impartiality import require_impartial
from accounts.verification.models import Application, Claim, Decision, Status
from accounts.verification.transitions import lock

CLAIM_LEASE = timedelta(minutes=30)
CLAIMS_A_REVIEWER = 3
CLAIMABLE = (Status.SUBMITTED,)
ATTEMPTS = 5  # at a next case, where others go for the same ones
# What speaks against one case only: another one may still be taken.
_OF_THIS_CASE = frozenset(
    {
        "claim_held",
        "offered_to_another",
        "own_business",
        "senior_needed",
        "another_reviewer_needed",
        "wrong_status",
    }
)


@audit.transaction
def claim(application: Application, *, by: User) -> Claim:
    """Take the lease, or renew one's own. One that ran out is free to others; the event says from whom.

    Raises NotAllowed: wrong_status, claim_held, claims_used_up, offered_to_another, another_reviewer_needed,
    senior_needed; Forbidden: permission_missing, own_business.
    """
    application = lock(application)
    require_reviewer(application, by=by)
    if application.status not in CLAIMABLE:
        raise NotAllowed("wrong_status", action="claim", status=application.status)
    held = Claim.objects.select_for_update().filter(application=application).first()
    now = clock.now()
    if held is not None and held.reviewer_id != by.pk:
        _require_over(held, now)
    _require_not_offered(application, now, by=by)
    # Two claims of one reviewer are counted in turn; and whoever was disabled a moment ago gets none.
    require_permission(
        User.objects.select_for_update(no_key=True).get(pk=by.pk), "verification.review_application"
    )
    if _others(by, now, besides=application) >= CLAIMS_A_REVIEWER:
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


@audit.transaction
def take_next(*, by: User) -> Claim:
    """Claim the first case of the queue that this reviewer may decide; another reviewer at the same time gets another.

    Whose account somebody has locked is passed over: that case is being taken, or changes. Only when nothing else is
    left, it is waited for. Raises NotAllowed: nothing_to_take, claims_used_up; Forbidden permission_missing.
    """
    require_permission(by, "verification.review_application")
    if _others(by, clock.now()) >= CLAIMS_A_REVIEWER:
        raise NotAllowed("claims_used_up", limit=CLAIMS_A_REVIEWER)
    refused: list[str] = []
    for _attempt in range(ATTEMPTS):
        rows = _takeable(by).exclude(pk__in=refused)
        candidate = _first(rows, skip_locked=True) or _first(rows, skip_locked=False)
        if candidate is None:
            break
        try:
            return claim(candidate, by=by)
        except DomainError as refusal:  # it was free when it was chosen, and is not any more
            if refusal.code not in _OF_THIS_CASE:
                raise
            refused.append(candidate.pk)
    raise NotAllowed("nothing_to_take")


def _first(rows: desks.Applications, *, skip_locked: bool) -> Application | None:
    """The account is locked with the choice, as every service locks it first."""
    locking = rows.select_related("account").select_for_update(
        of=("account",), no_key=True, skip_locked=skip_locked
    )
    return locking.order_by(*desks.BY_RISK).first()


def _takeable(by: User) -> desks.Applications:
    """The rules of `require_reviewer`, as far as they can be asked in one query."""
    rows = desks.unclaimed(Application.objects.all(), by)
    rows = rows.exclude(account__business__memberships__person=by.pk).exclude(escalated_by=by.pk)
    overruled = Decision.objects.overruled()
    part = Q(author=by.pk) | Q(seconded_by=by.pk)
    took_part = Decision.objects.filter(part, took_effect_at__isnull=False).values("application")
    rows = rows.exclude(
        pk__in=took_part.union(overruled.filter(part | Q(undone_by=by.pk)).values("application"))
    )
    if by.has_perm("verification.review_alone"):
        return rows
    # What was overruled before an objection calls for no senior reviewer after it.
    objected = Decision.objects.filter(
        application=OuterRef("application"), took_effect_at__gte=OuterRef("decided_at")
    )
    alone = overruled.filter(~Exists(objected)).values("application")
    return rows.filter(escalated_by=None).exclude(pk__in=alone)


def renew_claim(application: Application, *, by: User) -> bool:
    """Work on a case prolongs one's own lease, if one still has it."""
    now = clock.now()
    mine = Claim.objects.filter(application=application, reviewer=by, until__gt=now)
    return bool(mine.update(until=now + CLAIM_LEASE))


def renew(application: Application, *, by: User) -> Claim:
    """For the open page of somebody who is at work on it. Raises NotAllowed: claim_missing, claim_held."""
    require_permission(by, "verification.review_application")
    if not renew_claim(application, by=by):
        require_claim(application, by=by)
    return Claim.objects.get(application=application)


@audit.transaction
def release(application: Application, *, by: User) -> None:
    """Give one's own claim back. Raises NotAllowed claim_missing."""
    application = lock(application)
    if not Claim.objects.filter(application=application, reviewer=by).delete()[0]:
        raise NotAllowed("claim_missing")
    audit.record("application.released", on=application, by=by)


@audit.transaction
def release_all(person: User, *, by: audit.Actor) -> int:
    """Free the cases of somebody who may not work any more. Returns how many.

    Without the lock of the accounts: whoever disables a person holds their row, for which a claim waits with an
    account locked. A lease that is locked is being ended, renewed or taken over at this moment; it is left to that.
    """
    leases = list(Claim.objects.filter(reviewer=person).select_for_update(skip_locked=True))
    Claim.objects.filter(pk__in=[lease.pk for lease in leases]).delete()
    for application in Application.objects.filter(pk__in=[lease.application_id for lease in leases]):
        audit.record("application.released", on=application, by=by, data={"from": person.pk})
    return len(leases)


def require_reviewer(application: Application, *, by: User) -> None:
    """Raises unless `by` may work on the case: has the role, is an outsider, and is impartial."""
    require_permission(by, "verification.review_application")
    require_outsider(application, by=by)
    require_impartial(application, by=by)


def is_outsider(application: Application, *, by: User) -> bool:
    """Nobody decides on a business they are a member of."""
    members = application.account.business.memberships.all()
    return all(member.person_id != by.pk for member in members)


def require_outsider(application: Application, *, by: User) -> None:
    if not is_outsider(application, by=by):
        raise Forbidden("own_business")


def require_claim(application: Application, *, by: User) -> None:
    """Raises NotAllowed: claim_held by another, or claim_missing."""
    now = clock.now()
    held = Claim.objects.select_related("reviewer").filter(application=application, until__gt=now).first()
    if held is None:
        raise NotAllowed("claim_missing")
    if held.reviewer_id != by.pk:
        _require_over(held, now)


def require_unclaimed(application: Application) -> None:
    """Raises NotAllowed claim_held, by whomever."""
    held = Claim.objects.select_related("reviewer").filter(application=application).first()
    if held is not None:
        _require_over(held, clock.now())


def _require_over(held: Claim, now: datetime) -> None:
    if held.until > now:
        raise NotAllowed("claim_held", name=str(held.reviewer), until=f"{clock.here(held.until):%H:%M %Z}")


def _require_not_offered(application: Application, now: datetime, *, by: User) -> None:
    offered_to, until = application.offered_to, application.offered_until
    if offered_to is not None and offered_to != by and until is not None and until > now:
        raise NotAllowed(
            "offered_to_another", name=str(offered_to), until=f"{clock.here(until):%Y-%m-%d %H:%M %Z}"
        )


def _others(by: User, now: datetime, *, besides: Application | None = None) -> int:
    leases = Claim.objects.filter(reviewer=by, until__gt=now)
    return (leases.exclude(application=besides) if besides else leases).count()
