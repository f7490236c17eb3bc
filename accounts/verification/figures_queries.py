"""The statements behind the figures. Each reads the decisions of a period by the index `decisions_by_day`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.verification.workhours import Office, office

# Calendar days since the submission, as the limits of the ages that open cases are counted in.
AGE_LIMITS = (1, 3, 7, 30)
KNOWN_BEFORE = timedelta(
    days=3650
)  # a submission that is older still counts as of this long before the period

# What became of them. Undone by the clock: a guard no longer held when it was to take effect.
DECISIONS_A_DAY = """
SELECT (decided_at AT TIME ZONE %(zone)s)::date, outcome, count(*) AS made,
    count(*) FILTER (WHERE seconded_by_id IS NOT NULL) AS seconded,
    count(*) FILTER (WHERE overruled) AS overruled,
    count(*) FILTER (WHERE undone_reason = 'taken_back') AS taken_back,
    count(*) FILTER (
        WHERE undone_at IS NOT NULL AND undone_by_id IS NULL AND undone_reason <> 'withdrawn'
    ) AS by_the_clock
FROM verification_decision
WHERE decided_at >= %(start)s AND decided_at < %(end)s
GROUP BY 1, 2
"""

# Declines that were contested, by what has become of the application. Only the first in effect can be contested.
CONTESTED = """
SELECT a.status, count(*)
FROM verification_decision d
JOIN verification_application a ON a.id = d.application_id
WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s
    AND d.outcome = 'decline' AND d.took_effect_at IS NOT NULL AND a.contested
    AND NOT EXISTS (
        SELECT FROM verification_decision earlier
        WHERE earlier.application_id = d.application_id AND earlier.took_effect_at < d.took_effect_at
    )
GROUP BY 1
"""

BLIND = """
SELECT count(*) FILTER (WHERE agrees) AS agreed,
    count(*) FILTER (WHERE NOT agrees) AS disagreed,
    count(*) FILTER (WHERE checked_at IS NULL) AS open
FROM verification_qualitycheck
WHERE checked_at IS NULL OR (checked_at >= %(start)s AND checked_at < %(end)s)
"""

REASONS = """
SELECT used.use, used.reason, used.times, r.text_id, r.text_en
FROM (
    SELECT outcome AS use, reason, count(*) AS times
    FROM verification_decision
    WHERE decided_at >= %(start)s AND decided_at < %(end)s AND outcome <> 'approve'
    GROUP BY 1, 2
    UNION ALL
    SELECT 'ask', reason, count(*)
    FROM verification_question
    WHERE asked_at >= %(start)s AND asked_at < %(end)s
    GROUP BY 2
) used
LEFT JOIN verification_reason r ON r.code = used.reason
ORDER BY used.times DESC, used.reason
"""

OPEN_NOW = """
SELECT CASE WHEN a.status = 'submitted' AND c.application_id IS NOT NULL THEN 'claimed' ELSE a.status END,
    width_bucket(
        date_part('epoch', statement_timestamp() - a.submitted_at) / 86400, %(ages)s::double precision[]
    ),
    count(*)
FROM verification_application a
LEFT JOIN verification_claim c ON c.application_id = a.id AND c.until > statement_timestamp()
WHERE a.status IN ('submitted', 'needs_information', 'deferred', 'awaiting_second', 'decided')
GROUP BY 1, 2
"""

REVIEWERS = """
SELECT coalesce(nullif(u.name, ''), u.username, '') AS name,
    count(*) FILTER (WHERE part.first) AS made,
    count(*) FILTER (WHERE NOT part.first) AS seconded,
    count(*) FILTER (WHERE part.first AND d.overruled) AS overruled,
    count(*) FILTER (WHERE part.first AND d.undone_reason = 'taken_back') AS taken_back,
    count(*) FILTER (WHERE part.first AND q.agrees) AS blind_agreed,
    count(*) FILTER (WHERE part.first AND NOT q.agrees) AS blind_disagreed
