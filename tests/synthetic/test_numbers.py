"""Which numbers made-up accounts have: nobody's, each once, and as spread as if drawn by chance."""

from itertools import pairwise
from math import e, log2

from accounts.businesses.numbers import is_e164
from accounts.synthetic.numbers import MOST, SPACE, absent, number

MANY = 200_000


def test_they_are_the_same_on_every_machine() -> None:
    assert [number(0), number(1), number(MOST - 1)] == ["+9992584294278", "+9993228777257", "+9998320205136"]
    assert absent(0) == "+9991498176040"


def test_each_is_in_canonical_form_and_of_no_country() -> None:
    for i in (*range(500), MOST - 1):
        assert number(i).startswith("+999") and len(number(i)) == 14
        assert is_e164(number(i))


def test_none_comes_twice_and_no_absent_one_is_among_them() -> None:
    present = {number(i) for i in range(MANY)}
    assert len(present) == MANY
    assert len(present | {absent(i) for i in range(MANY)}) == 2 * MANY


def test_the_whole_space_is_permuted() -> None:
    """Two indexes with one half in common never meet, whatever the round's table says: so no two do."""
    from accounts.synthetic import numbers

    around = {
        numbers.number(i) for start in (0, SPACE // 3, SPACE - 20_000) for i in range(start, start + 20_000)
    }
    assert len(around) == 60_000


def test_a_sorted_list_of_them_packs_as_one_of_random_numbers_does() -> None:
    """The mean of log2 of the gaps between random numbers is that of the mean gap less 0.83 bits (Euler's constant /
    ln 2); an affine map would show three gaps only."""
    present = sorted(int(number(i)[4:]) for i in range(MANY))
    gaps = [after - before for before, after in pairwise(present)]
    mean = sum(log2(gap) for gap in gaps) / len(gaps)
    assert abs(mean - (log2(SPACE / MANY) - 0.5772 * log2(e))) < 0.02
    assert len(set(gaps)) > MANY / 4


def test_every_digit_is_as_likely_as_another_in_every_place() -> None:
    present = [number(i) for i in range(MANY)]
    for place in range(4, 14):
        counts = [sum(one[place] == digit for one in present) for digit in "0123456789"]
        assert max(counts) - min(counts) < 0.05 * MANY / 10, place
