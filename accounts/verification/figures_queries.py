"""The statements behind the figures. Each reads the decisions of a period by the index `decisions_by_day`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.verification.workhours import office

# Calendar days since the submission, as the limits of the ages that open cases are counted in.
AGE_LIMITS = (1, 3, 7, 30)

DECISIONS_A_DAY = """
SELECT (decided_at AT TIME ZONE %(zone)s)::date, outcome, count(*)
FROM verification_decision
WHERE decided_at >= %(start)s AND decided_at < %(end)s
GROUP BY 1, 2
"""

# What became of them. Undone by the clock: a guard no longer held when it was to take effect.
TOTALS = """
SELECT count(*) AS made,
    count(*) FILTER (WHERE overruled) AS overruled,
    count(*) FILTER (WHERE undone_reason = 'taken_back') AS taken_back,
    count(*) FILTER (
        WHERE undone_at IS NOT NULL AND undone_by_id IS NULL AND undone_reason <> 'withdrawn'
    ) AS by_the_clock,
    count(*) FILTER (WHERE seconded_by_id IS NOT NULL) AS seconded
FROM verification_decision
WHERE decided_at >= %(start)s AND decided_at < %(end)s
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

# How long each application had waited when its first decision in effect was made: the working time from the
# submission, without that between a question and its answer. It is a sum of positions (see `workhours`): each moment
# counts with a sign, so that one expression does for all of them. 11323 is 1 January 2001, a Monday, in Unix days.
WAITED = """
first_decision AS MATERIALIZED (
    SELECT d.id, d.application_id, d.decided_at, a.submitted_at
    FROM verification_decision d
    JOIN verification_application a ON a.id = d.application_id
    WHERE d.decided_at >= %(start)s AND d.decided_at < %(end)s
        AND d.took_effect_at IS NOT NULL AND a.submitted_at IS NOT NULL
        AND (NOT a.contested OR NOT EXISTS (
            SELECT FROM verification_decision earlier
            WHERE earlier.application_id = d.application_id AND earlier.took_effect_at < d.took_effect_at
        ))
), moment AS (
    SELECT id, submitted_at AS at, -1 AS sign FROM first_decision
    UNION ALL SELECT id, decided_at, 1 FROM first_decision
    UNION ALL SELECT f.id, pause.at, pause.sign
    FROM first_decision f
    JOIN verification_question q ON q.application_id = f.application_id
        AND q.answered_at IS NOT NULL AND q.asked_at < f.decided_at
    CROSS JOIN LATERAL (VALUES (q.asked_at, 1), (q.answered_at, -1)) AS pause (at, sign)
), here AS MATERIALIZED (
    SELECT id, sign, date_part('epoch', at AT TIME ZONE %(zone)s) AS seconds FROM moment
), day AS MATERIALIZED (
    SELECT id, sign, seconds - 86400 * floor(seconds / 86400) AS second,
        (floor(seconds / 86400) - 11323)::int AS day
    FROM here
), weekday AS MATERIALIZED (
    SELECT id, sign, second, day %% 7 < 5 AS is_weekday, day / 7 * 5 + least(day %% 7, 5) AS place FROM day
), counted AS MATERIALIZED (
    SELECT id, sign, second, place, width_bucket(place - 1, %(closed)s::int[]) AS holidays,
        is_weekday AND width_bucket(place, %(closed)s::int[]) = width_bucket(place - 1, %(closed)s::int[])
            AS works
    FROM weekday
), waited AS (
    SELECT id, sum(sign * (
        (place - holidays) * %(day)s
        + CASE WHEN works THEN least(greatest(second - %(opens)s, 0), %(day)s) ELSE 0 END
    )) / 3600 AS hours
    FROM counted
    GROUP BY id
)
"""

WAITING = f"""
WITH {WAITED}
SELECT (f.decided_at AT TIME ZONE %(zone)s)::date, count(*),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY w.hours),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY w.hours)
FROM first_decision f JOIN waited w USING (id)
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
    open_at = office()
    opens = open_at.opens.hour * 3600 + open_at.opens.minute * 60 + open_at.opens.second
    return {
        "start": start,
        "end": end,
        "zone": settings.TIME_ZONE,
        "opens": opens,
        "day": open_at.day.total_seconds(),
        "closed": list(open_at.closed),
        "ages": list(AGE_LIMITS),
    }


def ask(statement: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
