"""The roll says no as surely as yes: against a set, damaged, and with its writer killed at any moment."""

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.roll import CELL, Roll, cells_for

# Few cells and few numbers, so that cells overflow.
acts = st.lists(st.tuples(st.booleans(), st.lists(st.integers(10**6, 10**6 + 60), max_size=10)), max_size=30)


@settings(max_examples=60)
@given(acts)
def test_it_knows_what_a_set_knows(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[bool, list[int]]]
) -> None:
    file = tmp_path_factory.mktemp("roll") / "roll"
    roll, reader, known = Roll.create(file, 16), Roll(file), set[int]()
    for is_adding, numbers in acts:
        if is_adding:
            assert roll.add(numbers) == len(set(numbers) - known)
            known |= set(numbers)
        else:
            assert roll.remove(numbers) == len(set(numbers) & known)
            known -= set(numbers)
        asked = range(10**6, 10**6 + 61)
        assert {number for number in asked if number in reader} == known
        assert reader.among(asked) == known
        assert sorted(reader.numbers()) == sorted(known)


def test_filled_at_once_it_knows_the_same(tmp_path: Path) -> None:
    numbers = random.sample(range(10**9, 10**12), 20_000)
    roll = Roll.create(tmp_path / "roll", cells_for(len(numbers)))
    roll.fill(numbers)
    assert all(number in roll for number in numbers)
    assert not any(number in roll for number in random.sample(range(10**13, 10**14), 1000))


def test_a_flipped_bit_is_never_an_answer(tmp_path: Path) -> None:
    file = tmp_path / "roll"
    numbers = [10**9 + place for place in range(16 * 3)]
    roll = Roll.create(file, 16)
    roll.fill(numbers)
    for _ in range(40):
        place, bit = random.randrange(16 * CELL), random.randrange(8)
        roll.map[place] ^= 1 << bit
        for number in [*numbers[:10], *(number + 10**6 for number in numbers[:10])]:
            try:
                assert (number in roll) == (number in numbers)
            except Damaged:
                continue
        with contextlib.suppress(Damaged):  # an address book at once
            assert roll.among([*numbers, *(number + 10**6 for number in numbers)]) == {*numbers}
        with contextlib.suppress(Damaged):  # and all of it
            assert sorted(roll.numbers()) == numbers
        roll.map[place] ^= 1 << bit


def test_bytes_that_lie_across_two_seats_are_no_number(tmp_path: Path) -> None:
    """A listed number without its last digits, or with more of them, may fall into the same cell. Taken for listed, it
    would have no card, and whoever asks for it would have the whole store replaced.
    """
    roll = Roll.create(tmp_path / "roll", 16)
    listed = 0x05B676C05020  # +6281234501664
    shifted = [listed >> 8, listed << 8, listed >> 16]
    assert {number % 16 for number in [listed, *shifted]} == {0}
    roll.add([listed - 16, listed])
    for number in shifted:
        assert number not in roll, number
    assert roll.among([*shifted, listed]) == {listed}


def test_one_of_another_size_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "roll"
    for content in (b"", b"x" * 65):
        file.write_bytes(content)
        with pytest.raises(Unusable):
            Roll(file)
    file.unlink()
    with pytest.raises(Unusable):
        Roll(file)


def test_a_full_one_says_so(tmp_path: Path) -> None:
    roll = Roll.create(tmp_path / "roll", 4)
    with pytest.raises(Unusable, match="full"):
        roll.add(range(100))


def test_whoever_is_killed_in_the_midst_loses_nothing(tmp_path: Path) -> None:
    """A new writer that repeats what the old one was at comes to the same as if nothing had happened."""
    file, numbers = (
        tmp_path / "roll",
        [10**9 + 16 * place for place in range(40)],
    )  # all of one cell, so they overflow
    roll = Roll.create(file, 16)
    kept = [10**9 + 1 + 16 * place for place in range(10)]
    roll.add(kept)
    for _ in range(60):
        child = os.fork()
        if not child:
            writer = Roll(file, write=True)
            while True:
                writer.add(numbers)
                writer.remove(numbers)
        time.sleep(random.uniform(0.001, 0.01))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        writer = Roll(file, write=True)
        assert all(number in writer for number in kept)
        writer.add(numbers)
        assert all(number in writer for number in numbers)
        writer.remove(numbers)
        assert writer.among([*numbers, *kept]) == set(kept)
