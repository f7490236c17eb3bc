"""The exact set of numbers: what the registry writes, both reference readers read, and nobody reads anything else."""

import random
import struct
import zlib
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.snapshots import rice
from tests.snapshots.readers import Damaged, Node, by_python

LOWEST, HIGHEST = 10**6, 10**15 - 1
GAPS = st.one_of(
    st.integers(1, 3),
    st.integers(1, 5_000),
    st.integers(1, 10**9),
    st.integers(10**12, 10**14),
)
BLOCK = rice.BLOCK
RELAXED = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def ascending(first: int, gaps: Sequence[int]) -> list[int]:
    numbers = [first]
    for gap in gaps:
        if numbers[-1] + gap > HIGHEST:
            break
        numbers.append(numbers[-1] + gap)
    return numbers


def neighbours(numbers: Sequence[int]) -> list[int]:
    """The numbers, and those beside them: where a mistake by one would show."""
    near = {number + step for number in numbers for step in (-1, 0, 1)} | {1, LOWEST, HIGHEST}
    return sorted(number for number in near if 0 < number <= HIGHEST)


def agree(numbers: Sequence[int], by_node: Node, *, prefix: int = 62, asked: Sequence[int] = ()) -> bytes:
    """Whoever reads the file finds these numbers and no others."""
    file = rice.encode(prefix, numbers)
    asked, members = asked or neighbours(numbers), set(numbers)
    expected = [number in members for number in asked], list(numbers)
    assert list(rice.decode(file)) == list(numbers)
    assert by_python(file, asked) == expected
    assert by_node(file, asked) == expected
    return file


@given(st.integers(LOWEST, 10**12), st.lists(GAPS, max_size=3 * BLOCK))
@RELAXED
def test_every_reader_finds_exactly_these_numbers(by_node: Node, first: int, gaps: list[int]) -> None:
    agree(ascending(first, gaps), by_node)


@pytest.mark.parametrize(
    "count", [0, 1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK - 1, 2 * BLOCK, 2 * BLOCK + 1]
)
@pytest.mark.parametrize("gap", [1, 2, 2_000])
def test_where_blocks_end(by_node: Node, count: int, gap: int) -> None:
    agree([6281200000 + gap * place for place in range(count)], by_node)


@pytest.mark.parametrize(
    "numbers",
    [
        [LOWEST],
        [HIGHEST],
        [LOWEST, HIGHEST],
        [LOWEST, LOWEST + 1, HIGHEST - 1, HIGHEST],
        [10**length - 1 for length in range(7, 16)],  # seven to fifteen digits
        [6281234, 62812345, 628123456, 6281234567, 62812345678, 628123456789012],
        [*range(LOWEST, LOWEST + 600), *range(HIGHEST - 600, HIGHEST)],
        [LOWEST + place * 10**11 for place in range(9_000)],
    ],
    ids=lambda numbers: f"{len(numbers)} from {numbers[0]}",
)
def test_gaps_of_every_size(by_node: Node, numbers: list[int]) -> None:
    agree(numbers, by_node)


def test_gaps_around_the_escape(by_node: Node) -> None:
    """Most gaps make the parameter 4; one gap after another comes near 40 times that, and passes it."""
    for quotient in (rice.ESCAPE - 1, rice.ESCAPE, rice.ESCAPE + 1, 31, 32, 33):
        gaps = [16] * 300 + [quotient * 16 + 1] + [16] * 100
        agree(ascending(6281200000, gaps), by_node)


def test_random_numbers_against_brute_force(by_node: Node) -> None:
    chance = random.Random(5)
    numbers = sorted(chance.sample(range(6200000000, 6300000000), 20_000))
    asked = [
        chance.choice(numbers) if chance.random() < 0.5 else chance.randrange(62 * 10**8, 63 * 10**8)
        for _ in range(5_000)
    ]
    agree(numbers, by_node, asked=asked)


def test_thirteen_bits_are_enough_for_numbers_without_any_order() -> None:
    """As dense as five million in a space of ten digits; tests/bench measures the five million."""
    chance = random.Random(6)
    file = rice.encode(999, sorted(chance.sample(range(9990000000, 9990000000 + 10**8), 50_000)))
    assert len(file) * 8 / 50_000 < 13


def test_numbers_have_to_ascend() -> None:
    for numbers in ([5, 5], [6, 5], [0], [*range(1, BLOCK + 1), BLOCK]):
        with pytest.raises(ValueError, match="ascend"):
            rice.encode(62, numbers)


# --- what is damaged is refused ---

SAMPLE = sorted(random.Random(7).sample(range(6281200000, 6281300000), 3 * BLOCK + 17))


def refused_or_right(file: bytes, by_node: Node) -> None:
    """No reader may answer wrongly: each number is answered right, or the file is refused."""
    asked = neighbours(SAMPLE[::40])
    members = set(SAMPLE)
    for read in (by_python, by_node):
        try:
            listed, everything = read(file, asked)
        except Damaged:
            continue
        assert listed == [number in members for number in asked]
        assert everything == SAMPLE
    try:
        assert list(rice.decode(file)) == SAMPLE
    except rice.Damaged:
        return


@given(st.data())
@RELAXED
def test_a_flipped_bit_is_never_answered_wrongly(by_node: Node, data: st.DataObject) -> None:
    file = bytearray(rice.encode(62, SAMPLE))
    place = data.draw(st.integers(0, len(file) * 8 - 1))
    file[place // 8] ^= 1 << place % 8
    refused_or_right(bytes(file), by_node)


def test_every_byte_of_header_and_index_counts(by_node: Node) -> None:
    whole = rice.encode(62, SAMPLE)
    for place in range(rice.HEADER.size + rice.CHECK.size + 4 * rice.LINE.size):
        file = bytearray(whole)
        file[place] ^= 0x55
        for read in (by_python, by_node):
            with pytest.raises(Damaged):
                read(bytes(file), SAMPLE[:1])


@pytest.mark.parametrize("kept", [0, 1, 4, 31, 35, 36, 37, 100, -1, -800])
def test_a_truncated_file_is_refused(by_node: Node, kept: int) -> None:
    file = rice.encode(62, SAMPLE)
    for read in (by_python, by_node):
        with pytest.raises(Damaged):
            read(file[:kept], [])
        with pytest.raises(Damaged):
            read(file + b"\0", [])
    with pytest.raises(rice.Damaged):
        list(rice.decode(file[:kept]))


def test_another_version_is_refused_by_its_number(by_node: Node) -> None:
    file = bytearray(rice.encode(62, SAMPLE))
    file[4] = 2
    begin = rice.HEADER.size + rice.CHECK.size
    index = bytes(file[begin : begin + 4 * rice.LINE.size])
    struct.pack_into(">I", file, rice.HEADER.size, zlib.crc32(bytes(file[: rice.HEADER.size]) + index))
    for read in (by_python, by_node):
        with pytest.raises(Damaged, match="version 2"):
            read(bytes(file), [])
