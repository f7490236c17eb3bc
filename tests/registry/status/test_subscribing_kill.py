"""kill -9 of the worker, and of the database, while thousands are told: it goes on, no one twice, no one left out."""

from pathlib import Path

from tests.server import Server, running, until

SUBSCRIBERS = 1_000
PREPARE = f"""
from accounts.people.models import User
from registry.status import services
from registry.status.subscribing.models import Subscriber
Subscriber.objects.bulk_create(
    Subscriber(address=f"somebody{{number}}@owner.example", language="id") for number in range({SUBSCRIBERS})
)
services.open_incident(
    title_id="Kabar pertama", title_en="The first news", body_id="Kami melihatnya.", body_en="We look at it.",
    impact="minor", components=["lookups"], by=User.objects.filter(role="operator").order_by("pk")[0],
)
"""
WRITTEN = """
SELECT count(*), count(DISTINCT "to"), count(*) FILTER (WHERE status = 'sent')
FROM outbox_message WHERE strpos(subject, 'Kabar pertama') > 0
"""  # not what the prober has to say of the database


def written(server: Server) -> int:
    return int(server.rows(WRITTEN)[0][0])


def test_whoever_is_killed_meanwhile_everybody_is_told_once(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        server.manage("shell", "--no-imports", "-c", PREPARE)
        assert until(lambda: written(server) > 0)
        worker = server.services()["jobs"]
        server.kill("jobs")
        at_the_kill = written(server)
        assert 0 < at_the_kill < SUBSCRIBERS, "the kill did not come in the middle"
        assert server.comes_back("jobs", worker), server.said()
        assert until(lambda: written(server) > at_the_kill, 120)
        database = server.services()["database"]
        server.kill("database")
        assert server.comes_back("database", database), server.said()
        everybody = [(SUBSCRIBERS, SUBSCRIBERS, SUBSCRIBERS)]
        assert until(lambda: server.rows(WRITTEN) == everybody, 240), server.rows(WRITTEN)
