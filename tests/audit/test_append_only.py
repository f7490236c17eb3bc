"""Nobody changes the past: a trigger refuses, and the web process has no right to."""

import os

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from accounts.audit.models import Event, LogEntry
from accounts.people.models import User
from tests.factories import make_business

REWRITES = [
    "UPDATE audit_event SET kind = 'x'",
    "UPDATE audit_event SET seq = seq + 100",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event CASCADE",
]


@pytest.mark.django_db
@pytest.mark.parametrize("rewrite", REWRITES)
def test_the_trigger_refuses_even_the_owner_of_the_table(rewrite: str, ada: User) -> None:
    make_business(ada)
    before = list(Event.objects.values())
    with (
        pytest.raises(DatabaseError, match="events are append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(rewrite)
    assert list(Event.objects.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("act", [lambda event: event.save(), lambda event: event.delete()])
def test_the_models_own_verbs_are_refused_too(act: object, ada: User) -> None:
    assert callable(act)
    make_business(ada)
    event = Event.objects.get()
    event.kind = "business.closed"
    with pytest.raises(DatabaseError, match="events are append-only"), transaction.atomic():
        act(event)


@pytest.fixture
def web(committed: None) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection to the test's database in the role of the web process."""
    url = psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])
    return psycopg.connect(**{**url, "dbname": connection.settings_dict["NAME"]}, autocommit=True)


WAYS_AROUND = [
    "ALTER TABLE audit_event DISABLE TRIGGER append_only",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP TRIGGER append_only ON audit_event",
    "DROP TABLE audit_event CASCADE",
    "CREATE OR REPLACE FUNCTION audit_event_is_append_only() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NEW; END $$",
    "SET session_replication_role = replica",
    "UPDATE audit_logentry SET kind = 'x'",
    "DELETE FROM audit_logentry",
    "TRUNCATE audit_logentry",
]


def test_the_web_role_has_no_right_to_the_past(
    web: "psycopg.Connection[tuple[object, ...]]", ada: User
) -> None:
    make_business(ada)
    allowed = []
    with web:
        for statement in [*REWRITES, *WAYS_AROUND]:
            try:
                web.execute(statement)
                allowed.append(statement)
            except psycopg.errors.InsufficientPrivilege:
                pass
    assert allowed == []


def test_the_web_role_can_write_and_read_what_happens(
    web: "psycopg.Connection[tuple[object, ...]]", ada: User
) -> None:
    make_business(ada)
    LogEntry.objects.create(kind="viewed", by=ada.pk, on=ada.pk)
    with web:
        for table in ("audit_event", "audit_eventnumber", "audit_logentry"):
            name = sql.Identifier(table)
            web.execute(sql.SQL("SELECT * FROM {}").format(name))
            granted = web.execute("SELECT has_table_privilege(%s, 'INSERT')", [table]).fetchone()
            assert granted == (True,)
        assert web.execute("SELECT current_user").fetchone() == ("registry_web",)
