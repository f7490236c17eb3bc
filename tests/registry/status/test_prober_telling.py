"""What a prober tells and is told: an outage that waits for the database, what staff wrote, what they called over."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from accounts.text import Text
from registry.status.components import KEYS
from registry.status.incidents import Impact, Incident, Stage, Update
from registry.status.times import moment
from tests.registry.status import probed
from tests.registry.status.scene import EVERY, MORNING, Scene, Told


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with probed.probed() as registry:
        yield Scene(registry, Told(), tmp_path / "status")


def test_what_could_not_be_told_is_told_when_the_database_is_back_also_by_another_process(
    scene: Scene,
) -> None:
    scene.rounds(1)
    scene.told.is_away = True
    fell = scene.now
    scene.rounds(5, well=False)
    back = scene.now
    scene.rounds(12)
    shown = scene.read("incidents")["incidents"]
    assert [one["status"] for one in shown] == ["resolved"]
    scene.restart()
    scene.rounds(1)
    assert [one["id"] for one in scene.read("incidents")["incidents"]] == [shown[0]["id"]]
    scene.told.is_away = False
    scene.rounds(1)
    (incident,) = scene.told.incidents.values()
    assert incident.id == shown[0]["id"]
    assert (incident.started_at, incident.resolved_at) == (moment(fell), moment(back))
    scene.rounds(2)
    assert not scene.prober.state.outages
    assert len(scene.told.incidents) == 1


def test_what_staff_told_is_on_the_page_also_after_a_restart_without_the_database(scene: Scene) -> None:
    written = told("inc_staff", "Emails are late")
    scene.told.incidents[written.id] = written
    scene.rounds(1)
    scene.told.is_away = True
    scene.restart()
    scene.rounds(1)
    assert [one["name"] for one in scene.read("incidents")["incidents"]] == ["Emails are late"]


def told(pk: str, title: str, **facts: Any) -> Incident:
    at = moment(MORNING - 600)
    update = Update(f"upd_{pk}", Stage.INVESTIGATING, Text("Kabar.", "News."), at)
    incident = Incident(pk, Text(title, title), Impact.MINOR, ("messages",), at, (update,))
    return replace(incident, **facts)


def test_in_a_maintenance_a_failure_counts_neither_for_nor_against_it(scene: Scene) -> None:
    planned = told(
        "inc_work",
        "A bigger disk",
        impact=Impact.MAINTENANCE,
        components=KEYS,
        scheduled_for=moment(MORNING),
        scheduled_until=moment(MORNING + 4 * EVERY),
        updates=(Update("upd_1", Stage.SCHEDULED, Text("…", "…"), moment(MORNING - 600)),),
    )
    scene.told.incidents[planned.id] = planned
    scene.prober.exchange.turn()
    scene.rounds(4, well=False)
    assert set(scene.told.incidents) == {planned.id}
    assert scene.raw("SELECT sum(rounds), sum(failed), sum(planned) FROM day") == [(0, 0, 16)]
    assert scene.read("summary")["components"][-1]["status"]
    scene.rounds(2, well=False)
    assert len(scene.told.incidents) == 2  # it goes on after its time


def test_what_staff_called_over_hides_nothing_that_fails_besides(scene: Scene) -> None:
    """Quiet about what was called over for as long as it fails; more than that is another incident."""
    scene.rounds(3, well=False, down=["probes"])
    (first,) = scene.told.incidents.values()
    words, now = Text("Selesai.", "Over."), moment(scene.now)
    over = Update("upd_staff", Stage.RESOLVED, words, now)
    scene.told.called_over[first.id] = replace(first, updates=(*first.updates, over), resolved_at=now)
    scene.rounds(4, well=False, down=["probes"])
    assert len(scene.told.incidents) == 1
    scene.rounds(4, well=False)
    _, second = scene.told.incidents.values()
    assert set(second.components) == set(KEYS)
    assert [one["id"] for one in scene.read("incidents/unresolved")["incidents"]] == [second.id]


def test_what_staff_called_over_and_then_worked_is_news_when_it_fails_again(scene: Scene) -> None:
    scene.rounds(3, well=False, down=["probes"])
    (first,) = scene.told.incidents.values()
    words, now = Text("Selesai.", "Over."), moment(scene.now)
    over = Update("upd_staff", Stage.RESOLVED, words, now)
    scene.told.called_over[first.id] = replace(first, updates=(*first.updates, over), resolved_at=now)
    scene.rounds(4)
    scene.rounds(3, well=False, down=["probes"])
    assert len(scene.told.incidents) == 2
