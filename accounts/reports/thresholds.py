"""When the reports of an account make a case."""

from accounts.audit import journal as audit
from accounts.errors import Invalid, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.reports import jobs
from accounts.reports.models import LONGEST_DAYS, MOST_REPORTERS, Threshold


@audit.transaction
def change(threshold: Threshold, *, reporters: int, within_days: int, by: User) -> Threshold:
    """From now on so many reporters within so many days make a case; a job looks at what is there already.

    Raises Forbidden permission_missing; Invalid: value_too_low, value_too_high.
    """
    require_permission(by, "reports.change_threshold")
    _require_within("/reporters", reporters, MOST_REPORTERS)
    _require_within("/within_days", within_days, LONGEST_DAYS)
    threshold = Threshold.objects.select_for_update().get(pk=threshold.pk)
    threshold.reporters, threshold.within_days = reporters, within_days
    threshold.save(update_fields=["reporters", "within_days"])
    data = {"reporters": reporters, "within_days": within_days}
    audit.record("report_threshold.changed", on=threshold, by=by, data=data)
    jobs.gather.defer()
    return threshold


def _require_within(pointer: str, value: int, most: int) -> None:
    if value < 1:
        raise Invalid("value_too_low", problems=[Problem("value_too_low", pointer, {"limit": 1})], limit=1)
    if value > most:
        problem = Problem("value_too_high", pointer, {"limit": most})
        raise Invalid("value_too_high", problems=[problem], limit=most)
