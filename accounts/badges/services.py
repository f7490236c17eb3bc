"""What may happen to a badge, and publishing how badges are drawn. Only this file writes a badge's `status`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts import clock
from accounts.audit import journal as audit
from accounts.badges.models import LIVE, Badge, BadgeStatus, DisplayPolicy
from accounts.badges.policies import check_policy
from accounts.badges.reasons import REASONS
from accounts.businesses.models import Account, Business
from accounts.businesses.services import locked, require_outsider
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.machine import Transition
from accounts.people.models import User
from accounts.people.services import require_permission

EXTENSION = timedelta(days=7)  # of a badge whose renewal is undecided when its term ends
EXTEND_BEFORE = timedelta(days=1)
REMIND_BEFORE = timedelta(days=30)
WEBSITE = "website"  # among a badge's methods
SWEEP = 200  # rows a transaction of the clock's jobs


ACTIVE, SUSPENDED = BadgeStatus.ACTIVE, BadgeStatus.SUSPENDED

# The machine; `issue` has no source, it makes the row. docs/states.md is generated from here.
TRANSITIONS: dict[str, Transition[BadgeStatus]] = {
    transition.action: transition
    for transition in [
        Transition(
            "suspend",
            (ACTIVE,),
            SUSPENDED,
            "badge.suspended",
            "a reviewer; a number or a website that failed re-proof",
        ),
        Transition(
            "reinstate",
            (SUSPENDED,),
            ACTIVE,
            "badge.reinstated",
            "a senior reviewer; an approved reinstatement; the website, once it is proven again",
        ),
        Transition(
            "revoke",
            LIVE,
            BadgeStatus.REVOKED,
            "badge.revoked",
            "a senior reviewer; a bar; closing the account",
        ),
        Transition("expire", LIVE, BadgeStatus.EXPIRED, "badge.expired", "the clock at the end of the term"),
        Transition(
            "supersede",
            LIVE,
            BadgeStatus.SUPERSEDED,
            "badge.superseded",
            "an approved renewal, name or number",
        ),
    ]
}


def _move(
    badge: Badge, action: str, *, by: audit.Actor, data: dict[str, Any] | None = None, **facts: Any
) -> Badge:
    """Take a locked badge over one line of the table. Raises NotAllowed badge_wrong_status."""
    transition = TRANSITIONS[action]
    if badge.status not in transition.sources:
        raise NotAllowed("badge_wrong_status", action=action, status=badge.status)
    badge.status = transition.target
    for name, value in facts.items():
        setattr(badge, name, value)
    badge.save(update_fields=["status", *facts])
    audit.record(
        transition.event,
        on=badge,
        by=by,
        data={"account": badge.account_id, **(data or {})},
        numbers=[badge.account.number],
    )
    return badge


def _lock(badge: Badge) -> Badge:
    """The badge, with its account locked first: the account's row is the lock of all its badges."""
    account = locked(badge.account)
    fresh = Badge.objects.select_for_update(of=("self",)).get(pk=badge.pk)
    fresh.account = account
    return fresh


def check_reason(reason: str) -> str:
    """Raises Invalid: reason_required, reason_unknown."""
    if reason not in REASONS:
        code = "reason_unknown" if reason else "reason_required"
        raise Invalid(code, problems=[Problem(code, "/reason")])
    return reason


@audit.transaction
def issue(account: Account, *, methods: Iterable[str], cause: str, by: audit.Actor) -> Badge:
    """A new badge for a term, on an account that has no live one. Called inside the approval's transaction."""
    account = locked(account)
    now = clock.now()
    badge = Badge(
        account=account,
        methods=sorted(methods),
        cause=cause,
        issued_at=now,
        term_ends_at=now + settings.BADGE_TERM,
        expires_at=now + settings.BADGE_TERM,
    )
    try:
        badge.save(force_insert=True)
    except IntegrityError as wrong:
        raise NotAllowed("badge_wrong_status", action="issue", status="active") from wrong
    audit.record(
        "badge.issued",
        on=badge,
        by=by,
        data={"account": account.pk, "cause": cause},
        numbers=[account.number],
    )
    return badge


