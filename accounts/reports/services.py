"""What may happen to reports, and to the cases they gather on."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from accounts.businesses.models import Account
from accounts.reports.models import Report


@dataclass(frozen=True)
class Summary:
    """What was reported about an account, in figures."""

    reports: int
    reporters: int
    open: int
    last: datetime | None


def summary(account: Account) -> Summary:
    """One query. `open`: reports that nobody has answered yet, in a case or not."""
    found = Report.objects.filter(account=account).aggregate(
        reports=Count("pk"),
        reporters=Count("reporter", distinct=True),
        open=Count("pk", filter=Q(case__closed_at=None)),
        last=Max("received_at"),
    )
    return Summary(**found)
