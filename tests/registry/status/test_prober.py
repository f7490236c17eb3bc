"""Round after round: what is measured becomes statuses, an incident, a page; whatever hangs, jumps, or is damaged."""

import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.status.components import KEYS
from registry.status.incidents import Stage
from registry.status.prober import NEWS_WITHIN, pause
from registry.status.times import moment
from tests.registry.status import probed
from tests.registry.status.probed import WELL, reply
from tests.registry.status.scene import DOWN, EVERY, QUICK, Scene, Told


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with probed.probed() as registry:
        yield Scene(registry, Told(), tmp_path / "status")


def test_three_failed_rounds_open_an_incident_and_it_ends_by_itself_with_the_right_times(
    scene: Scene,
) -> None:
    scene.rounds(2)
    assert scene.read("incidents")["incidents"] == []
    fell = scene.now
    scene.rounds(2, well=False, down=["sign-in"])
    assert not scene.prober.state.outages
    scene.rounds(1, well=False, down=["sign-in"])
    (incident,) = scene.told.incidents.values()
    assert incident.started_at == moment(fell)
    assert set(incident.components) == {"forms", "admin"}
    assert scene.read("status")["status"]["indicator"] in ("major", "critical")
    assert scene.read("incidents/unresolved")["incidents"][0]["id"] == incident.id
    back = scene.now
    scene.rounds(2)
    assert [update.stage for update in scene.told.incidents[incident.id].updates] == [Stage.INVESTIGATING]
    scene.rounds(10)
    (over,) = scene.told.incidents.values()
    stages = [update.stage for update in over.updates]
    assert stages == [Stage.INVESTIGATING, Stage.MONITORING, Stage.RESOLVED]
    assert (over.started_at, over.resolved_at) == (moment(fell), moment(back))
    assert scene.read("incidents/unresolved")["incidents"] == []
    assert scene.read("incidents")["incidents"][0]["status"] == "resolved"
    scene.rounds(1)
    assert not scene.prober.state.outages  # it is told: the ledger need not keep it


def test_what_comes_and_goes_is_degraded_and_no_incident(scene: Scene) -> None:
    for _ in range(8):
        scene.rounds(1, well=False, down=["sign-in"])
        scene.rounds(2)
    assert scene.statuses()["admin"] == "degraded_performance"
    assert scene.statuses()["lookups"] == "operational"
    assert not scene.told.incidents


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=-400), timedelta(days=1)])
def test_a_clock_that_jumps_opens_nothing_and_ends_nothing(scene: Scene, jump: timedelta) -> None:
    scene.rounds(5)
    scene.now += jump.total_seconds()
    scene.rounds(5)
    assert not scene.told.incidents
    assert set(scene.statuses().values()) == {"operational"}
    assert abs(seconds_of(scene.read("status")["page"]["updated_at"]) - scene.now) < 2 * EVERY
    scene.rounds(4, well=False)
    (incident,) = scene.told.incidents
    scene.now += jump.total_seconds()
    scene.rounds(2, well=False)
    assert set(scene.told.incidents) == {incident}
    assert not scene.told.incidents[incident].resolved_at
    scene.rounds(14)
    over = scene.told.incidents[incident]
    assert over.resolved_at is not None and over.resolved_at >= over.started_at


