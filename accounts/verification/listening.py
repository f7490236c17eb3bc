"""What applications do when their account closes: they end too."""

from accounts.audit import journal as audit
from accounts.verification.applying import withdraw
from accounts.verification.models import Application, Status


def start() -> None:
    audit.listen("account.closed", _withdraw_all)


def _withdraw_all(happening: audit.Happening) -> None:
    """A decided one falls back when it would take effect, and lapses with nobody to answer for it."""
    open_ones = Application.objects.open().filter(account=happening.on).exclude(status=Status.DECIDED)
    for application in open_ones.order_by("pk"):
        withdraw(application, by=audit.SYSTEM)
