"""What a supervisor or load balancer asks: is the process alive, and is all there that it needs.

A balancer asks `live`. `ready` says no on every machine at once while the database is away, and look-ups, which go on
without it, would end with it (docs/metrics.md).
"""

import shutil
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from registry.database.asking import Connection, Question
from registry.errors import RETRY_AFTER

WITHIN_SECONDS = 1.5  # that `ready` waits for the database
FRESH_FOR_SECONDS = 1.0
WORKER_SILENT_FOR_SECONDS = 90  # it beats every ten seconds, and notes its clock each minute
JOB_WAITS_SECONDS = 300  # past when it was due; a turn of mail takes 15
LEAST_ROOM = 200_000_000  # bytes: some of PostgreSQL's logs, and a photo of every owner who is just applying
MOST_LOOKED_AT = 1_000  # waiting jobs or messages

# Of all machines: one worker is enough. One that ends in order takes its row along; until the next one has begun,
# which minute was last noted tells that there was one.
WORKER = """
SELECT extract(epoch FROM statement_timestamp() - greatest(
    (SELECT max(last_heartbeat) FROM procrastinate_workers),
    (SELECT to_timestamp(defer_timestamp) FROM procrastinate_periodic_defers ORDER BY id DESC LIMIT 1)))::float
"""
# What waits for another job of its kind is not late. By the index of what is not done yet: done ones lie about by
# the thousand.
DUE_JOBS = f"""
SELECT count(*), coalesce(max(extract(epoch FROM statement_timestamp() - coalesce(scheduled_at,
    (SELECT min(at) FROM procrastinate_events WHERE job_id = due.id)))), 0)::float
FROM (
    SELECT id, scheduled_at FROM procrastinate_jobs AS job
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= statement_timestamp()) AND NOT EXISTS (
        SELECT FROM procrastinate_jobs AS other WHERE other.status = 'doing' AND other.lock = job.lock)
    ORDER BY priority DESC, id LIMIT {MOST_LOOKED_AT}
) AS due
"""  # noqa: S608  # a number of ours


class Jobs(NamedTuple):
    """Seconds since a worker was last heard of (None: never), since when the oldest due job waits, and how many do."""

    silent: float | None
    oldest: float
    due: int

    @property
    def are_stalled(self) -> bool:
        if self.silent is None or self.silent > WORKER_SILENT_FOR_SECONDS:
            return True
        return self.oldest > JOB_WAITS_SECONDS


def jobs(connection: Connection) -> Jobs:
    silent = connection.execute(WORKER).fetchone()
    due = connection.execute(DUE_JOBS).fetchone()
    assert silent is not None
    assert due is not None
    return Jobs(silent[0], due[1], due[0])


_jobs = Question(jobs, fresh_for=FRESH_FOR_SECONDS, within=WITHIN_SECONDS)


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """503 while the database is away or does not answer, nobody does the jobs, or the disk is all but full."""
    checks = checked()
    is_ready = set(checks.values()) == {"ok"}
    response = JsonResponse(
        {"status": "ready" if is_ready else "not_ready", "checks": checks}, status=200 if is_ready else 503
    )
    if not is_ready:
        response.headers["Retry-After"] = str(RETRY_AFTER)
        response._has_been_logged = True  # type: ignore[attr-defined]  # the mark of django.utils.log.log_response
    return response


def checked() -> dict[str, str]:
    told = _jobs.answer(WITHIN_SECONDS)
    stalled = told.value.are_stalled if told.value is not None else None
    return {
        "database": told.came,
        "jobs": "unknown" if stalled is None else "stalled" if stalled else "ok",
        "disk": "ok" if room() >= LEAST_ROOM else "full",
    }


def room() -> int:
    """Bytes that are left where the registry writes; 0 where that can't be said."""
    try:
        return shutil.disk_usage(settings.VAR_DIR).free
    except OSError:
        return 0
