"""What applications do when something happens below them: a business changes, an account closes."""

from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.verification.applying import withdraw
from accounts.verification.models import UNDER_REVIEW, Application, Status


def start() -> None:
    audit.listen("business.changed", _refuse_in_review)
    audit.listen("account.closed", _withdraw_all)


def _refuse_in_review(happening: audit.Happening) -> None:
    """Raises NotAllowed business_in_review: what a reviewer read does not change behind their back."""
    accounts = Account.objects.filter(business=happening.on).order_by("pk").select_for_update(no_key=True)
    if Application.objects.filter(account__in=list(accounts), status__in=UNDER_REVIEW).exists():
        raise NotAllowed("business_in_review")


def _withdraw_all(happening: audit.Happening) -> None:
    """A decided one falls back when it would take effect, and lapses with nobody to answer for it."""
    open_ones = Application.objects.open().filter(account=happening.on).exclude(status=Status.DECIDED)
    for application in open_ones.order_by("pk"):
        withdraw(application, by=audit.SYSTEM)
