"""A decision takes effect: what an approval, a decline or a bar does to the account, its number and its badge."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Q

from accounts import clock, names
from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus, Tier
from accounts.businesses import bars, lookalikes, ownership
from accounts.businesses.models import Account
from accounts.errors import DomainError, NotAllowed
from accounts.proofs import services as proofs
from accounts.sentences import SENTENCES
from accounts.verification import notices, reasons
from accounts.verification.applying import FIELDS, copy_unchanged, let_go
from accounts.verification.models import Application, Decision, Evidence, Kind, Outcome, Status
from accounts.verification.transitions import lock, move, require_action
from accounts.websites import services as websites
from accounts.websites.hosts import same_website

BAR_REVOKES_AS = "barred"  # the reason on the badges of a barred business

_STATUS = {Outcome.APPROVE: Status.APPROVED, Outcome.DECLINE: Status.DECLINED, Outcome.BAR: Status.BARRED}


def require_approvable(application: Application) -> None:
    """The guards of an approval, checked when it is decided, seconded, and again when it takes effect.

    Raises NotAllowed: account_closed, business_barred, number_taken, number_is_personal, number_not_proven,
    badge_revoked, badge_suspended, requirements_missing.
    """
    account = application.account
    if account.closed_at:
        raise NotAllowed("account_closed")
    bars.require_none(account.business)
    ownership.require_number(application.number, account)
    if not proofs.is_proven(account, application.number):
        raise NotAllowed("number_not_proven")
    if any(finding.severity == "error" for finding in names.findings(application.display_name)):
        raise NotAllowed("requirements_missing")
    if (
        account.live_name is not None
        and account.confirmed_at is None
        and application.kind != Kind.REINSTATEMENT
    ):
        raise NotAllowed("badge_revoked")
    badge = Badge.objects.live().of(account).first()
    if badge is not None and badge.status == BadgeStatus.SUSPENDED and not _may_lift(application, badge):
        raise NotAllowed("badge_suspended")


def _require_badge_unchanged_since(decision: Decision) -> None:
    """A suspension or revocation in the meantime is news to whoever decided. Raises NotAllowed badge_changed_since."""
    badges_of_it = Badge.objects.of(decision.application.account)
    suspended = Q(status=BadgeStatus.SUSPENDED, suspended_at__gt=decision.decided_at)
    revoked = Q(status=BadgeStatus.REVOKED, ended_at__gt=decision.decided_at)
    if badges_of_it.filter(suspended | revoked).exists():
        raise NotAllowed("badge_changed_since")


def _may_lift(application: Application, badge: Badge) -> bool:
    """A suspension ends by a reinstatement, or by leaving the number or website that could not be proven any more."""
    moved = application.kind == Kind.NUMBER_CHANGE and badge.reason == "number_unproven"
    left = (
        application.kind == Kind.PROFILE_CHANGE
        and badge.reason == "website_unproven"
        and not same_website(application.website, application.account.website)
    )
    return moved or left or application.kind == Kind.REINSTATEMENT


@audit.transaction
def take_effect(application: Application) -> Application:
    """Let the pending decision take effect. Raises NotAllowed wrong_status, or undo_window_open before its time.

    Where a guard no longer holds, the application falls back to submitted and the author is told why.
    """
    if application.decisions.pending().filter(outcome=Outcome.BAR).exists():
        lock_whole_business(application)
    application = lock(application)
    require_action(application, "take_effect")
    decision = application.decisions.select_related("author").pending().get()
    now = clock.now()
    if decision.effective_at is None or decision.effective_at > now:
        raise NotAllowed("undo_window_open")
    if decision.outcome == Outcome.APPROVE:
        try:
            require_approvable(application)
            _require_badge_unchanged_since(decision)
        except DomainError as refusal:
            return fall_back(application, because=refusal.code)
    decision.took_effect_at = now
    decision.save(update_fields=["took_effect_at"])
    status = _STATUS[Outcome(decision.outcome)]
    application = move(
        application, "take_effect", status, by=audit.SYSTEM, data={"outcome": decision.outcome}
    )
    if decision.outcome == Outcome.APPROVE:
        _apply(application, Tier(decision.tier))
    else:
        _close(application, decision)
    reason = reasons.text_of(decision)
    notices.to_owners(application, _template(application, decision), reason=reason, message=decision.message)
    return application


def at_once(application: Application) -> Application:
    """Without an undo window, a decision takes effect where it was made."""
    return application if settings.UNDO_WINDOW else take_effect(application)


def _template(application: Application, decision: Decision) -> str:
    """Which message tells the owners."""
    if decision.outcome == Outcome.DECLINE:
        return "declined_after_objection" if application.contested else "declined"
    if decision.outcome == Outcome.BAR:
        return "barred"
    if application.kind in (Kind.NAME_CHANGE, Kind.NUMBER_CHANGE):
        return f"{application.kind}_approved"
    return "approved" if decision.tier == Tier.VERIFIED else "confirmed"


def lock_whole_business(application: Application) -> None:
    """A bar touches every account of the business: all of them in one order, before any other lock."""
    accounts = Account.objects.filter(business=application.account.business_id).order_by("pk")
    list(accounts.select_for_update(no_key=True))


@audit.transaction
def fall_back(application: Application, *, because: str) -> Application:
    """Undo the pending decision, since a guard no longer holds. `because` is a code of `accounts.sentences`."""
    application = lock(application)
    decision = application.decisions.select_related("author").pending().get()
    decision.undone_at, decision.undone_reason = clock.now(), because
    decision.save(update_fields=["undone_at", "undone_reason"])
    application = move(application, "fall_back", Status.SUBMITTED, by=audit.SYSTEM, data={"code": because})
    notices.to_reviewer(decision.author, application, "fell_back", reason=SENTENCES[because])
    return application


def _apply(application: Application, tier: Tier) -> None:
    """Make the account what was approved, and its badge what the tier calls for."""
    account = application.account
    before = account.number
    for name in FIELDS[application.kind]:
        setattr(account, "live_name" if name == "display_name" else name, getattr(application, name))
    if before is not None and before != account.number:
        # Before the account's row: a declaration holds the number's row and waits for the account's.
        ownership.free_number(before, account)
    account.confirmed_at = clock.now()
    account.revision += 1
    account.save()
    if "website" in FIELDS[application.kind]:
        websites.end_others(account, website=account.website, by=audit.SYSTEM)
    lookalikes.index_account(account)
    for other in Application.objects.open().filter(account=account).exclude(pk=application.pk):
        other.account = account
        other.revision += 1
        copy_unchanged(other)
        other.save()
    audit.record(
        "account.approved",
        on=account,
        by=audit.SYSTEM,
        data={"application": application.pk, "kind": application.kind, "tier": tier},
        numbers=[before, account.number],
    )
    _settle_badge(application, account, tier)


def _settle_badge(application: Application, account: Account, tier: Tier) -> None:
    live = Badge.objects.live().of(account).first()
    if tier == Tier.CONFIRMED:
        badges.supersede(account, by=audit.SYSTEM)
    elif application.kind == Kind.PROFILE_CHANGE and live is not None:
        # Photo and category are not what the badge states; the website, where it was proven.
        live = badges.restate(live, methods=_with_website(live.methods, account), by=audit.SYSTEM)
        if live.reason == "website_unproven":
            badges.reinstate(live, by=audit.SYSTEM)
    elif application.kind == Kind.REINSTATEMENT and live is not None and live.status == BadgeStatus.SUSPENDED:
        live = badges.restate(live, methods=_with_website(live.methods, account), by=audit.SYSTEM)
        badges.reinstate(live, by=audit.SYSTEM)
    else:
        badges.supersede(account, by=audit.SYSTEM)
        shown = proofs.methods(account, application.number)
        if Evidence.objects.filter(
            application__account=account
        ).exists():  # a renewal rests on the first papers
            shown.append("documents")
        badges.issue(account, methods=_with_website(shown, account), cause=application.pk, by=audit.SYSTEM)


def _with_website(methods: Iterable[str], account: Account) -> set[str]:
    """The website among the others, if it is proven now."""
    shown = {badges.WEBSITE} if websites.is_proven(account, account.website) else set()
    return {*methods} - {badges.WEBSITE} | shown


def _close(application: Application, decision: Decision) -> None:
    if decision.outcome == Outcome.BAR:
        business = application.account.business
        bars.bar(business, reason=decision.reason, by=audit.SYSTEM)
        badges.revoke_all(business, reason=BAR_REVOKES_AS, by=audit.SYSTEM)
    let_go(application, by=audit.SYSTEM)
