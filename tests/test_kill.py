"""kill -9 in the middle of decisions: what was acknowledged is there, and nothing is there by half.

Two reviewers decide at the same time through the admin's forms; a decision is acknowledged when the answer to its
POST was received. Meanwhile the web server and PostgreSQL are killed, each with all that it started.
"""

import random
import shutil
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from accounts import ids
from tests.server import App, Browser, Server, forms, running, until

pytestmark = pytest.mark.alone

LIST = Path(__file__).parent / "data" / "pilot-2017.csv"
CASES = """
SELECT application.id, number FROM verification_application application
JOIN pilot_cohort cohort ON cohort.id = cohort_id
WHERE cohort.name = 'Pilot 2017' AND application.status = 'submitted'
AND category NOT IN ('finance', 'government', 'health')
ORDER BY application.id LIMIT %s
"""


class Case(NamedTuple):
    id: str
    number: str
    wanted: str  # the status it is to end in


class Desk:
    """One reviewer, who goes on after every crash."""

    def __init__(self, server: Server, username: str, cases: list[Case]) -> None:
        self.server, self.cases = server, cases
        self.browser = Browser(server).sign_in(username, server.password_of(username))
        self.acknowledged: list[Case] = []
        self.unanswered: list[Case] = []
        self.failure: BaseException | None = None
        self.thread = threading.Thread(target=self._work, daemon=True)

    @property
    def seen(self) -> int:
        return len(self.acknowledged) + len(self.unanswered)

    def _work(self) -> None:
        try:
            for case in self.cases:
                try:
                    self._decide(case)
                    self.acknowledged.append(case)
                except (requests.RequestException, Away):
                    self.unanswered.append(case)
                    assert until(lambda case=case: self._gave_back(case), 60)
        except BaseException as failure:
            self.failure = failure  # the test's own thread raises it

    def _gave_back(self, case: Case) -> bool:
        """What was claimed and not decided; three claims are all that a reviewer may hold."""
        try:
            self._post(case, "release", offered=False)
        except (requests.RequestException, Away):
            return False
        return True

    def _decide(self, case: Case) -> None:
        self._post(case, "claim")
        if case.wanted == "approved":
            self._post(case, "call_back", note="answered")
            self._post(case, "approve", tier="verified")
        else:
            self._post(case, "decline", reason="evidence_insufficient")

    def _post(self, case: Case, verb: str, *, offered: bool = True, **filled_in: str) -> None:
        page = f"/admin/verification/application/{case.id}/change/"
        read = self.browser.http.get(self.server.url + page, timeout=30)
        if read.status_code == 503:
            raise Away
        form = next((form for form in forms(read.text, page) if form.verb == verb), None)
        if form is None and not offered and read.status_code == 200:
            return
        assert form is not None, f"{case} offers no {verb}: {read.status_code}"
        answer = self.browser.post(page, form, follow=False, **filled_in)
        if answer.status_code == 503:
            raise Away
        assert answer.status_code == 302, (case, verb, answer.status_code, answer.text)


class Away(Exception):
    """The database was away: 503, with Retry-After."""


