"""Maintenance: announced, begun and ended by the clock, or by who says so before."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.audit.models import Event
from accounts.errors import NotAllowed
from accounts.people.models import User
from registry.status import published
from registry.status.incidents import Stage
from registry.status.models import Incident
from tests.registry.status.telling import follow, opened, planned, refuses

pytestmark = pytest.mark.usefixtures("db")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("begins", "ends", "code", "pointer"),
    [
        (2, 1, "maintenance_ends_before_it_starts", "/scheduled_until"),
        (2, 2, "maintenance_ends_before_it_starts", "/scheduled_until"),
        (-3, -2, "maintenance_in_the_past", "/scheduled_for"),
        (-3, 2, "maintenance_in_the_past", "/scheduled_for"),
        (1, 7 * 24 + 2, "maintenance_too_long", "/scheduled_until"),
        (367 * 24, 367 * 24 + 1, "maintenance_too_far_ahead", "/scheduled_for"),
    ],
)
def test_a_maintenance_has_possible_times(
    begins: int, ends: int, code: str, pointer: str, olga: User
) -> None:
    now = clock.now()
    times = {"scheduled_for": now + begins * HOUR, "scheduled_until": now + ends * HOUR}
    refuses(code, pointer, lambda: planned(by=olga, **times))


def test_a_maintenance_begins_and_ends_by_the_clock(olga: User) -> None:
    row = planned(by=olga)
    assert Event.objects.get(kind="maintenance.planned").data["impact"] == "maintenance"
    (incident,) = published.from_database().incidents
    begins, ends = row.scheduled_for, row.scheduled_until
    assert begins is not None and ends is not None
    stages = [incident.stage_at(moment) for moment in (begins - HOUR, begins, ends)]
    assert stages == [Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.COMPLETED]
    offered = [incident.next_stages(moment) for moment in (begins - HOUR, begins, ends)]
    assert offered == [
        [Stage.SCHEDULED, Stage.IN_PROGRESS, Stage.COMPLETED],
        [Stage.IN_PROGRESS, Stage.COMPLETED],
        [Stage.COMPLETED],
    ]


def test_a_maintenance_that_the_clock_ended_can_be_told_as_completed_and_no_more(olga: User) -> None:
    row = planned(by=olga)
    now = clock.now()
    ended = {"scheduled_for": now - 2 * HOUR, "scheduled_until": now - HOUR, "started_at": now - 2 * HOUR}
    Incident.objects.update(**ended)
    with pytest.raises(NotAllowed, match="incident_stage_wrong"):
        follow(row, Stage.IN_PROGRESS, by=olga)
    row = follow(row, Stage.COMPLETED, by=olga)
    assert row.resolved_at == ended["scheduled_until"]


def test_a_maintenance_that_takes_longer_gets_another_end(olga: User) -> None:
    row = follow(planned(by=olga), Stage.IN_PROGRESS, by=olga)
    assert row.started_at < (row.scheduled_for or row.started_at)  # earlier than planned
    longer = (row.scheduled_until or row.started_at) + HOUR
    assert follow(row, Stage.IN_PROGRESS, by=olga, scheduled_until=longer).scheduled_until == longer
    refuses(
        "maintenance_ends_before_it_starts",
        "/scheduled_until",
        lambda: follow(row, Stage.IN_PROGRESS, by=olga, scheduled_until=row.scheduled_for),
    )


def test_a_maintenance_does_not_get_an_end_that_is_past(olga: User) -> None:
    """To end it is an update of its own, which says so."""
    row, now = planned(by=olga), clock.now()
    Incident.objects.update(
        scheduled_for=now - 2 * HOUR, started_at=now - 2 * HOUR, scheduled_until=now + HOUR
    )
    shorter = {"by": olga, "scheduled_until": now - HOUR}
    refuses("maintenance_in_the_past", "/scheduled_until", lambda: follow(row, Stage.IN_PROGRESS, **shorter))
    row = follow(row, Stage.COMPLETED, **shorter)  # as the form sends it along
    assert row.scheduled_until == now + HOUR


def test_a_maintenance_that_is_given_up_was_never_in_progress(olga: User) -> None:
    row = follow(planned(by=olga), Stage.COMPLETED, by=olga)
    row.refresh_from_db()
    assert row.resolved_at == row.started_at < (row.scheduled_for or row.started_at)
    assert published.from_database().maintained_at(clock.now() + DAY + HOUR / 2) == frozenset()


def test_what_the_clock_ended_long_ago_is_told_no_more_and_what_is_open_still_is(olga: User) -> None:
    long_ago = clock.now() - 100 * DAY
    kept, gone = opened(by=olga), planned(by=olga)
    Incident.objects.filter(pk=kept.pk).update(started_at=long_ago)
    times = {"started_at": long_ago, "scheduled_for": long_ago, "scheduled_until": long_ago + HOUR}
    Incident.objects.filter(pk=gone.pk).update(**times)
    assert [incident.id for incident in published.from_database().incidents] == [kept.pk]
    Incident.objects.filter(pk=kept.pk).update(stage="resolved", resolved_at=clock.now() - DAY)
    assert len(published.from_database().incidents) == 1  # it was over yesterday
    Incident.objects.filter(pk=kept.pk).update(resolved_at=long_ago + HOUR)
    assert published.from_database().incidents == ()
