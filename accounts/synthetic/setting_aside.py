"""Indexes, foreign keys and the automatic vacuum: set aside while very many rows are written, and put back afterwards.

What a primary key or a unique constraint needs stays, and so do all checks. In one transaction with the dropping, the
statements that make everything again are written to a table; it is gone when the last of them has run. A process that
is killed in between leaves it, and whoever comes next finds there what is missing.
"""

from collections.abc import Generator

from django.db import connection, transaction

from accounts.synthetic.rows import COLUMNS

_NOTES = "synthetic_set_aside"
_LOCK_WAIT = "10s"  # for those who read or write the tables now
_MEMORY = "512MB"  # of PostgreSQL, for one index at a time
_INDEXES = """
SELECT 'DROP INDEX ' || indexrelid::regclass, pg_get_indexdef(indexrelid)
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%(tables)s) AND NOT indisunique
ORDER BY relname, indexrelid
"""
# A table that grows by the second would be vacuumed over and over.
_VACUUM = """
SELECT format('ALTER TABLE %%s SET (autovacuum_enabled = false)', oid::regclass),
       format('ALTER TABLE %%s RESET (autovacuum_enabled)', oid::regclass)
FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY (%(tables)s) ORDER BY relname
"""
_FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(c.oid))
FROM pg_constraint c
JOIN pg_class here ON here.oid = conrelid
JOIN pg_class there ON there.oid = confrelid
WHERE contype = 'f' AND here.relnamespace = current_schema()::regnamespace
  AND here.relname = ANY (%(tables)s) AND there.relname = ANY (%(tables)s)
ORDER BY conname
"""


def is_set_aside() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_NOTES])
        return bool(cursor.fetchone()[0])


def set_aside() -> None:
    """All at once or nothing. Raises OperationalError where others keep a table to themselves for too long."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
        found = []
        for query in (_INDEXES, _FOREIGN_KEYS, _VACUUM):
            cursor.execute(query, {"tables": list(COLUMNS)})
            found += cursor.fetchall()
        cursor.execute(f"CREATE TABLE {_NOTES} (place int PRIMARY KEY, statement text NOT NULL)")
        for place, (drop, again) in enumerate(found):
            cursor.execute(f"INSERT INTO {_NOTES} VALUES (%s, %s)", [place, again])  # noqa: S608  # our constant
            cursor.execute(drop)


def put_back() -> Generator[tuple[int, int]]:
    """Make again what was set aside, each in a transaction of its own: yields how much of how many there is."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT place, statement FROM {_NOTES} ORDER BY place")  # noqa: S608  # our constant
        missing = cursor.fetchall()
        for done, (place, statement) in enumerate(missing):
            yield done, len(missing)
            with transaction.atomic():
                cursor.execute(f"SET LOCAL maintenance_work_mem = '{_MEMORY}'")
                cursor.execute(statement)
                cursor.execute(f"DELETE FROM {_NOTES} WHERE place = %s", [place])  # noqa: S608  # our constant
        cursor.execute(f"DROP TABLE {_NOTES}")
    yield len(missing), len(missing)
