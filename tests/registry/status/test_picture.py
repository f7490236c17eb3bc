"""What the banner says, of what was measured and of what is told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.text import Text
from registry.status.components import KEYS, Status
from registry.status.incidents import Impact, Stage
from tests.registry.status.pictures import NOW, incident, picture, update

WATCHED = replace(
    incident(impact=Impact.CRITICAL),
    updates=(
        *incident().updates,
        update(Stage.MONITORING, NOW - timedelta(minutes=1), Text("Kami memantau.", "We watch.")),
    ),
)


def test_what_works_again_while_it_is_watched_is_no_outage_any_more() -> None:
    overall = picture(incidents=[WATCHED]).overall
    assert (overall.indicator, overall.description.en) == ("minor", "Working again; we are watching")


@pytest.mark.parametrize(
    ("statuses", "incidents", "indicator"),
    [
        ({}, [], "none"),
        ({}, [incident(impact=Impact.CRITICAL)], "critical"),
        ({}, [WATCHED, incident("other", impact=Impact.MAJOR)], "critical"),
        ({"lookups": Status.MAJOR}, [WATCHED], "critical"),
        ({"lookups": Status.MAJOR}, [], "major"),
        ({"lookups": Status.PARTIAL}, [], "minor"),
        ({"forms": Status.DEGRADED}, [], "minor"),
        (dict.fromkeys(KEYS, Status.MAJOR), [], "critical"),
    ],
)
def test_what_is_measured_or_still_told_counts(
    statuses: dict[str, Status], incidents: list[object], indicator: str
) -> None:
    assert picture(statuses=statuses, incidents=incidents).overall.indicator == indicator
