"""Reports at the same moment, on real connections."""

import pytest

from accounts.audit.chain import breaks
from accounts.audit.models import Event
from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.reports import services as reports
from accounts.reports.models import Report, ReportCase
from tests.factories import make_approved
from tests.racing import outcomes, race
from tests.reports.conftest import make_case, send

pytestmark = pytest.mark.usefixtures("committed", "no_undo_window")
AT_ONCE = 8


@pytest.fixture
def account(committed: None, no_undo_window: None) -> Account:
    return make_approved()


def test_the_same_report_eight_times_at_once_is_one(account: Account, kai: ClientApp) -> None:
    """Failed without the lock on the account: one_report_a_day_per_account_and_reporter refused the others."""
    found: list[str] = []
    assert outcomes(race(*[lambda: found.append(send(account, "one", by=kai).pk)] * AT_ONCE)) == {
        "done": AT_ONCE
    }
    assert set(found) == {Report.objects.get().pk}
    assert Event.objects.filter(kind="report.received").count() == 1


def test_one_of_two_different_reports_at_once_is_refused(account: Account, kai: ClientApp) -> None:
    """Failed without the lock on the account, as above."""
    said = race(
        lambda: send(account, "one", by=kai, reason="fraud"),
        lambda: send(account, "one", by=kai, reason="spam"),
    )
    assert outcomes(said) == {"done": 1, "reported_already": 1}


def test_eight_reporters_at_once_make_one_case_that_has_them_all(account: Account, kai: ClientApp) -> None:
    """Failed without the lock on the account: some counted too few, and stayed outside of the case."""
    acts = [lambda name=f"user-{place}": send(account, name, by=kai) for place in range(AT_ONCE)]
    assert outcomes(race(*acts)) == {"done": AT_ONCE}
    assert ReportCase.objects.get().reports.count() == AT_ONCE
    assert not list(breaks())


def test_two_reviewers_close_a_case_once(account: Account, kai: ClientApp, rita: User, rudi: User) -> None:
    """Failed without the locks on account and case: both closed it."""
    case = make_case(account, by=kai)
    said = race(
        lambda: reports.dismiss(case, note="no", by=rita), lambda: reports.act(case, note="yes", by=rudi)
    )
    assert outcomes(said) == {"done": 1, "report_case_closed": 1}
    assert Event.objects.filter(kind="report_case.closed").count() == 1


def test_a_report_while_the_case_is_closed_belongs_to_it_or_to_none(
    account: Account, kai: ClientApp, rita: User
) -> None:
    """Failed without the lock on the account: the report joined a case that was closed by then."""
    for attempt in range(10):
        for reporter in ("one", "two", "three"):
            send(account, f"{reporter}-{attempt}", by=kai)
        case = ReportCase.objects.open().get()
        race(
            lambda case=case: reports.dismiss(case, note="no", by=rita),
            lambda attempt=attempt: send(account, f"late-{attempt}", by=kai),
        )
        case.refresh_from_db()
        assert case.closed_at is not None
        assert not case.reports.filter(received_at__gt=case.closed_at).exists()
        Report.objects.ungathered().delete()
