"""How fresh the store is, and that a reader knows it: by the pulse, whatever the clocks say."""

import os
import signal
import time
from datetime import timedelta
from typing import Any

import pytest

from accounts.cardstore import generations, pulse
from accounts.cardstore.errors import Unusable
from accounts.cardstore.pulse import Pulse, steady
from accounts.cardstore.reading import MICROSECONDS, Reader
from tests.cardstore.following import Follower
from tests.factories import make_approved
from tests.server import until

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("no_undo_window")]


def test_a_follower_that_stands_still_is_noticed(follower: Follower, settings: Any) -> None:
    settings.CARDS_STALE_AFTER, settings.CARDS_GIVE_UP_AFTER = timedelta(seconds=1), timedelta(seconds=3)
    make_approved()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    reader = Reader()
    first = reader.current()[2]
    assert not first.is_stale
    # It beats also when nothing happens.
    assert until(lambda: reader.current()[1].as_of > first.now, 5)
    os.kill(follower.pid, signal.SIGSTOP)
    stopped = reader.current()
    assert until(lambda: reader.current()[2].is_stale, 3)
    assert reader.current()[2].as_of == stopped[2].as_of  # what it says of itself stays true
    assert reader.current()[2].now > stopped[2].now  # but time goes on

    def is_given_up() -> bool:
        try:
            reader.current()
        except Unusable:
            return True
        return False

    assert until(is_given_up, 5)
    os.kill(follower.pid, signal.SIGCONT)
    assert until(lambda: not is_given_up() and not reader.current()[2].is_stale, 5)


def beaten(*, since: int, as_of: int | None = None) -> pulse.Beat:
    as_of = time.time_ns() // 1000 if as_of is None else as_of
    Pulse(generations.pulse_file(), write=True).beat(
        cursor=7, changed=7, as_of=as_of, since=since, generation="0000000001"
    )
    return Pulse(generations.pulse_file()).last()


def test_a_jump_of_the_wall_clock_changes_no_age() -> None:
    year = 365 * 86_400 * MICROSECONDS
    for as_of in (0, time.time_ns() // 1000 - year, time.time_ns() // 1000 + year):
        beat = beaten(since=steady() - 5 * MICROSECONDS, as_of=as_of)
        assert beat.is_of_this_boot
        assert 5 <= beat.age() / MICROSECONDS < 6


def test_after_a_restart_of_the_machine_the_store_is_old_until_it_beats(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    beat = beaten(since=steady() + 60 * MICROSECONDS)  # a clock that started anew is behind
    assert not beat.is_of_this_boot
    here = pulse.this_boot()
    monkeypatch.setattr(pulse, "this_boot", lambda: bytes(16))
    Pulse(generations.pulse_file(), write=True).beat(
        cursor=7,
        changed=7,
        as_of=time.time_ns() // 1000 + 3600 * MICROSECONDS,
        since=steady(),
        generation="0000000001",
    )
    monkeypatch.setattr(pulse, "this_boot", lambda: here)
    beat = Pulse(generations.pulse_file()).last()
    # By the wall clock, which is behind: a reader says stale. It was before this start, and grows old all the same.
    up = pulse.steady()
    assert not beat.is_of_this_boot and up <= beat.age() <= pulse.steady()


def test_a_pulse_that_was_cut_off_is_made_whole() -> None:
    """Who has it mapped goes on, and nobody else would ever find it again."""
    writer = Pulse(generations.pulse_file(), write=True)
    assert writer.is_in_place()
    os.truncate(generations.pulse_file(), 10)
    assert not writer.is_in_place()
    assert Pulse(generations.pulse_file(), write=True).is_in_place()


def test_what_is_no_pulse_is_none() -> None:
    with pytest.raises(Unusable):
        Pulse(generations.pulse_file())
    beaten(since=steady())
    file = generations.pulse_file()
    whole = file.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << (place % 8)
        file.write_bytes(damaged)
        with pytest.raises(Unusable):
            Pulse(file).last()
    file.write_bytes(whole[:-1])
    with pytest.raises(Unusable):
        Pulse(file)
