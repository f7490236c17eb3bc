"""The prober's own incident as people read it, and as a prober that lost its ledger goes on with it."""

from dataclasses import replace

from registry.status.components import BY_KEY
from registry.status.incidents import Incident, Stage
from registry.status.outages import AGAIN, WIDER, followed, taken_over, told
from tests.registry.status.test_outages import EVERY, START, Story

FORMS = BY_KEY["forms"].name
ADMIN = BY_KEY["admin"].name


def as_told(story: Story) -> Incident:
    assert story.outage is not None
    return told(story.outage)


def test_what_fails_besides_and_what_fails_again_are_told_apart() -> None:
    wider = as_told(Story().rounds(3, "forms").rounds(3, "forms", "admin"))
    assert wider.updates[-1].body == WIDER.format(names=ADMIN)
    again = as_told(Story().rounds(3, "forms").rounds(4).rounds(3, "forms"))
    assert again.updates[-1].body == AGAIN.format(names=FORMS)


def test_a_short_one_lasted_less_than_a_minute() -> None:
    short = Story().rounds(3, "forms").rounds(12)
    assert short.outage is not None
    over = told(replace(short.outage, ended_at=short.outage.started_at + 59)).updates[-1]
    assert over.stage == Stage.RESOLVED
    assert over.body.en == "The outage is over. It lasted less than a minute."
    assert over.body.id == "Gangguan selesai. Lamanya kurang dari satu menit."


def test_what_is_announced_does_not_widen_what_goes_on() -> None:
    going = Story().rounds(3, "forms").rounds(4, "forms", "admin", planned=frozenset({"admin"}))
    assert going.stages == [(Stage.INVESTIGATING, ("forms",))]


def test_one_that_was_taken_over_ends_when_it_worked_again() -> None:
    """Not when the prober that lost its ledger was sure of it."""
    watched = Story().rounds(3, "forms").rounds(4)
    assert watched.outage is not None
    ours = told(watched.outage)
    anonymous = replace(ours, updates=tuple(replace(update, components=()) for update in ours.updates))
    for known in (ours, anonymous):  # what staff wrote names no components of its own
        outage = taken_over(known)
        assert outage.components == ("forms",)
        assert outage.ended_at == watched.outage.steps[-1].at
        ended = followed(outage, Story().rounds(12).healths, START + 20 * EVERY)
        assert ended is not None
        assert ended.is_over and ended.ended_at == outage.ended_at
