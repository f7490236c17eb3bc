"""Round after round: what is measured becomes statuses, an incident, a page; whatever hangs, jumps, or is damaged."""

import json
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.text import Text
from registry.status.asking import Registry
from registry.status.components import KEYS
from registry.status.exchange import Exchange
from registry.status.incidents import Impact, Incident, Published, Stage, Update
from registry.status.prober import NEWS_WITHIN, Prober, pause
from registry.status.probing import Measuring
from registry.status.sources import News
from registry.status.times import moment
from tests.registry.status import probed
from tests.registry.status.probed import WELL, Probed, reply

EVERY = 30.0
MORNING = datetime(2026, 11, 22, 3, 0, 15, tzinfo=UTC).timestamp()
DOWN = reply(503)
QUICK = {**WELL, "POST /v1/probes": reply(201, probed.MESSAGE)}  # sent at once


@dataclass
class Told:
    """Stands where the database would: keeps what it is told, and may be away, or hang."""

    keeps_ours = True
    incidents: dict[str, Incident] = field(default_factory=dict)
    is_away: bool = False
    hangs: threading.Event | None = None
    asked: int = 0
    broken_off: list[float] = field(default_factory=list)
    called_over: dict[str, Incident] = field(default_factory=dict)  # by staff

    def exchange(self, own: Sequence[Incident], *, wants_key: bool) -> News:
        self.asked += 1
        if self.hangs is not None:
            self.hangs.wait(60)
        if self.is_away:
            raise ConnectionError("of Siti, +6281234567890")
        self.incidents |= {incident.id: incident for incident in own}
        known = (self.incidents | self.called_over).values()
        newest = sorted(known, key=lambda one: one.started_at, reverse=True)
        return News(Published(datetime.now(UTC), tuple(newest)), f"key {self.asked}" if wants_key else "")

    def break_off(self) -> None:
        self.broken_off.append(time.monotonic())


@dataclass
class Scene:
    registry: Probed
    told: Told
    home: Path
    now: float = MORNING
    prober: Prober = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        exchange = Exchange(self.told, self.home)
        measuring = Measuring(Registry(self.registry.url))
        self.prober = Prober(measuring, exchange, self.home / "public", every=EVERY, wall=lambda: self.now)
        exchange.turn()  # for a key

    def rounds(self, count: int, *, well: bool = True, down: Sequence[str] = ()) -> None:
        self.registry.answers = dict(QUICK)
        names = [name for name in WELL if any(one in name for one in down)] if down else [*WELL]
        if not well:
            self.registry.answers |= dict.fromkeys(names, DOWN)
        for _ in range(count):
            self.prober.round()
            self.now += EVERY

    def read(self, name: str) -> Any:
        return json.loads((self.home / "public" / "api" / "v2" / f"{name}.json").read_text())

    def statuses(self) -> dict[str, str]:
        return {key: health.status.value for key, health in self.prober.state.healths.items()}

    def raw(self, sql: str) -> list[Any]:
        with sqlite3.connect(self.home / "ledger.sqlite3") as file:
            return file.execute(sql).fetchall()


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
