"""What reports do when something happens below them: an account closes."""

from accounts.audit import journal as audit
from accounts.reports import services as reports


def start() -> None:
    audit.listen("account.closed", lambda happening: reports.close_for(happening.on))