@audit.transaction
def suspend(badge: Badge, *, reason: str, by: audit.Actor) -> Badge:
    """Acts at once: the next look-up shows no badge. Raises NotAllowed badge_wrong_status."""
    if isinstance(by, User):
        require_permission(by, "badges.suspend_badge")
    badge = _lock(badge)
    return _move(
        badge,
        "suspend",
        by=by,
        data={"reason": check_reason(reason)},
        reason=reason,
        suspended_at=clock.now(),
    )


@audit.transaction
def reinstate(badge: Badge, *, by: audit.Actor) -> Badge:
    """Raises NotAllowed: badge_wrong_status, number_not_proven, website_not_proven; Forbidden: permission_missing,
    own_business."""
    if isinstance(by, User):
        require_permission(by, "badges.reinstate_badge")
    badge = _lock(badge)
    if isinstance(by, User):
        require_outsider(badge.account.business_id, by=by)
        if badge.reason == "number_unproven":
            raise NotAllowed("number_not_proven")  # that takes an application, which needs the proof
        if badge.reason == "website_unproven":
            raise NotAllowed("website_not_proven")  # proving it again is enough
    return _move(badge, "reinstate", by=by, reason="", suspended_at=None)


@audit.transaction
def restate(badge: Badge, *, methods: Iterable[str], by: audit.Actor) -> Badge:
    """What was shown for the account is more or less than it was, while its badge is live: the card tells."""
    badge = _lock(badge)
    stated = sorted(methods)
    if badge.status in LIVE and badge.methods != stated:
        badge.methods = stated
        badge.save(update_fields=["methods"])
        data = {"account": badge.account_id}
        audit.record("badge.restated", on=badge, by=by, data=data, numbers=[badge.account.number])
    return badge


@audit.transaction
def revoke(badge: Badge, *, reason: str, by: audit.Actor) -> Badge:
    """Final, and at once. The account is no longer vouched for, not even as confirmed."""
    if isinstance(by, User):
        require_permission(by, "badges.revoke_badge")
    badge = _lock(badge)
    badge = _move(
        badge, "revoke", by=by, data={"reason": check_reason(reason)}, reason=reason, ended_at=clock.now()
    )
    Account.objects.filter(pk=badge.account_id).update(confirmed_at=None)
    return badge


def revoke_all(business: Business, *, reason: str, by: audit.Actor) -> None:
    """Every live badge of a barred business; its accounts without a badge lose their confirmation too."""
    for account in Account.objects.select_for_update(no_key=True).filter(business=business).order_by("pk"):
        badge = Badge.objects.live().of(account).first()
        if badge is not None:
            badge.account = account
            _move(badge, "revoke", by=by, data={"reason": reason}, reason=reason, ended_at=clock.now())
        elif account.confirmed_at is not None:
            audit.record(
                "account.unconfirmed", on=account, by=by, data={"reason": reason}, numbers=[account.number]
            )
        Account.objects.filter(pk=account.pk).update(confirmed_at=None)


def supersede(account: Account, *, by: audit.Actor) -> None:
    """End the live badge, if there is one, because an approval replaces it."""
    badge = Badge.objects.select_for_update(of=("self",)).live().of(account).first()
    if badge is not None:
        badge.account = account
        _move(badge, "supersede", by=by, ended_at=clock.now(), renewal_pending=False)


# Terms.


@audit.transaction
def keep_for_renewal(account: Account, *, by: audit.Actor) -> None:
    """A renewal was sent in time: the badge is kept until it is decided."""
    badge = Badge.objects.live().of(locked(account)).filter(expires_at__gt=Now()).first()
    if badge is not None:
        badge.renewal_pending = True
        badge.save(update_fields=["renewal_pending"])


