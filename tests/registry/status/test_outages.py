"""The prober's own incident: one for whatever fails together, opened and closed with the times of the rounds."""

from datetime import UTC, datetime

from registry.status.components import KEYS, Status
from registry.status.incidents import Impact, Stage
from registry.status.judging import Health, Result, judged
from registry.status.outages import Outage, followed, told

OK, PART, DOWN = Status.OPERATIONAL, Status.PARTIAL, Status.MAJOR
EVERY = 30.0
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC).timestamp()


class Story:
    """Rounds of all components, told one after the other; `down` names those that fail in a round."""

    def __init__(self) -> None:
        self.healths: dict[str, Health] = {}
        self.outage: Outage | None = None
        self.now = START

    def rounds(
        self, count: int, *down: str, outcome: Status = DOWN, planned: frozenset[str] = frozenset()
    ) -> "Story":
        for _ in range(count):
            for key in KEYS:
                result = Result(key, self.now, outcome if key in down else OK)
                self.healths[key] = judged(self.healths.get(key), result, every=EVERY)
            self.outage = followed(self.outage, self.healths, self.now + 1, planned=planned)
            self.now += EVERY
        return self

    @property
    def stages(self) -> list[tuple[Stage, tuple[str, ...]]]:
        assert self.outage is not None
        return [(step.stage, step.components) for step in self.outage.steps]


def test_it_opens_after_three_failures_and_begins_with_the_first() -> None:
    assert Story().rounds(2).rounds(2, "forms").outage is None
    story = Story().rounds(2).rounds(3, "forms")
    assert story.outage is not None
    assert story.outage.started_at == START + 2 * EVERY
    assert story.outage.impact == Impact.MAJOR
    assert story.stages == [(Stage.INVESTIGATING, ("forms",))]


def test_it_ends_with_the_first_good_round_once_ten_were_good() -> None:
    for good, stages in [
        (3, [Stage.INVESTIGATING, Stage.MONITORING]),
        (9, [Stage.INVESTIGATING, Stage.MONITORING]),
        (10, [Stage.INVESTIGATING, Stage.MONITORING, Stage.RESOLVED]),
    ]:
        story = Story().rounds(4, "forms").rounds(good)
        assert [stage for stage, _ in story.stages] == stages
    assert story.outage is not None
    assert story.outage.ended_at == START + 4 * EVERY


def test_what_fails_later_belongs_to_the_same_incident() -> None:
    story = Story().rounds(3, "forms").rounds(4, "forms", "admin")
    assert story.stages == [(Stage.INVESTIGATING, ("forms",)), (Stage.INVESTIGATING, ("admin",))]
    assert story.outage is not None
    assert story.outage.components == ("forms", "admin")


def test_what_fails_again_while_it_is_watched_does_too() -> None:
    story = Story().rounds(3, "forms").rounds(4).rounds(3, "forms").rounds(12)
    assert [stage for stage, _ in story.stages] == [
        Stage.INVESTIGATING, Stage.MONITORING, Stage.INVESTIGATING, Stage.MONITORING, Stage.RESOLVED,
    ]  # fmt: skip
    assert story.outage is not None
    assert story.outage.ended_at == START + 10 * EVERY


def test_what_comes_and_goes_for_an_hour_is_not_told_forty_times() -> None:
    story = Story()
    for _ in range(20):
        story.rounds(3, "forms").rounds(3)
    assert [stage for stage, _ in story.stages] == [Stage.INVESTIGATING, Stage.MONITORING] * 2 + [
        Stage.INVESTIGATING
    ]
    began = story.now - 3 * EVERY
    story.rounds(7)
    assert [stage for stage, _ in story.stages[-2:]] == [Stage.INVESTIGATING, Stage.MONITORING]
    story.rounds(1)
    assert story.outage is not None
    assert story.outage.is_over and story.outage.ended_at == began


def test_after_it_was_resolved_the_next_is_another() -> None:
    story = Story().rounds(3, "forms").rounds(12)
    first = story.outage
    story.rounds(3, "forms")
    assert first is not None
    assert story.outage is not None
    assert story.outage.id != first.id


def test_look_ups_that_are_out_are_critical_and_parts_of_something_minor() -> None:
    for down, outcome, impact in [
        (["lookups"], DOWN, Impact.CRITICAL),
        (["forms"], DOWN, Impact.MAJOR),
        (["forms"], PART, Impact.MINOR),
        (list(KEYS), PART, Impact.MINOR),
    ]:
        story = Story().rounds(3, *down, outcome=outcome)
        assert story.outage is not None
        assert story.outage.impact == impact


def test_it_is_called_as_bad_as_it_was_at_its_worst() -> None:
    story = Story().rounds(3, "forms")
    for down, impact in [((), Impact.MAJOR), (("lookups",), Impact.CRITICAL), ((), Impact.CRITICAL)]:
        story.rounds(3, "forms", *down)
        assert story.outage is not None
        assert story.outage.impact == impact
    story.rounds(12)
    assert story.outage is not None
    assert (story.outage.is_over, story.outage.impact) == (True, Impact.CRITICAL)


def test_what_is_announced_opens_nothing() -> None:
    assert Story().rounds(5, "forms", planned=frozenset({"forms"})).outage is None
    story = Story().rounds(3, "forms").rounds(4, "forms", "admin", planned=frozenset({"admin"}))
    assert story.stages == [(Stage.INVESTIGATING, ("forms",))]


def test_a_clock_that_is_put_back_lets_no_incident_end_before_it_began() -> None:
    story = Story().rounds(3, "forms")
    story.now -= 3600
    story.rounds(12)
    assert story.outage is not None
    assert story.outage.is_over
    assert story.outage.ended_at is not None
    assert story.outage.ended_at >= story.outage.started_at
    times = [step.at for step in story.outage.steps]
    assert times == sorted(times)


def test_a_clock_that_is_put_back_lets_nothing_be_told_before_it_began() -> None:
    story = Story().rounds(1).rounds(1, "forms")
    story.now -= 3600
    story.rounds(2, "forms")
    assert story.outage is not None
    assert story.outage.steps[0].at >= story.outage.started_at


def test_it_is_told_in_both_languages_with_the_time_in_jakarta_and_utc() -> None:
    story = Story().rounds(4, "forms").rounds(12)
    assert story.outage is not None
    incident = told(story.outage)
    assert incident.title.en == "Outage: Owners' forms"
    assert incident.title.id == "Gangguan: Formulir pemilik usaha"
    assert incident.started_at == datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    assert incident.resolved_at == datetime(2026, 11, 22, 10, 2, tzinfo=UTC)
    opened, back, over = (update.body for update in incident.updates)
    assert "17:00 WIB (10:00 UTC)" in opened.en
    assert "17.00 WIB (10.00 UTC)" in opened.id
    assert "17:02 WIB" in back.en
    assert "2 min." in over.en
    assert "2 menit" in over.id
