"""What the machine and the database say when somebody asks for the figures: bounded in time, and the same however large
the registry is. What can't be said is left out: an old figure would be taken for one of now.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from prometheus_client.core import GaugeMetricFamily, Metric

from accounts.badges.models import BadgeStatus
from accounts.cardstore import generations
from accounts.cardstore.errors import Unusable
from accounts.cardstore.pulse import Beat, Pulse
from accounts.cardstore.reading import MICROSECONDS
from accounts.clients.counting import MOST_SLOTS
from accounts.snapshots import folders
from registry import health
from registry.database.asking import Connection, Question, Told

WITHIN_SECONDS = 1.5
COUNTED_EVERY_SECONDS = 600  # badges, of which there may be millions: by one worker for all of the machine
COUNTS_WITHIN_SECONDS = 30.0  # a million take half a second, with nothing else to do
COUNTED = "badges.counted"  # under VAR_DIR/metrics

HEAD = "SELECT coalesce(max(seq), 0) FROM audit_event"
DUE_MESSAGES = f"""
SELECT count(*), coalesce(max(extract(epoch FROM statement_timestamp() - next_attempt_at)), 0)::float
FROM (
    SELECT next_attempt_at FROM outbox_message
    WHERE status = 'waiting' AND next_attempt_at <= statement_timestamp()
    ORDER BY next_attempt_at LIMIT {health.MOST_LOOKED_AT}
) AS due
"""  # noqa: S608  # a number of ours
SLOTS = "SELECT coalesce(max(slot), 0) FROM clients_apikey"
BADGES = "SELECT status, count(*) FROM badges_badge GROUP BY status"


class Figures(NamedTuple):
    head: int
    jobs: health.Jobs
    messages_due: int
    oldest_message: float
    slots: int


class Counted(NamedTuple):
    at: float  # Unix seconds
    badges: dict[str, int]


def _figures(connection: Connection) -> Figures:
    def row(statement: str) -> tuple[float, ...]:
        found = connection.execute(statement).fetchone()
        assert found is not None
        return found

    (head,), (due, oldest), (slots,) = row(HEAD), row(DUE_MESSAGES), row(SLOTS)
    return Figures(int(head), health.jobs(connection), int(due), oldest, int(slots))


def _counted(connection: Connection) -> Counted:
    """What another worker counted, if it is new enough; else count, and leave it to the others."""
    file = Path(settings.VAR_DIR) / "metrics" / COUNTED
    with suppress(OSError, ValueError, LookupError, TypeError):
        written = json.loads(file.read_bytes())
        known = Counted(float(written["at"]), {status: int(written[status]) for status in BadgeStatus.values})
        if 0 <= time.time() - known.at < COUNTED_EVERY_SECONDS:
            return known
    at = time.time()
    found: dict[str, int] = dict(connection.execute(BADGES).fetchall())
    counted = Counted(at, {status: found.get(status, 0) for status in BadgeStatus.values})
    with suppress(OSError):  # then each worker counts
        file.parent.mkdir(mode=0o700, exist_ok=True)
        new = file.with_suffix(f".{os.getpid()}")
        new.write_text(json.dumps({"at": counted.at, **counted.badges}))
        os.replace(new, file)
    return counted


_asked = Question(_figures, fresh_for=1.0, within=WITHIN_SECONDS)
_counting = Question(_counted, fresh_for=5.0, within=COUNTS_WITHIN_SECONDS)


def of_the_database() -> Iterator[Metric]:
    told: Told[Figures] = _asked.answer(WITHIN_SECONDS)
    yield _gauge("registry_database_up", "Whether the database answers.", told.came == "ok")
    if (figures := told.value) is not None:
        yield _gauge("registry_journal_head", "Number of the journal's last event.", figures.head)
        yield _gauge(
            "registry_jobs_due", "Jobs that are due; no more than 1000 are counted.", figures.jobs.due
        )
        yield _gauge(
            "registry_jobs_oldest_due_seconds", "How long the oldest due job waits.", figures.jobs.oldest
        )
        if figures.jobs.silent is not None:
            yield _gauge(
                "registry_jobs_worker_silent_seconds", "Since a job worker was heard of.", figures.jobs.silent
            )
        yield _gauge(
            "registry_messages_due",
            "Messages that are to be sent; no more than 1000 are counted.",
            figures.messages_due,
        )
        yield _gauge(
            "registry_messages_oldest_due_seconds", "How late the latest of them is.", figures.oldest_message
        )
        yield _gauge("registry_quota_slots_used", "Places for counting that keys were given.", figures.slots)
        yield _gauge("registry_quota_slots", "How many such places there are.", MOST_SLOTS)
    counted = _counting.answer(WITHIN_SECONDS if told.came == "ok" else 0).value
    if counted is not None:
        badges = GaugeMetricFamily("registry_badges", "Badges, counted every ten minutes.", labels=["status"])
        for status, number in counted.badges.items():
            badges.add_metric([status], number)
        yield badges
        yield _gauge("registry_badges_counted_timestamp_seconds", "When they were counted.", counted.at)


def of_the_machine() -> Iterator[Metric]:
    yield _gauge("registry_disk_free_bytes", "What is left where VAR_DIR lies.", health.room())
    beat = _beat()
    yield _gauge(
        "registry_store_usable",
        "Whether look-ups may be answered from this machine's copy of the cards.",
        beat is not None and bool(beat.generation),
    )
    if beat is not None:
        yield _gauge("registry_store_age_seconds", "How old that copy may be.", beat.age() / MICROSECONDS)
        yield _gauge("registry_store_head", "Number of the last event in it.", beat.cursor)
    with suppress(OSError):
        newest = next(iter(folders.snapshots()), None)
        if newest is not None:
            age = datetime.now(UTC) - folders.moment_of(newest)
            yield _gauge(
                "registry_snapshot_age_seconds", "Since the newest snapshot was so.", age.total_seconds()
            )
    with suppress(OSError):
        drawn = (Path(settings.STATUS_DIR) / "index.html").stat().st_mtime
        yield _gauge(
            "registry_status_page_age_seconds", "Since the prober drew the status page.", time.time() - drawn
        )


def _beat() -> Beat | None:
    try:
        return Pulse(generations.pulse_file()).last()
    except Unusable:
        return None


def of_this_worker() -> dict[str, float]:
    """Its connections to the database; nothing while it has no pool."""
    pools = getattr(connections[DEFAULT_DB_ALIAS], "_connection_pools", {})
    if (pool := pools.get(DEFAULT_DB_ALIAS)) is None:
        return {}
    stats = pool.get_stats()
    size = stats.get("pool_size", 0)
    return {
        "pool_size": size,
        "pool_in_use": size - stats.get("pool_available", 0),
        "pool_waiting": stats.get("requests_waiting", 0),
    }


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=float(value))