def seconds_of(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_each_round_is_one_in_the_ledger_and_a_pause_is_no_data(scene: Scene) -> None:
    scene.rounds(10)
    scene.now += 10 * EVERY
    scene.rounds(10)
    assert scene.raw("SELECT count(*) FROM probe WHERE component = 'forms'") == [(20,)]
    assert scene.raw("SELECT sum(rounds), sum(failed) FROM day WHERE component = 'forms'") == [(20, 0)]


def test_a_database_that_hangs_holds_up_no_round_and_gets_no_second_thread(scene: Scene) -> None:
    scene.rounds(1)
    scene.told.hangs = threading.Event()
    began = time.monotonic()
    scene.rounds(1)
    assert time.monotonic() - began < NEWS_WITHIN + 1  # the drawing waits a little for what is mostly there
    asked = scene.told.asked
    began = time.monotonic()
    scene.rounds(4, well=False)
    assert time.monotonic() - began < 2
    assert scene.told.asked == asked
    assert sum(thread.name == "news" for thread in threading.enumerate()) == 1
    assert scene.read("incidents/unresolved")["incidents"]  # told on the page, at least
    assert not scene.told.incidents
    scene.told.hangs.set()
    scene.told.hangs = None
    time.sleep(0.2)
    scene.rounds(2, well=False)
    assert len(scene.told.incidents) == 1


def test_one_that_hangs_for_a_minute_is_broken_off(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.status.exchange.GIVES_UP_AFTER", 0.5)
    scene.told.hangs = threading.Event()
    scene.rounds(1)
    assert not scene.told.broken_off
    scene.rounds(1)
    assert len(scene.told.broken_off) == 1
    scene.told.hangs.set()


def test_without_its_ledger_it_goes_on_and_ends_what_it_began(scene: Scene) -> None:
    """Damaged between two starts, then removed with the folder while it runs."""
    scene.rounds(2)
    scene.rounds(4, well=False)
    (incident,) = scene.told.incidents
    scene.prober.ledger.close()
    (scene.home / "ledger.sqlite3").write_bytes(b"not what was here before, " * 2_000)
    scene.restart()
    scene.rounds(4, well=False)
    assert (scene.home / "ledger.damaged").exists()
    assert scene.raw("SELECT count(*) FROM probe WHERE component = 'forms'") == [(4,)]
    assert [one["id"] for one in scene.read("incidents/unresolved")["incidents"]] == [incident]
    shutil.rmtree(scene.home)
    scene.rounds(2, well=False)
    assert scene.raw("SELECT count(*) FROM probe WHERE component = 'forms'") == [(2,)]
    assert [one["id"] for one in scene.read("incidents/unresolved")["incidents"]] == [incident]
    scene.rounds(14)
    assert [one.resolved_at is not None for one in scene.told.incidents.values()] == [True]


def test_a_state_that_makes_no_sense_is_left_behind(scene: Scene) -> None:
    scene.rounds(2)
    scene.prober.ledger.close()
    with sqlite3.connect(scene.home / "ledger.sqlite3") as file:
        file.execute('UPDATE state SET value = \'{"forms": {"status": "superb"}}\' WHERE name = \'healths\'')
    (scene.home / "published.json").write_text('{"incidents": [{}]}')
    scene.restart()
    scene.rounds(1)
    assert set(scene.statuses()) == set(KEYS)


def test_where_the_page_can_t_be_written_it_says_so_once_and_tries_again(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.rounds(1)
    public, aside = scene.home / "public", scene.home / "aside"
    public.rename(aside)
    public.write_bytes(b"a file where the folder should be")
    with caplog.at_level(logging.INFO):
        scene.rounds(3)
        assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == [
            "the status page: can't be written, Not a directory"
        ]
        public.unlink()
        aside.rename(public)
        scene.rounds(1)
    assert "the status page: well again" in caplog.text
    assert scene.raw("SELECT count(*) FROM probe WHERE component = 'forms'") == [(5,)]


def test_the_log_says_once_what_failed_and_why(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        scene.rounds(4, well=False, down=["admin"])
        scene.rounds(2)
    assert [line for line in caplog.messages if line.startswith("check of")] == [
        "check of admin: major_outage, status_503",
        "check of admin: well again",
    ]


def test_the_log_holds_no_words_of_what_failed(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.told.is_away = True
    scene.rounds(3)
    assert caplog.messages.count("published incidents: not to be had, ConnectionError") == 1
    assert "Siti" not in caplog.text


def test_a_key_that_is_refused_is_made_anew_but_not_over_and_over(scene: Scene) -> None:
    (first,) = {one.headers["authorization"] for one in asked_by(scene)}
    refusing = reply(401, {"code": "key_revoked"})
    scene.rounds(1)
    for _ in range(6):
        scene.registry.answers = dict(QUICK) | {name: refusing for name in WELL if "/v1/" in name}
        scene.prober.round()
        scene.now += EVERY
    assert not scene.told.incidents  # it says nothing about the service
    scene.prober.exchange._no_key_until = 0
    scene.prober.round()
    assert (scene.home / "key").read_text().strip() != first.removeprefix("bearer ")
    made = (scene.home / "key").read_text()
    scene.prober.round()
    assert (scene.home / "key").read_text() == made


def asked_by(scene: Scene) -> list[Any]:
    scene.rounds(1)
    return [one for one in scene.registry.asked if "authorization" in one.headers]


def test_a_start_that_takes_its_time_is_no_outage(scene: Scene) -> None:
    scene.registry.everything(DOWN)
    threading.Timer(0.7, lambda: scene.registry.answers.update(WELL)).start()
    began = time.monotonic()
    scene.prober.warm_up(15)
    assert 0.5 < time.monotonic() - began < 5
    assert scene.raw("SELECT count(*) FROM probe") == [(0,)]
    scene.registry.everything(DOWN)
    began = time.monotonic()
    scene.prober.warm_up(1)  # nor is it waited for, for ever
    assert 1 <= time.monotonic() - began < 3


@given(
    st.floats(0, 4e9), st.floats(0, 3), st.sampled_from([0.1, 1.0, 7.0, 30.0, 3600.0]), st.floats(-1e6, 1e6)
)
def test_rounds_fall_into_the_middle_of_their_stretch(
    began: float, took: float, every: float, jump: float
) -> None:
    now = began + took * every
    wait = pause(began, now, every)
    assert 0 <= wait <= 2 * every
    assert (now + wait) // every != began // every
    assert abs((now + wait) / every % 1 - 0.5) < 0.01
    assert 0 <= pause(began, now + jump, every) <= 2 * every


def test_a_first_round_that_failed_is_not_called_all_well(scene: Scene) -> None:
    scene.rounds(1, well=False)
    assert scene.read("status")["status"]["description"] == "No data"
    assert not any(one["measured"] for one in scene.read("components")["components"])
    scene.rounds(2, well=False)
    assert scene.read("status")["status"]["indicator"] == "critical"
