"""A database whose clock stands still until it is moved: a history of weeks, made by the services in a moment.

The registry's time is the database's. Functions of the same names in a schema of their own stand before those of
PostgreSQL, for this connection; the columns' defaults are bound to them too. All of it is rolled back with the test.
"""

from datetime import datetime, timedelta

from django.db import connection

_CLOCKS = """
SET CONSTRAINTS ALL IMMEDIATE;
CREATE SCHEMA travel;
CREATE FUNCTION travel.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT current_setting('travel.at')::timestamptz $$;
CREATE FUNCTION travel.statement_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT current_setting('travel.at')::timestamptz $$;
SET LOCAL search_path = travel, public, pg_catalog;
DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND column_default LIKE '%%statement_timestamp()%%'
    LOOP
        EXECUTE format(
            'ALTER TABLE %%I ALTER COLUMN %%I SET DEFAULT travel.statement_timestamp()', c.table_name, c.column_name
        );
    END LOOP;
END $$;
"""


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at
        with connection.cursor() as cursor:
            cursor.execute(_CLOCKS.replace("%%", "%"))
        self.go(timedelta(0))

    def go(self, time: timedelta) -> None:
        self.at += time
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('travel.at', %s, true)", [self.at.isoformat()])
