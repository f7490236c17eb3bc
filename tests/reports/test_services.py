"""When reports make a case, and what becomes of it."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit.models import Event
from accounts.businesses import services as businesses
from accounts.businesses.models import Membership
from accounts.clients import services as clients
from accounts.clients.models import ClientApp
from accounts.errors import Forbidden, Invalid, NotAllowed
from accounts.people.models import User
from accounts.reports import services as reports
from accounts.reports import thresholds
from accounts.reports.jobs import gather
from accounts.reports.models import Outcome, Report, ReportCase, Threshold
from tests.factories import age, make_approved, owner_of
from tests.reports.conftest import make_case, send

pytestmark = pytest.mark.usefixtures("db", "no_undo_window")


def test_as_many_reporters_as_the_threshold_says_make_a_case(kai: ClientApp) -> None:
    account = make_approved()
    send(account, "one", by=kai)
    send(account, "two", by=kai)
    assert not ReportCase.objects.exists()
    send(account, "three", by=kai)
    case = ReportCase.objects.get()
    assert (case.account, case.reports.count()) == (account, 3)
    opened = Event.objects.get(kind="report_case.opened")
    assert (opened.on, opened.data) == (case.pk, {"account": account.pk, "reporters": 3})


def test_reporters_of_all_apps_are_counted_together(kai: ClientApp) -> None:
    other = clients.create_app("Other", "other@app.example", by=kai)
    account = make_approved()
    for reporter, app in [("one", kai), ("one", other), ("two", other)]:
        assert not ReportCase.objects.exists()
        send(account, reporter, by=app)
    assert ReportCase.objects.count() == 1


def test_one_reporter_alone_makes_no_case_however_often(kai: ClientApp) -> None:
    account = make_approved()
    for _ in range(5):
        send(account, "one", by=kai)
        for report in Report.objects.all():
            age(report, timedelta(days=1), "day", "received_at")
    assert (Report.objects.count(), ReportCase.objects.count()) == (5, 0)


def test_what_was_reported_before_the_window_does_not_count_but_is_shown(kai: ClientApp) -> None:
    account = make_approved()
    send(account, "one", by=kai)
    age(Report.objects.get(), timedelta(days=30), "received_at")
    send(account, "two", by=kai)
    send(account, "three", by=kai)
    assert not ReportCase.objects.exists()
    send(account, "four", by=kai)
    assert ReportCase.objects.get().reports.count() == 4


def test_a_later_report_joins_the_open_case(kai: ClientApp) -> None:
    account = make_approved()
    case = make_case(account, by=kai)
    send(account, "four", by=kai)
    assert case.reports.count() == 4
    assert Event.objects.filter(kind="report_case.opened").count() == 1


@pytest.mark.parametrize(("close", "outcome"), [(reports.dismiss, "dismissed"), (reports.act, "acted")])
def test_after_a_case_is_closed_reports_count_anew(
    kai: ClientApp, rita: User, close: Any, outcome: str
) -> None:
    account = make_approved()
    case = close(make_case(account, by=kai), note="looked into it", by=rita)
    assert (case.outcome, case.closed_by, case.note) == (outcome, rita, "looked into it")
    closed = Event.objects.get(kind="report_case.closed")
    assert (closed.on, closed.by, closed.data) == (
        case.pk,
        rita.pk,
        {"account": account.pk, "outcome": outcome},
    )
    send(account, "four", by=kai)
    send(account, "five", by=kai)
    assert not ReportCase.objects.open().exists()
    send(account, "six", by=kai)
    assert ReportCase.objects.open().get().reports.count() == 3


def test_a_case_is_closed_once_with_a_note_and_not_by_a_member(
    kai: ClientApp, rita: User, olga: User
) -> None:
    account = make_approved()
    case = make_case(account, by=kai)
    before = Event.objects.count()
    with pytest.raises(Forbidden, match="permission_missing"):
        reports.dismiss(case, note="no", by=olga)
    with pytest.raises(Invalid, match="reason_required"):
        reports.act(case, note=" \n", by=rita)
    with pytest.raises(Invalid, match="value_too_long"):
        reports.act(case, note="x" * 2001, by=rita)
    Membership.objects.create(business=account.business, person=rita)
    with pytest.raises(Forbidden, match="own_business"):
        reports.dismiss(case, note="mine", by=rita)
    Membership.objects.filter(person=rita).delete()
    assert Event.objects.count() == before
    reports.dismiss(case, note="a quarrel", by=rita)
    with pytest.raises(NotAllowed, match="report_case_closed"):
        reports.act(case, note="again", by=rita)


def test_the_case_of_an_account_that_closes_is_closed_with_it(kai: ClientApp) -> None:
    account = make_approved()
    case = make_case(account, by=kai)
    businesses.close_account(account, by=owner_of(account))
    case.refresh_from_db()
    assert (case.outcome, case.closed_by) == (Outcome.ACCOUNT_CLOSED, None)
    assert Event.objects.filter(kind="report_case.closed", on=case.pk).count() == 1


# --- the threshold ---


def test_a_lower_threshold_counts_for_what_is_there_already(kai: ClientApp, olga: User) -> None:
    two, one = make_approved(), make_approved()
    for reporter in ("one", "two"):
        send(two, reporter, by=kai)
    send(one, "one", by=kai)
    thresholds.change(Threshold.objects.get(), reporters=2, within_days=30, by=olga)
    assert gather.func() == 1
    assert ReportCase.objects.get().account == two
    assert gather.func() == 0
    event = Event.objects.get(kind="report_threshold.changed")
    assert event.data == {"reporters": 2, "within_days": 30}


@pytest.mark.parametrize(
    ("reporters", "within_days", "code", "limit"),
    [
        (0, 30, "value_too_low", 1),
        (1_001, 30, "value_too_high", 1_000),
        (3, 0, "value_too_low", 1),
        (3, 366, "value_too_high", 365),
    ],
)
def test_a_threshold_that_can_not_be_reached_is_refused(
    sinta: User, reporters: int, within_days: int, code: str, limit: int
) -> None:
    with pytest.raises(Invalid, match=code) as refusal:
        thresholds.change(Threshold.objects.get(), reporters=reporters, within_days=within_days, by=sinta)
    assert refusal.value.params == {"limit": limit}
    assert str(Threshold.objects.get()) == "3 / 30"


def test_a_reviewer_does_not_change_the_threshold(rita: User) -> None:
    with pytest.raises(Forbidden, match="permission_missing"):
        thresholds.change(Threshold.objects.get(), reporters=1, within_days=1, by=rita)


# --- what others show ---


def test_the_summary_of_an_account_is_one_query(
    kai: ClientApp, rita: User, django_assert_num_queries: Any
) -> None:
    account = make_approved()
    with django_assert_num_queries(1):
        assert reports.summary(account) == reports.Summary(0, 0, 0, None)
    reports.dismiss(make_case(account, by=kai), note="no", by=rita)
    send(account, "four", by=kai)
    last = Report.objects.latest("received_at").received_at
    assert reports.summary(account) == reports.Summary(reports=4, reporters=4, open=1, last=last)
