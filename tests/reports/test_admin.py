"""The desk of reports, as a browser uses it."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.audit.models import LogEntry
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.reports import services as reports
from accounts.reports.models import Report, ReportCase, Threshold
from tests.factories import badge_of, make_approved
from tests.reports.conftest import make_case, send
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db", "no_undo_window")
DESK = reverse("admin:reports_reportcase_changelist")


def at(page: str, row: Any) -> str:
    return reverse(f"admin:reports_{page}", args=[row.pk])


def text_of(browser: Any, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_desk_shows_what_is_open_first_with_reporters_and_reasons(kai: ClientApp, rita: User) -> None:
    closed = reports.dismiss(make_case(make_approved(), by=kai), note="no", by=rita)
    account = make_approved(display_name="Kedai Kenanga")
    case = make_case(account, by=kai)
    send(account, "four", by=kai, reason="spam")
    browser = browser_of(rita)
    page = text_of(browser, DESK)
    assert case.pk in page and closed.pk not in page
    assert "Kedai Kenanga" in page
    assert "fraud (3), messages nobody asked for (1)" in page
    assert 'field-reporters">4<' in page
    page = text_of(browser, f"{DESK}?desk=closed")
    assert closed.pk in page and case.pk not in page
    page = text_of(browser, f"{DESK}?desk=all")
    assert page.index(case.pk) < page.index(closed.pk)
    assert case.pk in text_of(browser, f"{DESK}?q={account.pk}")


def test_the_page_of_a_case_shows_each_report_and_never_the_reporter(kai: ClientApp, rudi: User) -> None:
    account = make_approved(display_name="Kedai Kenanga")
    earlier = reports.dismiss(make_case(account, by=kai), note="no", by=rudi)
    for reporter in ("fourth-user", "fifth-user"):
        send(account, reporter, by=kai, reason="spam")
    send(account, "sixth-user", by=kai, reason="other", text="<script>alert(1)</script>\nsecond line")
    case = ReportCase.objects.open().get()
    page = text_of(browser_of(rudi), at("reportcase_change", case))
    assert "Kai&#x27;s messenger" in page and "Kedai Kenanga" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>second line" in page
    assert "<script>alert" not in page and "sixth-user" not in page
    assert at("reportcase_change", earlier) in page
    for verb in ("suspend", "revoke"):
        assert reverse(f"admin:badges_badge_{verb}", args=[badge_of(account).pk]) in page
    for verb in ("act", "dismiss"):
        assert at(f"reportcase_{verb}", case) in page
    assert LogEntry.objects.filter(kind="viewed", on=case.pk, by=rudi.pk).count() == 1


def test_a_case_is_closed_with_a_note(kai: ClientApp, rita: User) -> None:
    case = make_case(make_approved(), by=kai)
    browser = browser_of(rita)
    address = at("reportcase_dismiss", case)
    assert browser.get(address).status_code == 200
    assert ReportCase.objects.open().exists()
    assert browser.post(address, {"note": ""}).status_code == 422
    response = browser.post(address, {"note": "A quarrel between neighbours."})
    assert (response.status_code, response.headers["Location"]) == (302, at("reportcase_change", case))
    page = text_of(browser, at("reportcase_change", case))
    assert "A quarrel between neighbours." in page and "/dismiss/" not in page
    late = browser.post(at("reportcase_act", case), {"note": "What I typed."})
    assert late.status_code == 409
    assert "Rita has closed this case already." in late.content.decode()
    assert "What I typed." in late.content.decode()


def test_a_page_is_as_quick_with_many_cases_and_reports(
    kai: ClientApp, rita: User, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        case = make_case(make_approved(), by=kai)
    for number in range(120):
        send(case.account, f"user-{number}", by=kai)
    browser = browser_of(rita)
    with django_assert_max_num_queries(12):
        text_of(browser, DESK)
    with django_assert_max_num_queries(20):
        page = text_of(browser, at("reportcase_change", case))
    assert "All 123 reports of this case" in page
    everything = f"{reverse('admin:reports_report_changelist')}?case={case.pk}"
    assert everything in page
    with django_assert_max_num_queries(12):
        assert "123 reports" in text_of(browser, everything)


def test_a_report_is_read_without_its_reporter_and_that_is_logged(kai: ClientApp, rita: User) -> None:
    report = send(make_approved(), "the-reporter", by=kai)
    page = text_of(browser_of(rita), at("report_change", report))
    assert "It asked for my PIN." in page and "the-reporter" not in page
    assert LogEntry.objects.filter(kind="viewed", on=report.pk).exists()


def test_a_senior_and_an_operator_change_the_threshold(sinta: User, olga: User) -> None:
    threshold = Threshold.objects.get()
    address = at("threshold_edit", threshold)
    for person, reporters in [(sinta, 5), (olga, 1)]:
        browser = browser_of(person)
        assert 'value="' in text_of(browser, address)
        typed = {"reporters": str(reporters), "within_days": "14"}
        assert browser.post(address, typed).status_code == 302
        assert str(Threshold.objects.get()) == f"{reporters} / 14"
    for wrong in ({"reporters": "0", "within_days": "1"}, {"reporters": "1", "within_days": "366"}, {}):
        assert browser_of(olga).post(address, wrong).status_code == 422
    assert str(Threshold.objects.get()) == "1 / 14"


def test_the_database_knows_one_threshold() -> None:
    assert Threshold.objects.count() == 1
    assert not Report.objects.exists()