@audit.transaction
def renewal_ended(account: Account, *, by: audit.Actor) -> None:
    """The renewal was not approved: the badge ends with its term, at once where that is over."""
    account = locked(account)
    badge = Badge.objects.live().of(account).filter(renewal_pending=True).first()
    if badge is not None:
        badge.account = account
        _set_expiry(badge, max(badge.term_ends_at, clock.now()), by=by, renewal_pending=False)


def _set_expiry(badge: Badge, moment: datetime, *, by: audit.Actor, renewal_pending: bool) -> None:
    changed = badge.expires_at != moment
    badge.expires_at, badge.renewal_pending = moment, renewal_pending
    badge.save(update_fields=["expires_at", "renewal_pending"])
    if changed:
        audit.record(
            "badge.expiry_moved",
            on=badge,
            by=by,
            data={"account": badge.account_id},
            numbers=[badge.account.number],
        )


def extend_due() -> int:
    """Give badges with an undecided renewal another week, a day before they would end. Returns how many."""
    due = Badge.objects.live().filter(renewal_pending=True, expires_at__lte=Now() + EXTEND_BEFORE)
    return _sweep(
        due,
        lambda badge: _set_expiry(badge, badge.expires_at + EXTENSION, by=audit.SYSTEM, renewal_pending=True),
    )


def remind_due() -> int:
    """Note, once a term, that a badge ends soon; whoever listens tells the owner. Returns how many."""
    soon = Badge.objects.live().filter(
        expires_at__gt=Now(),
        expires_at__lte=Now() + REMIND_BEFORE,
        reminded_at=None,
        renewal_pending=False,
    )
    return _sweep(soon, _remind)


def _remind(badge: Badge) -> None:
    badge.reminded_at = clock.now()
    badge.save(update_fields=["reminded_at"])
    data = {"account": badge.account_id, "expires_at": badge.expires_at.isoformat()}
    audit.record("badge.ends_soon", on=badge, by=audit.SYSTEM, data=data)


def expire_due() -> int:
    """End what has run out, suspended or not. Returns how many."""
    return _sweep(
        Badge.objects.run_out().filter(renewal_pending=False),
        lambda badge: _move(badge, "expire", by=audit.SYSTEM, ended_at=badge.expires_at),
    )


def _sweep(due: Any, act: Any) -> int:
    """Do `act` to each due badge, a few hundred a transaction; what is locked by others waits for the next sweep."""
    done = 0
    while True:
        with audit.together():
            accounts = Account.objects.select_for_update(skip_locked=True, no_key=True).filter(
                pk__in=due.values("account")[:SWEEP]
            )
            by_id = {account.pk: account for account in accounts}
            badges = list(due.filter(account__in=by_id))
            for badge in badges:
                badge.account = by_id[badge.account_id]
                act(badge)
        done += len(badges)
        if len(badges) < SWEEP:
            return done


# How badges are drawn.


def current_policy() -> DisplayPolicy:
    return DisplayPolicy.objects.latest()


@audit.transaction
def publish_policy(
    version: str, tiers: dict[str, Any], *, by: audit.Actor, offline_grace: int = 86_400
) -> DisplayPolicy:
    """A new version of how each tier is drawn (R1, R3, R4), in force at once. One published is never changed.

    Raises Invalid, with a pointer to what is wrong; NotAllowed policy_in_force: that version exists.
    """
    if isinstance(by, User):
        require_permission(by, "badges.add_displaypolicy")
    check_policy(version, tiers)
    policy = DisplayPolicy(version=version, tiers=tiers, offline_grace=offline_grace)
    try:
        with transaction.atomic():
            policy.save(force_insert=True)
    except IntegrityError as taken:
        raise NotAllowed("policy_in_force") from taken
    audit.record("policy.published", on=policy, by=by, data={"version": version})
    return policy
