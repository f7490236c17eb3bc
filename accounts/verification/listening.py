"""What applications do when something happens below them: a business changes, an account closes, a badge ends."""

from datetime import datetime

from accounts.audit import journal as audit
from accounts.badges.reasons import REASONS
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.text import Text
from accounts.verification import notices
from accounts.verification.applying import withdraw
from accounts.verification.effects import fall_back
from accounts.verification.models import UNDER_REVIEW, Application, Status
from accounts.verification.quality import draw_by_chance


def start() -> None:
    audit.listen("business.changed", _refuse_in_review)
    audit.listen("account.closed", _withdraw_all)
    audit.listen("badge.ends_soon", _remind_the_owners)
    audit.listen("application.took_effect", draw_by_chance)
    for event in ("badge.suspended", "badge.reinstated", "badge.revoked", "badge.expired"):
        audit.listen(event, _tell_the_owners)


def _refuse_in_review(happening: audit.Happening) -> None:
    """Raises NotAllowed business_in_review: what a reviewer read does not change behind their back."""
    accounts = Account.objects.filter(business=happening.on).order_by("pk").select_for_update(no_key=True)
    if Application.objects.filter(account__in=list(accounts), status__in=UNDER_REVIEW).exists():
        raise NotAllowed("business_in_review")


def _withdraw_all(happening: audit.Happening) -> None:
    """A pending decision of one that is decided is undone first."""
    for application in Application.objects.open().filter(account=happening.on).order_by("pk"):
        if application.status == Status.DECIDED:
            fall_back(application, because="account_closed")
        withdraw(application, by=audit.SYSTEM)


def _tell_the_owners(happening: audit.Happening) -> None:
    account = Account.objects.get(pk=happening.data["account"])
    if account.live_name is not None:  # a closed account has none, and its owner closed it
        reason = REASONS.get(happening.data.get("reason", ""), Text("", ""))
        notices.of_the_badge(account, happening.kind.replace(".", "_"), reason=reason)


def _remind_the_owners(happening: audit.Happening) -> None:
    account = Account.objects.get(pk=happening.data["account"])
    notices.of_the_badge(
        account, "renewal_reminder", date=datetime.fromisoformat(happening.data["expires_at"])
    )
