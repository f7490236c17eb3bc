"""What made-up accounts are called and say: valid by the registry's own rules, the same ones every time."""

import uuid
from collections import Counter

from accounts import ids, names
from accounts.businesses.lists import Category
from accounts.synthetic import facts

MANY = 20_000


def test_the_same_index_has_the_same_facts() -> None:
    assert facts.of(5) == facts.of(5)
    assert facts.of(5).name == facts.name(5) == "Pangkas Rambut Gutiyiji Baju"
    assert facts.of(5).account.suffix == "01hf7yat05f88r2bkcz7ps37dn"


def test_every_name_is_one_that_the_form_accepts() -> None:
    for i in range(3_000):
        name = facts.name(i)
        assert names.normalise(name) == name
        assert not [found for found in names.findings(name) if found.severity == "error"], name


def test_some_names_are_common_and_most_are_single() -> None:
    held = Counter(facts.name(i) for i in range(MANY))
    shared = sum(count for count in held.values() if count > 1)
    assert 0.15 < shared / MANY < 0.45
    assert max(held.values()) > 50


def test_a_hundred_in_a_row_have_their_states_in_fixed_shares() -> None:
    assert sum(facts.SHARES.values()) == 100
    for first in (0, 77, 12_345):
        assert Counter(facts.of(i).state for i in range(first, first + 100)) == facts.SHARES


def test_ids_are_typed_ones_in_the_order_of_the_accounts_and_none_comes_twice() -> None:
    made = [facts.of(i) for i in range(2_000)]
    for one in made[:50]:
        for of in (one.business, one.account, one.proof, one.badge):
            value = uuid.UUID(of.hexadecimal)
            assert value.version == 7 and value.variant == uuid.RFC_4122
            assert ids.to_text("acc", value) == f"acc_{of.suffix}"
    everyone = [of.hexadecimal for one in made for of in (one.business, one.account, one.proof, one.badge)]
    assert len(set(everyone)) == len(everyone)
    assert [one.account.suffix for one in made] == sorted(one.account.suffix for one in made)


def test_profiles_differ_as_those_of_people_do() -> None:
    made = [facts.of(i) for i in range(2_000)]
    assert 0.3 < sum(one.company for one in made) / len(made) < 0.37
    assert 0.35 < sum(bool(one.website) for one in made) / len(made) < 0.45
    assert 50 < sum(len(one.about) for one in made) / len(made) < 90
    assert {one.category for one in made} < set(Category.values)
    assert {bool(one.registration) == one.company for one in made} == {True}
    assert len({one.purposes for one in made}) == len(facts.PURPOSES)
