"""kill -9 of the job worker in the middle of a suspension for an incident: it goes on, and nothing happens twice."""

from pathlib import Path

from tests.server import Server, running, until

BADGES = 1_000
# Rows as an approval leaves them, made past the services: a thousand approvals would take minutes.
PREPARE = f"""
from datetime import timedelta
from accounts import clock
from accounts.badges import bulk
from accounts.badges.models import Badge
from accounts.businesses.models import Account, Business
from accounts.people.models import User
now = clock.now()
business = Business.objects.create(kind="company", legal_name="CV Banyak", country="ID")
accounts = Account.objects.bulk_create([
    Account(business=business, country="ID", category="food", number=f"+62811{{place:07}}",
            live_name=f"Toko {{place}}", confirmed_at=now)
    for place in range({BADGES})
])
badges = Badge.objects.bulk_create([
    Badge(account=account, methods=["phone_code"], cause="", issued_at=now, term_ends_at=now + timedelta(days=365),
          expires_at=now + timedelta(days=365))
    for account in accounts
])
senior = User.objects.filter(role="senior_reviewer").order_by("pk")[0]
bulk.start(Badge.objects.filter(account__business=business), reason="fraud", by=senior)
"""
DONE = "SELECT total, done, failed, finished_at IS NOT NULL FROM badges_bulksuspension"
BY_ROW = """
SELECT count(*) FROM badges_bulkitem item JOIN badges_badge badge ON badge.id = badge_id
WHERE (item.state = 'done') = (badge.status = 'suspended')
"""
EVENTS = """
SELECT count(*), count(DISTINCT "on") FROM audit_event
WHERE kind = 'badge.suspended' AND seq > (SELECT seq FROM audit_event WHERE kind = 'bulk_suspension.started')
"""


def so_far(server: Server) -> int:
    return int(server.rows(DONE)[0][1])


def test_a_worker_killed_in_the_middle_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.manage("shell", "--no-imports", "-c", PREPARE)
        assert until(lambda: so_far(server) > 0)
        worker = server.services()["jobs"]
        server.kill("jobs")
        at_the_kill = so_far(server)
        assert 0 < at_the_kill < BADGES, "the kill did not come in the middle"
        assert server.rows(BY_ROW) == [(BADGES,)]  # each item says what its badge is
        assert server.comes_back("jobs", worker), server.said()
        # Each minute the worker looks for what was left.
        assert until(lambda: server.rows(DONE) == [(BADGES, BADGES, 0, True)], 120), server.rows(DONE)
        assert server.rows(BY_ROW) == [(BADGES,)]
        assert server.rows(EVENTS) == [(BADGES, BADGES)]
        server.manage("verify_audit")
