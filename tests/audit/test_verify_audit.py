"""`manage.py verify_audit` says where the chain breaks, whoever broke it."""

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.audit.chain import breaks
from accounts.audit.journal import canonical, digest_of
from accounts.audit.models import Event
from accounts.people.models import User
from tests.factories import make_business

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(ada: User) -> None:
    for _ in range(10):
        make_business(ada)


def tamper(*statements: str) -> None:
    """As somebody who owns the tables could."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # no foreign key may be waiting when the table is altered
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


def verify() -> tuple[str, str]:
    """What the command prints, to its two outputs."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", stdout=out, stderr=err)
    except CommandError as broken:
        return str(broken), err.getvalue()
    return out.getvalue(), err.getvalue()


def test_a_whole_journal(journal: None) -> None:
    said, wrong = verify()
    head = Event.objects.get(seq=10)
    assert said == f"10 events, whole; head {bytes(head.digest).hex()}\n"
    assert wrong == ""


def test_an_empty_journal() -> None:
    assert verify() == ("the journal is empty\n", "")


@pytest.mark.parametrize(
    "change",
    [
        "kind = 'business.closed'",
        "by = 'usr_somebody'",
        "\"on\" = 'biz_another'",
        "data = '{}'",
        "data = data || '{\"x\": 1}'",
        "at = at + interval '1 microsecond'",
        "digest = sha256(digest)",
    ],
)
def test_a_changed_event(change: str, journal: None) -> None:
    tamper(f"UPDATE audit_event SET {change} WHERE seq = 4")  # noqa: S608 - literals of this file
    assert 4 in [found.seq for found in breaks()]
    said, wrong = verify()
    assert said.startswith("the journal breaks in ")
    assert "event 4: the event or its digest was changed" in wrong


def test_a_changed_event_is_one_break_where_only_its_content_was_changed(journal: None) -> None:
    tamper("UPDATE audit_event SET data = '{}' WHERE seq = 4")
    assert [found.seq for found in breaks()] == [4]


def test_a_changed_event_with_a_digest_made_anew(journal: None) -> None:
    """The forger would have to make all later digests anew: the next one tells."""
    third, fourth = Event.objects.get(seq=3), Event.objects.get(seq=4)
    body = canonical(4, fourth.at, "business.closed", fourth.by, fourth.on, fourth.data)
    forged = digest_of(bytes(third.digest), body).hex()
    tamper(f"UPDATE audit_event SET kind = 'business.closed', digest = '\\x{forged}' WHERE seq = 4")  # noqa: S608 - literals of this file
    assert [found.seq for found in breaks()] == [5]


def test_a_removed_event(journal: None) -> None:
    tamper("DELETE FROM audit_event WHERE seq = 4")
    assert list(breaks()) == [(4, "events 4 to 4 are missing")]


def test_a_removed_event_whose_gap_was_closed(journal: None) -> None:
    tamper("DELETE FROM audit_event WHERE seq = 4", "UPDATE audit_event SET seq = 4 WHERE seq = 5")
    assert [found.seq for found in breaks()] == [4, 5]


def test_removed_events_at_the_beginning(journal: None) -> None:
    tamper("DELETE FROM audit_event WHERE seq <= 2")
    assert next(breaks()) == (1, "events 1 to 2 are missing")


def test_swapped_events(journal: None) -> None:
    tamper(
        "UPDATE audit_event SET seq = 100 WHERE seq = 4",
        "UPDATE audit_event SET seq = 4 WHERE seq = 6",
        "UPDATE audit_event SET seq = 6 WHERE seq = 100",
    )
    assert {4, 6} <= {found.seq for found in breaks()}


def test_an_added_event(journal: None) -> None:
    forged = hashlib.sha256(b"").hexdigest()
    tamper(
        'INSERT INTO audit_event (seq, at, kind, by, "on", data, digest) SELECT 11, at, kind, by, "on", data,'  # noqa: S608 - literals of this file
        f" '\\x{forged}' FROM audit_event WHERE seq = 10"
    )
    assert [found.seq for found in breaks()] == [11]


def test_a_time_that_runs_backwards(journal: None) -> None:
    """Its digest is right, as after a clock that was set back under the journal's feet."""
    ninth, tenth = Event.objects.get(seq=9), Event.objects.get(seq=10)
    at = ninth.at - timedelta(seconds=1)
    body = canonical(10, at, tenth.kind, tenth.by, tenth.on, tenth.data)
    digest = digest_of(bytes(ninth.digest), body).hex()
    tamper(f"UPDATE audit_event SET at = '{at.isoformat()}', digest = '\\x{digest}' WHERE seq = 10")  # noqa: S608 - literals of this file
    assert list(breaks()) == [(10, "its time lies before the event before it")]
