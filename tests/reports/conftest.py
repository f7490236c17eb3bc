"""What the tests of reports have in common."""

from typing import Any

import pytest

from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.reports import services as reports
from accounts.reports.models import Report, ReportCase
from tests.partner import Partner

pytestmark = pytest.mark.usefixtures("no_undo_window")


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


def send(account: Account, reporter: str, *, by: ClientApp, **facts: Any) -> Report:
    facts = {"reason": "fraud", "text": "It asked for my PIN.", **facts}
    return reports.receive(str(account.number), reporter=reporter, by=by, **facts).report


def make_case(account: Account, *, by: ClientApp) -> ReportCase:
    """Of three reporters, as many as the threshold wants at first."""
    for reporter in ("one", "two", "three"):
        send(account, reporter, by=by)
    return ReportCase.objects.open().get(account=account)