def drill(server: Server, folder: Path, *, decisions: int, kills: list[str]) -> None:
    """Decide on so many cases while these services are killed, evenly spread; then look at what is left."""
    server.manage("import_pilot", str(shutil.copy(LIST, folder)), "--cohort", "Pilot 2017")
    rows = server.rows(CASES, decisions)
    cases = [
        Case(ids.to_text("app", key), number, "declined" if place % 3 == 2 else "approved")
        for place, (key, number) in enumerate(rows)
    ]
    assert len(cases) == decisions
    desks = [Desk(server, "rita", cases[::2]), Desk(server, "rudi", cases[1::2])]
    for desk in desks:
        desk.thread.start()
    for place, service in enumerate(kills, 1):
        wait_until_seen(desks, decisions * place // (len(kills) + 1))
        time.sleep(random.uniform(0, 0.1))  # anywhere in the middle of one
        assert until(
            lambda service=service: service in server.services()
        )  # it may still suffer from the kill before
        before = server.services()[service]
        server.kill(service)
        assert server.comes_back(service, before), server.said()
    wait_until_seen(desks, decisions)

    acknowledged = [case for desk in desks for case in desk.acknowledged]
    unanswered = [case for desk in desks for case in desk.unanswered]
    assert unanswered, "no kill came in the middle of anything"
    assert len(unanswered) <= 2 * len(kills) * len(desks)
    assert until(
        lambda: not server.rows("SELECT id FROM verification_application WHERE status = 'decided'"), 120
    )
    nothing_acknowledged_is_lost(server, acknowledged)
    assert [
        row for name, sql in HALVES.items() for row in [(name, *found) for found in server.rows(sql)]
    ] == []
    server.manage("verify_audit")


def wait_until_seen(desks: list[Desk], number: int) -> None:
    assert until(
        lambda: sum(desk.seen for desk in desks) >= number or any(desk.failure for desk in desks), 900
    )
    for desk in desks:
        if desk.failure:
            raise desk.failure


def nothing_acknowledged_is_lost(server: Server, acknowledged: list[Case]) -> None:
    status = {
        ids.to_text("app", key): status
        for key, status in server.rows("SELECT id, status FROM verification_application")
    }
    assert [(case, status[case.id]) for case in acknowledged if status[case.id] != case.wanted] == []
    app = App(server, server.first_run()["api_key"])
    found = app.post("/v1/contacts/lookup", {"numbers": [case.number for case in acknowledged]}, status=200)
    verified = {card["number"] for card in found["cards"] if card["tier"] == "verified"}
    assert verified == {case.number for case in acknowledged if case.wanted == "approved"}
    assert set(found["not_listed"]) == {case.number for case in acknowledged if case.wanted == "declined"}


# What must not exist, whenever a process dies.
HALVES = {
    "a status without its decision in effect, or a decision without its status": """
        SELECT application.id, status, count(took_effect_at)
        FROM verification_application application LEFT JOIN verification_decision ON application_id = application.id
        GROUP BY application.id, status
        HAVING count(took_effect_at) <> (CASE WHEN status IN ('approved', 'declined', 'barred') THEN 1 ELSE 0 END)""",
    "an approval without exactly one badge of its own, or a badge without an approval": """
        SELECT application.id, badge.id, application.status
        FROM (SELECT application.* FROM verification_application application
              JOIN verification_decision ON application_id = application.id
              WHERE took_effect_at IS NOT NULL AND tier = 'verified') application
        FULL JOIN badges_badge badge ON badge.account_id = application.account_id
        WHERE application.id IS NULL OR badge.id IS NULL OR application.status <> 'approved'""",
    "more than one live badge of an account": """
        SELECT account_id FROM badges_badge WHERE status IN ('active', 'suspended')
        GROUP BY account_id HAVING count(*) > 1""",
    "an account that is not what was approved": """
        SELECT account.id FROM businesses_account account JOIN verification_application application
        ON account_id = account.id WHERE application.status = 'approved' AND (confirmed_at IS NULL
        OR live_name <> display_name OR account.number <> application.number)""",
    "an account that is confirmed although nothing was approved": """
        SELECT id FROM businesses_account account WHERE confirmed_at IS NOT NULL AND NOT EXISTS
        (SELECT FROM verification_application WHERE account_id = account.id AND status = 'approved')""",
    "an end without its event, or an event without its end": """
        SELECT ended.n, events.n FROM
        (SELECT count(*) n FROM verification_application WHERE status IN ('approved', 'declined')) ended,
        (SELECT count(*) n FROM audit_event WHERE kind = 'application.took_effect') events WHERE ended.n <> events.n""",
    "a badge without its event, or an event without its badge": """
        SELECT badges.n, events.n FROM (SELECT count(*) n FROM badges_badge) badges,
        (SELECT count(*) n FROM audit_event WHERE kind = 'badge.issued') events WHERE badges.n <> events.n""",
    "an owner who was not told, or told of what was not": """
        SELECT ended.n, messages.n FROM
        (SELECT count(*) n FROM verification_application WHERE status IN ('approved', 'declined')) ended,
        (SELECT count(*) n FROM outbox_message WHERE template IN ('approved', 'confirmed', 'declined')) messages
        WHERE ended.n <> messages.n""",
    "a claim on what is decided": """
        SELECT application_id FROM verification_claim JOIN verification_application application
        ON application.id = application_id WHERE status <> 'submitted'""",
}


def test_nothing_acknowledged_is_lost_when_server_and_database_are_killed(tmp_path: Path) -> None:
    with running(tmp_path, UNDO_WINDOW="0") as server:
        drill(server, tmp_path, decisions=30, kills=["web", "database"])


@pytest.mark.soak
def test_nothing_is_lost_in_200_decisions_and_three_kills_of_each(tmp_path: Path) -> None:
    """The decisions take effect by the job worker, which is killed as well."""
    with running(tmp_path, UNDO_WINDOW="1") as server:
        drill(server, tmp_path, decisions=200, kills=["web", "database", "jobs"] * 3)
