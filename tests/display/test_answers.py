"""The bytes of answers: numbers sorted out at one look or one by one, and who takes gzip."""

import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.businesses import numbers
from accounts.display import answers
from accounts.display.answers import GZIP_PAYS_FROM, Freshness

FRESH = Freshness("2026-11-22T10:00:00Z")
DIGITS = st.text("0123456789", max_size=17)
WRITTEN = st.one_of(
    DIGITS.map("+{}".format), DIGITS.map("+62{}".format), DIGITS.map("+1202{}".format), st.text(max_size=6)
)


@given(st.lists(WRITTEN | st.lists(WRITTEN, max_size=2).map("\n".join), max_size=5))
@example(["+12025550123\n+12025550124"])
@example(["+12025550123", "+12025550123\n"])
@example(["+62081234567890", "+390612345678", "+700123456789", "+12025550123"])
@example([""])
@example([])
def test_one_look_finds_what_one_by_one_would(asked: list[str]) -> None:
    once = list(dict.fromkeys(asked))
    right = [number for number in once if numbers.is_e164(number) and not numbers._has_trunk_zero(number)]
    found = answers.sorted_out(asked)
    assert found.sound == right
    assert [wrong["number"] for wrong in found.unsound] == [number for number in once if number not in right]
    if numbers.are_e164(asked):
        assert right == once


@pytest.mark.parametrize("zero_or_not", ["0", "1"])
@pytest.mark.parametrize("head", range(10, 1000, 7))
def test_of_each_calling_code_a_zero_behind_it_is_looked_at(head: int, zero_or_not: str) -> None:
    number = f"+{head}{zero_or_not}12345678"[:16]
    if numbers.are_e164([number]):
        assert numbers.is_e164(number)
        assert not numbers._has_trunk_zero(number)


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        ("", False), ("gzip", True), ("GZIP", True), ("x-gzip", True), ("*", True), ("br", False), ("br, gzip", True),
        ("gzip;q=0", False), ("gzip;q=0.0", False), ("gzip;q=0.000", False), ("gzip;q=0.001", True),
        ("*;q=0", False), ("gzip;q=0, *", False), ("*, gzip;q=0", False), ("gzip, *;q=0", True), ("identity", False),
    ],
)  # fmt: skip
def test_gzip_is_for_whoever_takes_it(accept: str, taken: bool) -> None:
    assert answers.takes_gzip(accept) is taken
    unlisted = [f"+1202555{line:04}" for line in range(200)]
    plain = answers.lookup([], unlisted, [], FRESH)
    answer = answers.lookup([], unlisted, [], FRESH, accept)
    assert ("Content-Encoding", "gzip") in answer.headers if taken else answer == plain
    assert ("Vary", "Accept-Encoding, Accept-Language") in answer.headers
    if taken:
        assert gzip.decompress(answer.body) == plain.body
        assert answer == answers.lookup([], unlisted, [], FRESH, accept)  # no moment in it


def test_what_fits_into_one_packet_is_not_compressed() -> None:
    small = answers.lookup([], [f"+1202555{line:04}" for line in range(50)], [], FRESH, "gzip")
    assert len(small.body) < GZIP_PAYS_FROM
    assert len(json.loads(small.body)["not_listed"]) == 50
