"""Nobody changes what was told: a trigger refuses, and the web process has no right to."""

import os
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.people.models import User
from registry.status.models import IncidentUpdate
from tests.registry.status.telling import opened

REWRITES = [
    "UPDATE status_incidentupdate SET body_en = 'All was well.'",
    "UPDATE status_incidentupdate SET at = at - interval '1 hour'",
    "DELETE FROM status_incidentupdate",
    "TRUNCATE status_incidentupdate",
    "TRUNCATE status_incident CASCADE",
]
WAYS_AROUND = [
    "DELETE FROM status_incident",
    "ALTER TABLE status_incidentupdate DISABLE TRIGGER append_only",
    "DROP TRIGGER append_only ON status_incidentupdate",
    "DROP TABLE status_incidentupdate",
    "CREATE OR REPLACE FUNCTION status_update_is_append_only() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN RETURN NEW; END $$",
]


@pytest.mark.django_db
@pytest.mark.parametrize("rewrite", REWRITES)
def test_the_trigger_refuses_even_the_owner_of_the_table(rewrite: str, olga: User) -> None:
    opened(by=olga)
    before = list(IncidentUpdate.objects.values())
    with (
        pytest.raises(DatabaseError, match="published updates are append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(rewrite)
    assert list(IncidentUpdate.objects.values()) == before


@pytest.mark.django_db
@pytest.mark.parametrize("act", [IncidentUpdate.save, IncidentUpdate.delete])
def test_the_models_own_verbs_are_refused_too(act: Callable[[Any], object], olga: User) -> None:
    update = opened(by=olga).updates.get()
    update.body_en = "All was well."
    with pytest.raises(DatabaseError, match="published updates are append-only"), transaction.atomic():
        act(update)


def test_the_web_role_has_no_right_to_what_was_told(committed: None, olga: User) -> None:
    """It may write further updates, and where an incident has come to; that is all."""
    opened(by=olga)
    url = psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])
    allowed = []
    with psycopg.connect(**{**url, "dbname": connection.settings_dict["NAME"]}, autocommit=True) as web:
        for statement in [*REWRITES, *WAYS_AROUND]:
            try:
                web.execute(statement)
                allowed.append(statement)
            except psycopg.errors.InsufficientPrivilege:
                pass
        web.execute("UPDATE status_incident SET stage = 'monitoring'")
    assert allowed == []
