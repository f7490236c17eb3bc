"""What badges do when something happens below them: a number or a website is no longer proven, an account closes."""

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus
from accounts.businesses.models import DisputeOutcome


def start() -> None:
    audit.listen("number.proof_failed", _suspend)
    audit.listen("website.proven", _state_the_website)
    audit.listen("website.proof_failed", _suspend_what_rests_on_the_website)
    audit.listen("account.closed", _revoke)
    audit.listen("number.dispute_settled", _revoke_where_the_number_is_lost)


def _live_badge(account_id: str) -> Badge | None:
    return Badge.objects.live().select_related("account").filter(account=account_id).first()


def _suspend(happening: audit.Happening) -> None:
    """A recycled number: the badge must not vouch for whoever has it now."""
    badge = _live_badge(happening.on)
    if badge is not None and badge.status == BadgeStatus.ACTIVE:
        badges.suspend(badge, reason="number_unproven", by=audit.SYSTEM)


def _state_the_website(happening: audit.Happening) -> None:
    """It is said on the card; and a badge that was suspended for want of it, and for nothing else, is good again."""
    badge = _live_badge(happening.on)
    if badge is None or not happening.data["approved"]:
        return
    badge = badges.restate(badge, methods={*badge.methods, badges.WEBSITE}, by=audit.SYSTEM)
    if badge.status == BadgeStatus.SUSPENDED and badge.reason == "website_unproven":
        badges.reinstate(badge, by=audit.SYSTEM)


def _suspend_what_rests_on_the_website(happening: audit.Happening) -> None:
    badge = _live_badge(happening.on)
    if badge is None or not happening.data["approved"] or badges.WEBSITE not in badge.methods:
        return
    if badge.status == BadgeStatus.ACTIVE:
        badges.suspend(badge, reason="website_unproven", by=audit.SYSTEM)
    else:  # for another reason: whoever lifts that does not vouch for the website
        badges.restate(badge, methods={*badge.methods} - {badges.WEBSITE}, by=audit.SYSTEM)


def _revoke(happening: audit.Happening) -> None:
    badge = _live_badge(happening.on)
    if badge is not None:
        badges.revoke(badge, reason="business_closed", by=audit.SYSTEM)


def _revoke_where_the_number_is_lost(happening: audit.Happening) -> None:
    """The number turned out to be personal (R7). Before the account closes: its owner is told while it has a name."""
    if happening.data["outcome"] != DisputeOutcome.GIVEN_UP:
        return
    badge = _live_badge(happening.data["account"])
    if badge is not None and badge.account.disputes.filter(pk=happening.on, number=badge.account.number):
        badges.revoke(badge, reason="number_unproven", by=audit.SYSTEM)
