"""Several who tell at the same moment, on real connections."""

from datetime import timedelta

import pytest

from accounts import clock
from accounts.audit.models import Event
from accounts.ids import new_id
from accounts.people.models import User
from registry.status import services
from registry.status.incidents import Stage
from registry.status.models import Incident, IncidentUpdate
from tests.racing import outcomes, race
from tests.registry.status.telling import WORDS, newest, opened
from tests.registry.status.test_telling_probers import and_then, found

pytestmark = pytest.mark.usefixtures("committed")
AT_ONCE = 8


def test_of_eight_updates_at_once_one_is_next_and_the_others_are_told(olga: User, sinta: User) -> None:
    """Failed without the lock: all eight followed the same update."""
    row = opened(by=olga)
    seen = newest(row)

    def one(by: User) -> object:
        return services.update(row, stage="monitoring", seen=seen, by=by, **WORDS)

    said = race(*[lambda by=by: one(by) for by in [olga, sinta] * (AT_ONCE // 2)])
    assert outcomes(said) == {"done": 1, "stale": AT_ONCE - 1}
    assert IncidentUpdate.objects.count() == Event.objects.filter(kind__startswith="incident").count() == 2


def test_one_form_sent_eight_times_at_once_is_one_incident_with_one_update(olga: User) -> None:
    """Failed with a look before the row was made: its primary key refused the others."""
    as_id = new_id("inc")
    assert race(*[lambda: opened(by=olga, as_id=as_id)] * AT_ONCE) == ["done"] * AT_ONCE
    assert (Incident.objects.count(), IncidentUpdate.objects.count()) == (1, 1)
    assert Event.objects.filter(kind="incident.opened").count() == 1


def test_eight_probers_at_once_open_one_incident(db_of_the_test: None) -> None:
    """Failed without the lock: one_open_incident_of_the_prober refused the others."""
    now = clock.now()
    own = [found(now - n * timedelta(minutes=1), Stage.INVESTIGATING) for n in range(2, 2 + AT_ONCE)]
    assert race(*[lambda one=one: services.tell(one) for one in own]) == ["done"] * AT_ONCE
    assert Incident.objects.open().ours().count() == Incident.objects.count() == 1
    assert IncidentUpdate.objects.count() == Event.objects.filter(kind="incident.opened").count() == 1


def test_one_outage_told_eight_times_at_once_is_told_once(db_of_the_test: None) -> None:
    """Failed without the lock: an update's primary key refused the others."""
    now = clock.now()
    own = found(now - timedelta(minutes=5), Stage.INVESTIGATING)
    for news in (own, and_then(own, Stage.MONITORING, now)):
        assert race(*[lambda news=news: services.tell(news)] * AT_ONCE) == ["done"] * AT_ONCE
    assert IncidentUpdate.objects.count() == Event.objects.filter(kind__startswith="incident").count() == 2


def test_staff_and_a_prober_at_once_follow_one_another(olga: User) -> None:
    """Failed without the lock of `update`: what a prober had told was not seen, and not followed."""
    now = clock.now()
    own = found(now - timedelta(minutes=5), Stage.INVESTIGATING)
    services.tell(own)
    row, news = Incident.objects.get(), and_then(own, Stage.MONITORING, now)
    seen = newest(row)
    said = race(
        lambda: services.update(row, stage="resolved", seen=seen, by=olga, **WORDS),
        lambda: services.tell(news),
    )
    row.refresh_from_db()
    stages = list(row.updates.values_list("stage", flat=True))
    assert (said, stages) in [
        (["done", "done"], ["investigating", "resolved"]),  # staff were first: it is over
        (["stale", "done"], ["investigating", "monitoring"]),
    ]
    assert row.stage == stages[-1]