FROM verification_decision d
CROSS JOIN LATERAL (VALUES (d.author_id, true), (d.seconded_by_id, false)) AS part (person, first)
JOIN people_user u ON u.id = part.person
LEFT JOIN verification_qualitycheck q ON q.decision_id = d.id
WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s
GROUP BY u.id
ORDER BY made DESC, name
"""

# The working time until a moment, as `workhours` has it: %(until)s holds it for the start of each day since %(base)s,
# in seconds. What of its day is over counts from the opening on, for as long as that day is worked.
_POSITION = """
until[{day}] + least(greatest({since_base} - {day_before} * 86400.0 - %(opens)s, 0), until[{day} + 1] - until[{day}])
"""


def _position(moment: str) -> str:
    since_base = f"(date_part('epoch', {moment}) - %(base)s)"
    day_before = f"floor({since_base} / 86400)"
    return _POSITION.format(
        since_base=since_base, day_before=day_before, day=f"greatest({day_before} + 1, 1)::int"
    )


# How long each application had waited when its first decision in effect was made: the working time from the
# submission, without that between a question and its answer.
WAITED = f"""
known AS MATERIALIZED (SELECT %(until)s::double precision[] AS until), first_decision AS MATERIALIZED (
    SELECT d.id, d.application_id, d.decided_at,
        {_position("d.decided_at")} - ({_position("a.submitted_at")}) AS waited
    FROM verification_decision d
    JOIN verification_application a ON a.id = d.application_id
    CROSS JOIN known
    WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s
        AND d.took_effect_at IS NOT NULL AND a.submitted_at IS NOT NULL
        AND (NOT a.contested OR NOT EXISTS (
            SELECT FROM verification_decision earlier
            WHERE earlier.application_id = d.application_id AND earlier.took_effect_at < d.took_effect_at
        ))
), paused AS (
    SELECT f.id, sum({_position("q.answered_at")} - ({_position("q.asked_at")})) AS pause
    FROM first_decision f
    JOIN verification_question q ON q.application_id = f.application_id
        AND q.answered_at IS NOT NULL AND q.asked_at < f.decided_at
    CROSS JOIN known
    GROUP BY f.id
), waited AS (
    SELECT f.id, f.decided_at, (f.waited - coalesce(p.pause, 0)) / 3600 AS hours
    FROM first_decision f LEFT JOIN paused p USING (id)
)
"""  # noqa: S608  # of constants

WAITING = f"""
WITH {WAITED}
SELECT (decided_at AT TIME ZONE %(zone)s)::date, count(*),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY hours),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY hours)
FROM waited
GROUP BY GROUPING SETS ((), (1))
"""  # noqa: S608  # of constants

# For the export: a line a decision, the newest last. Only ids, kinds, moments and codes; the author is the last column.
DECISIONS = f"""
WITH {WAITED}
SELECT d.id, d.application_id, a.kind, a.source, d.decided_at, d.outcome, d.tier, d.reason,
    d.seconded_by_id IS NOT NULL, d.took_effect_at, d.undone_at,
    CASE WHEN d.undone_at IS NULL THEN ''
        WHEN d.overruled THEN 'overruled'
        WHEN d.undone_reason IN ('taken_back', 'withdrawn') THEN d.undone_reason
        ELSE 'by_the_clock' END,
    a.contested, w.hours, coalesce(u.username, u.name)
FROM verification_decision d
JOIN verification_application a ON a.id = d.application_id
JOIN people_user u ON u.id = d.author_id
LEFT JOIN waited w ON w.id = d.id
WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s
ORDER BY d.decided_at, d.id
"""  # noqa: S608  # of constants


def parameters(start: datetime, end: datetime) -> dict[str, Any]:
    """Of every statement here; each takes those that it names."""
    base = start - KNOWN_BEFORE
    opens = datetime.combine(base, office().opens, base.tzinfo)
    return {
        "start": start,
        "end": end,
        "zone": settings.TIME_ZONE,
        "opens": (opens - base).total_seconds(),
        "base": base.timestamp(),
        "until": _working_seconds(office(), base, end),
        "ages": list(AGE_LIMITS),
    }


@lru_cache(maxsize=64)
def _working_seconds(open_at: Office, base: datetime, end: datetime) -> list[float]:
    """Of each day's start since `base`, to the one after `end`. The office's zone knows no summer time."""
    days = (end - base).days + 2
    return [open_at.between(base, base + timedelta(days=day)).total_seconds() for day in range(days)]


def ask(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
