"""Made-up applications in bulk, on the made-up accounts: what a queue looks like that has been in use for years."""

import psycopg

from tests.bench.dataset import url_of

# Of twenty applications six wait for a reviewer, one each for a second one, for the owner and for a date; eleven are
# over. Twenty reviewers hold three cases each, and some hundred leases have run out.
_TABLES = """
CREATE TEMP TABLE applied AS
SELECT i, account,
       ('01910000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid AS id,
       ('01920000-0000-7000-8000-' || lpad(to_hex(1 + i % 20), 12, '0'))::uuid AS reviewer,
       now() - interval '1 minute' * ({last} - i) AS at,
       (ARRAY['submitted', 'submitted', 'submitted', 'submitted', 'submitted', 'submitted', 'awaiting_second',
              'needs_information', 'deferred', 'approved', 'approved', 'approved', 'approved', 'approved', 'approved',
              'approved', 'approved', 'declined', 'declined', 'withdrawn'])[1 + i % 20] AS status
FROM (SELECT row_number() OVER (ORDER BY id)::int AS i, id AS account
      FROM businesses_account ORDER BY id LIMIT {last}) AS accounts
WHERE i >= {first};

INSERT INTO people_user (id, password, username, name, language, role, is_active, password_is_temporary)
SELECT ('01920000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, '!', 'bench-' || i, 'Reviewer ' || i, 'en',
       CASE WHEN i % 4 = 0 THEN 'senior_reviewer' ELSE 'reviewer' END, true, false
FROM generate_series(1, 20) AS i ON CONFLICT DO NOTHING;

INSERT INTO verification_application (
    id, account_id, kind, status, source, display_name, number, category, website, photo, findings,
    protected_look_alike, second_wished, contested, contest_text, created_at, submitted_at, changed_at, ended_at,
    resume_on, revision, due_at, time_left, risk, tags, escalated_by_id)
SELECT applied.id, account, 'new', status, 'import', live_name, number, category, website, '',
       CASE WHEN i % 7 = 0 THEN ARRAY['name_look_alike'] WHEN i % 11 = 0 THEN ARRAY['name_generic'] ELSE '{{}}' END,
       i % 97 = 0, false, status = 'submitted' AND i % 400 = 1, '', at, at, at,
       CASE WHEN status IN ('approved', 'declined', 'withdrawn') THEN at + interval '3 hours' END,
       CASE WHEN status = 'deferred' THEN current_date + (i % 30)::int END, 1,
       CASE WHEN status <> 'needs_information' THEN at + interval '2 days' END,
       CASE WHEN status = 'needs_information' THEN interval '5 hours' END,
       CASE WHEN i % 97 = 0 THEN 3 WHEN i % 7 = 0 OR i % 400 = 1 THEN 2 WHEN i % 11 = 0 THEN 1 ELSE 0 END,
       CASE WHEN i % 50 = 0 THEN ARRAY['call-back', 'batch-' || i % 1000] ELSE '{{}}' END,
       CASE WHEN status = 'submitted' AND i % 600 = 2 THEN reviewer END
FROM applied JOIN businesses_account ON businesses_account.id = account;

INSERT INTO verification_decision (
    id, application_id, outcome, tier, reason, wording, message, note, author_id, decided_at, effective_at,
    took_effect_at, overruled, undone_reason)
SELECT id, id, CASE WHEN status = 'declined' THEN 'decline' ELSE 'approve' END,
       CASE WHEN status = 'declined' THEN '' ELSE 'verified' END,
       CASE WHEN status = 'declined' THEN 'not_a_business' ELSE '' END, '{{}}', '', '', reviewer,
       at + interval '2 hours', CASE WHEN status <> 'awaiting_second' THEN at + interval '3 hours' END,
       CASE WHEN status <> 'awaiting_second' THEN at + interval '3 hours' END, false, ''
FROM applied WHERE status IN ('approved', 'declined', 'awaiting_second');

INSERT INTO verification_claim (application_id, reviewer_id, taken_at, until)
SELECT id, reviewer, now() - interval '2 hours', now() + interval '1 hour' * (CASE WHEN turn <= 3 THEN 24 ELSE -1 END)
FROM (SELECT *, row_number() OVER (PARTITION BY reviewer ORDER BY i DESC) AS turn
      FROM applied WHERE status = 'submitted') AS held
WHERE turn <= 20;
DROP TABLE applied;
"""


def load(database: str, first: int, last: int) -> None:
    """The applications `first` to `last`, one for each of these accounts."""
    with psycopg.connect(url_of(database), autocommit=True) as connection:
        connection.execute(
            "SET session_replication_role = replica"
        )  # foreign keys are not checked row by row
        for statement in filter(str.strip, _TABLES.format(first=first, last=last).split(";\n")):
            connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
