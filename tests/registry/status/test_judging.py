"""From rounds to a status: what three in a row do, and what one alone does not."""

import pytest

from registry.status.components import Status
from registry.status.judging import Health, Result, judged

OK, SLOW, PART, DOWN = Status.OPERATIONAL, Status.DEGRADED, Status.PARTIAL, Status.MAJOR
EVERY = 30.0
START = 1_800_000_000.0


def after(outcomes: list[Status], *, start: float = START, health: Health | None = None) -> Health:
    for number, outcome in enumerate(outcomes):
        health = judged(health, Result("lookups", start + number * EVERY, outcome), every=EVERY)
    assert health is not None
    return health


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        ([OK], OK),
        ([DOWN], OK),
        ([DOWN, DOWN], OK),
        ([DOWN, DOWN, DOWN], DOWN),
        ([OK, DOWN, DOWN, OK], OK),
        ([PART, DOWN, PART], PART),
        ([DOWN, PART, DOWN, DOWN, DOWN], DOWN),
        ([DOWN] * 3 + [OK, OK], DOWN),
        ([DOWN] * 3 + [OK, OK, OK], OK),
        ([DOWN] * 3 + [OK, OK, DOWN, OK, OK], DOWN),
        ([DOWN] * 3 + [PART, PART, PART], PART),
        ([SLOW, SLOW], OK),
        ([SLOW, SLOW, SLOW], SLOW),
        ([SLOW] * 3 + [OK] * 3, OK),
        ([SLOW] * 3 + [DOWN] * 3, DOWN),
    ],
)
def test_three_in_a_row_change_a_status_and_fewer_do_not(outcomes: list[Status], status: Status) -> None:
    assert after(outcomes).status == status


def test_what_comes_and_goes_is_degraded_until_it_has_settled() -> None:
    """Never three in a row, and yet no one would call it operational."""
    flapping = [OK, DOWN, OK, DOWN, OK, DOWN]
    assert after(flapping[:-1]).status == OK
    assert after(flapping).status == SLOW
    assert after([*flapping, OK, OK, OK]).status == SLOW  # three failed of the last ten
    assert after([*flapping, *[OK] * 9]).status == OK
    assert after(flapping).since == START + EVERY  # from the first of them on


def test_an_outage_that_is_over_does_not_count_as_flapping() -> None:
    assert after([DOWN] * 10 + [OK] * 4).status == OK


def test_a_status_counts_from_the_first_of_the_rounds_that_made_it() -> None:
    assert after([OK, OK, DOWN, DOWN, DOWN, DOWN]).since == START + 2 * EVERY
    assert after([DOWN] * 4 + [OK] * 5).since == START + 4 * EVERY


def test_what_was_before_a_gap_says_nothing_any_more() -> None:
    before = after([OK, DOWN, DOWN])
    assert after([DOWN, DOWN], start=START + 3600, health=before).status == OK
    assert after([DOWN] * 3, start=START + 3600, health=before).status == DOWN
    for rounds_later, status in ((3, DOWN), (3.1, OK)):
        assert after([DOWN], start=before.seen + rounds_later * EVERY, health=before).status == status


def test_nothing_but_failures_is_not_known_to_work() -> None:
    """Three of them are an outage; one after hours without data is no reason to say that all is well."""
    assert [after([DOWN] * count).is_known for count in (1, 2, 3)] == [False, False, True]
    before = after([OK, OK, OK])
    assert not after([DOWN], start=START + 3600, health=before).is_known
    assert after([OK, DOWN, DOWN]).is_known


def test_a_clock_that_is_put_back_is_no_gap() -> None:
    before = after([DOWN, DOWN])
    assert after([DOWN], start=START - 3600, health=before).status == DOWN
