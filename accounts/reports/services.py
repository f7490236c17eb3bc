"""What may happen to reports, and to the cases they gather on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Max, Q
from django.utils.crypto import salted_hmac

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks, numbers
from accounts.businesses.models import Account
from accounts.businesses.services import locked, require_outsider
from accounts.clients.models import ClientApp
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.reports.listed import locked_if_listed
from accounts.reports.models import (
    TEXT_LIMIT,
    Outcome,
    Report,
    ReportCase,
    ReportReason,
    Threshold,
)


class Received(NamedTuple):
    report: Report
    new: bool  # False: the same report was sent before, today


@audit.transaction
def receive(number: str, *, reason: str, reporter: str, text: str = "", by: ClientApp) -> Received:
    """A user of a client app reports the account that has this number.

    An app whose answer got lost sends the same again, and gets the report it made. `reporter` is the app's own id
    for its user; what is kept of it tells nobody else who that is. Raises Invalid: number_not_listed, the same
    whatever the registry knows of the number, number_not_e164, number_not_canonical, hidden_characters;
    NotAllowed reported_already: the reporter said something else about this account today.
    """
    numbers.require_e164(number)
    text = checks.length(checks.visible(text, "/text", lines=True), TEXT_LIMIT, "/text")
    if reason not in ReportReason.values:
        raise Invalid("choice_unknown", problems=[Problem("choice_unknown", "/reason")])
    # The account's row is the lock of its reports: who comes first today, and who reaches the threshold.
    account = locked_if_listed(number)
    if account is None:
        raise Invalid("number_not_listed", problems=[Problem("number_not_listed", "/number")])
    now = clock.now()
    who = {"account": account, "client": by, "reporter": _sealed(reporter, by), "day": clock.here(now).date()}
    before = Report.objects.filter(**who).first()
    if before is not None:
        if (before.reason, before.text) != (reason, text):
            raise NotAllowed("reported_already")
        return Received(before, new=False)
    report = Report.objects.create(**who, number=number, reason=reason, text=text, received_at=now)
    audit.record("report.received", on=account, by=by, data={"reason": reason, "client": by.pk})
    _gather(account, now)
    return Received(report, new=True)


def _sealed(reporter: str, client: ClientApp) -> bytes:
    """Keyed with the registry's secret and the app's id: the same user looks different in another app."""
    salt = f"accounts.reports.reporter {client.pk}"
    return salted_hmac(salt, reporter, algorithm="sha256").digest()


def _gather(account: Account, now: datetime) -> bool:
    """Put what is new on the account's open case; open one, and say so, where the threshold is reached."""
    loose = Report.objects.ungathered().filter(account=account)
    case = ReportCase.objects.open().filter(account=account).first()
    is_due = case is None
    if case is None:
        threshold = Threshold.objects.get()
        counted = loose.filter(received_at__gt=now - timedelta(days=threshold.within_days))
        reporters = counted.aggregate(n=Count("reporter", distinct=True))["n"]
        if reporters < threshold.reporters:
            return False
        case = ReportCase.objects.create(account=account)
        data = {"account": account.pk, "reporters": reporters}
        audit.record("report_case.opened", on=case, by=audit.SYSTEM, data=data)
    loose.update(case=case)
    return is_due


def gather_due() -> int:
    """Open the cases that a lower threshold makes due. Returns how many."""
    threshold = Threshold.objects.get()
    due = (
        Report.objects.ungathered()
        .filter(received_at__gt=clock.now() - timedelta(days=threshold.within_days))
        .values_list("account")
        .annotate(reporters=Count("reporter", distinct=True))
        .filter(reporters__gte=threshold.reporters)
    )
    return sum(_gather_anew(account) for account, _ in due)


@audit.transaction
def _gather_anew(account: str) -> bool:
    return _gather(locked(Account(pk=account)), clock.now())


# Cases.


@audit.transaction
def dismiss(case: ReportCase, *, note: str, by: User) -> ReportCase:
    """Nothing is to be done. Raises as `_settle`."""
    return _settle(case, Outcome.DISMISSED, note=note, by=by)


@audit.transaction
def act(case: ReportCase, *, note: str, by: User) -> ReportCase:
    """Something was done: the badge was suspended or revoked, the owner was asked. Raises as `_settle`."""
    return _settle(case, Outcome.ACTED, note=note, by=by)


def _settle(case: ReportCase, outcome: Outcome, *, note: str, by: User) -> ReportCase:
    """Raises Forbidden: permission_missing, own_business; NotAllowed report_case_closed; Invalid for the note."""
    require_permission(by, "reports.settle_reportcase")
    account = locked(case.account)
    require_outsider(account.business_id, by=by)
    case = ReportCase.objects.select_for_update().get(pk=case.pk)
    if case.closed_at is not None:
        raise NotAllowed("report_case_closed", name=str(case.closed_by or "-"))
    checks.required(note, "/note")
    return _close(case, outcome, note=note, by=by)


def close_for(account_id: str) -> None:
    """The account closed: nobody is listed any more whom the reports could be about."""
    for case in ReportCase.objects.open().select_for_update().filter(account=account_id):
        _close(case, Outcome.ACCOUNT_CLOSED, note="", by=audit.SYSTEM)


def _close(case: ReportCase, outcome: Outcome, *, note: str, by: audit.Actor) -> ReportCase:
    case.closed_at, case.outcome, case.note = clock.now(), outcome, note
    case.closed_by = by if isinstance(by, User) else None
    case.save(update_fields=["closed_at", "outcome", "note", "closed_by"])
    data = {"account": case.account_id, "outcome": str(outcome)}
    audit.record("report_case.closed", on=case, by=by, data=data)
    return case


# What others show of it.


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
