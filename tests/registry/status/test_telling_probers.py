"""What probers tell: their own incident, once, whatever happens between."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from accounts import clock
from accounts.audit.models import Event
from accounts.ids import new_id
from accounts.people.models import User
from accounts.text import Text
from registry.status import published, services
from registry.status.incidents import Impact, Stage, Update
from registry.status.incidents import Incident as Told
from registry.status.models import Incident, IncidentUpdate
from tests.registry.status.telling import follow

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now(db: None) -> datetime:
    return clock.now()


def said(stage: Stage, at: datetime, *components: str) -> Update:
    return Update(new_id("upd"), stage, Text("Kabar", "News"), at, components or ("lookups",))


def found(began: datetime, *stages: Stage) -> Told:
    """An outage that took a minute from each step to the next."""
    updates = tuple(said(stage, began + n * MINUTE) for n, stage in enumerate(stages, 1))
    over = updates[-1].at if stages[-1] == Stage.RESOLVED else None
    title = Text("Gangguan: Pencarian nomor", "Outage: Look-ups")
    return Told(new_id("inc"), title, Impact.MAJOR, ("lookups",), began, updates, over, automatic=True)


def and_then(own: Told, stage: Stage, at: datetime, *components: str) -> Told:
    update = said(stage, at, *components)
    together = tuple(dict.fromkeys([*own.components, *update.components]))
    over = at if stage == Stage.RESOLVED else None
    return replace(own, updates=(*own.updates, update), components=together, resolved_at=over)


def test_an_outage_is_told_once_and_what_comes_to_it_too(now: datetime) -> None:
    own = found(now - 10 * MINUTE, Stage.INVESTIGATING)
    services.tell(own)
    services.tell(own)
    assert published.from_database().incidents == (own,)
    own = and_then(own, Stage.INVESTIGATING, now - 8 * MINUTE, "messages")
    own = and_then(own, Stage.MONITORING, now - 5 * MINUTE)
    services.tell(own)
    own = and_then(own, Stage.RESOLVED, now - 2 * MINUTE)
    for _ in range(2):
        services.tell(own)
    assert published.from_database().incidents == (own,)
    events = Event.objects.order_by("seq").values_list("kind", "by", "on", "data__stage", "data__update")
    opened, monitoring, resolved = (own.updates[n].id for n in (0, 2, 3))
    assert list(events) == [
        ("incident.opened", "system", own.id, "investigating", opened),
        ("incident.updated", "system", own.id, "monitoring", monitoring),
        ("incident.updated", "system", own.id, "resolved", resolved),
    ]


def test_what_happened_while_the_database_was_away_is_told_whole(now: datetime) -> None:
    own = found(now - 30 * MINUTE, Stage.INVESTIGATING, Stage.MONITORING, Stage.RESOLVED)
    services.tell(own)
    assert published.from_database().incidents == (own,)
    assert Event.objects.get(kind="incident.opened").data["update"] == own.updates[-1].id
    assert Event.objects.count() == 1  # one mail, not three


def test_another_probers_incident_stands_for_it(now: datetime) -> None:
    first, second = (found(now - n * MINUTE, Stage.INVESTIGATING) for n in (10, 9))
    services.tell(first)
    services.tell(second)
    assert [incident.id for incident in published.from_database().incidents] == [first.id]
    own_page = published.from_database().and_own([second])
    assert [incident.id for incident in own_page.incidents] == [first.id]


def test_what_is_over_elsewhere_does_not_hide_what_still_goes_on_here(now: datetime) -> None:
    first = found(now - 10 * MINUTE, Stage.INVESTIGATING, Stage.RESOLVED)
    second = found(now - 9 * MINUTE, Stage.INVESTIGATING)
    services.tell(first)
    assert len(published.from_database().and_own([second]).incidents) == 2
    services.tell(second)
    assert Incident.objects.open().ours().get().pk == second.id
    ended = found(now - 10 * MINUTE, Stage.INVESTIGATING, Stage.RESOLVED)
    services.tell(ended)  # over as well: the first stands for it
    assert Incident.objects.count() == 2


def test_what_two_tell_when_it_is_over_is_one_incident(now: datetime) -> None:
    """The database was away: each tells of all of it at once."""
    for began in (now - 10 * MINUTE, now - 9 * MINUTE):
        services.tell(found(began, Stage.INVESTIGATING, Stage.MONITORING, Stage.RESOLVED))
    assert Incident.objects.count() == Event.objects.count() == 1


def test_an_outage_of_another_time_is_another_incident(now: datetime) -> None:
    services.tell(found(now - 60 * MINUTE, Stage.INVESTIGATING, Stage.RESOLVED))
    services.tell(found(now - 10 * MINUTE, Stage.INVESTIGATING))
    assert Incident.objects.count() == 2


def test_staff_go_on_with_what_a_prober_opened(now: datetime, olga: User) -> None:
    own = found(now - 10 * MINUTE, Stage.INVESTIGATING)
    services.tell(own)
    row = follow(Incident.objects.get(), Stage.IDENTIFIED, by=olga, impact="minor")
    services.tell(and_then(replace(own, impact=Impact.CRITICAL), Stage.MONITORING, now - MINUTE))
    row.refresh_from_db()
    assert (row.stage, row.impact) == ("monitoring", "minor")  # how bad it is, staff have said
    stages = row.updates.values_list("stage", flat=True)
    assert list(stages) == [
        "investigating",
        "identified",
        "monitoring",
    ]  # in the order in which they were told


def test_what_staff_called_over_stays_over(now: datetime, olga: User) -> None:
    own = found(now - 10 * MINUTE, Stage.INVESTIGATING)
    services.tell(own)
    row = follow(Incident.objects.get(), Stage.RESOLVED, by=olga)
    before = Incident.objects.values().get()
    own = and_then(and_then(own, Stage.MONITORING, now), Stage.RESOLVED, now)
    services.tell(own)
    assert Incident.objects.values().get() == before and row.updates.count() == 2
    (shown,) = published.from_database().and_own([own]).incidents
    assert [update.stage for update in shown.updates] == [Stage.INVESTIGATING, Stage.RESOLVED]
    services.tell(found(now - 10 * MINUTE, Stage.INVESTIGATING))  # it goes on: the prober opens another
    assert Incident.objects.open().ours().count() == 1


def test_an_outage_that_gets_worse_says_so_without_an_update(now: datetime) -> None:
    own = found(now - 10 * MINUTE, Stage.INVESTIGATING)
    services.tell(own)
    for _ in range(2):
        services.tell(replace(own, impact=Impact.CRITICAL))
    assert (Incident.objects.get().impact, IncidentUpdate.objects.count()) == ("critical", 1)
    services.tell(replace(own, impact=Impact.MINOR))
    assert Incident.objects.get().impact == "critical"
    assert Event.objects.get(kind="incident.regraded").data == {"impact": "critical"}


def test_a_prober_whose_clock_is_ahead_tells_nothing_of_tomorrow(now: datetime, olga: User) -> None:
    ahead = now + timedelta(days=1)
    own = found(ahead, Stage.INVESTIGATING, Stage.MONITORING, Stage.RESOLVED)
    services.tell(own)
    row = Incident.objects.get()
    times = [row.started_at, *row.updates.values_list("at", flat=True)]
    assert times == sorted(times) and max(times) <= clock.now()
    assert row.resolved_at is not None and row.started_at <= row.resolved_at <= clock.now()
    assert list(row.updates.values_list("stage", flat=True)) == ["investigating", "monitoring", "resolved"]
    follow(row, Stage.POSTMORTEM, by=olga)


def test_a_clock_that_was_put_back_does_not_change_the_order(now: datetime) -> None:
    own = found(now - 10 * MINUTE, Stage.INVESTIGATING)
    services.tell(own)
    own = and_then(own, Stage.RESOLVED, now - 60 * MINUTE)
    services.tell(own)
    row = Incident.objects.get()
    assert list(row.updates.values_list("stage", flat=True)) == ["investigating", "resolved"]
    assert row.resolved_at == row.started_at
