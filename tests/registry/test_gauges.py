"""What a scrape may cost: figures of what may be millions are shared, and end."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.badges.models import BadgeStatus
from accounts.messages.models import Channel, Message
from registry import health
from registry.database.asking import Connection
from registry.metrics import gauges
from tests.factories import make_approved


@pytest.fixture
def database(db: None) -> Connection:
    """As a question has it, in the test's transaction."""
    connection.ensure_connection()
    raw: Connection = connection.connection
    return raw


@pytest.fixture
def counted(tmp_path: Path, settings: Any) -> Path:
    """The file in which one worker leaves what it counted."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "metrics" / gauges.COUNTED


def test_badges_are_counted_by_one_worker_for_all_until_that_is_old(
    database: Connection, counted: Path, no_undo_window: None
) -> None:
    first = gauges._counted(database)
    assert first.badges == dict.fromkeys(BadgeStatus.values, 0)
    make_approved()
    assert gauges._counted(database) == first, "what another worker counted is taken"
    old, ahead = (
        time.time() - gauges.COUNTED_EVERY_SECONDS,
        time.time() + 60,
    )  # by a clock that was put back since
    for at in (old, ahead):
        counted.write_text(json.dumps({"at": at, **first.badges}))
        assert gauges._counted(database).badges["active"] == 1


@pytest.mark.parametrize("written", ["", "{", "[]", '{"at": 1}', '{"at": "soon"}'])
def test_a_file_that_is_none_is_counted_anew(database: Connection, counted: Path, written: str) -> None:
    counted.parent.mkdir()
    counted.write_text(written)
    assert gauges._counted(database).badges == dict.fromkeys(BadgeStatus.values, 0)


def test_a_million_messages_that_wait_are_not_counted(database: Connection) -> None:
    rows = (
        Message(
            channel=Channel.EMAIL,
            to="a@owner.example",
            language="en",
            template="probe",
            body="x",
            once=str(n),
        )
        for n in range(health.MOST_LOOKED_AT + 5)
    )
    Message.objects.bulk_create(rows)
    assert gauges._figures(database).messages_due == health.MOST_LOOKED_AT
