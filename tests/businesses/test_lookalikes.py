"""Look-alikes of live and protected names (DESIGN section 5): which are found, in which order, and how fast."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import copying, names
from accounts.audit import journal as audit
from accounts.businesses import lookalikes
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, NameKey, ProtectedName
from accounts.people.models import User
from tests.factories import make_account, make_approved, next_number

pytestmark = pytest.mark.django_db


def live(name: str, *, protected: bool = False) -> Account:
    """An account with a live name, as approval would leave it."""
    account = make_account()
    account.live_name, account.number, account.name_protected = name, next_number(), protected
    account.save()
    lookalikes.index_account(account)
    return account


def crowd(*live_names: str) -> None:
    """Many live accounts at once, by bulk statements."""
    business = make_account().business
    accounts = [
        Account(business=business, country="ID", category="food", live_name=name, number=f"+999{i:09}")
        for i, name in enumerate(live_names)
    ]
    copying.insert(accounts)
    copying.insert(
        [
            NameKey(key=key, account=account)
            for account in accounts
            for key in names.keys(account.live_name or "")
        ]
    )


def found(name: str, **how: Any) -> list[str]:
    return [alike.name for alike in lookalikes.of(name, **how)]


@pytest.fixture
def bank_mandiri() -> ProtectedName:
    return businesses.protect("Bank Mandiri", category="finance", country="ID", by=audit.SYSTEM)


@pytest.mark.parametrize(
    "imitation",
    ["Bаnk Mandiri", "BANK MANDlRI", "Bank\u200bMandiri", "bank  mandiri", "Bank Mandirl", "Bnak Mandiri"],
)
def test_a_protected_name_is_recognised(imitation: str, bank_mandiri: ProtectedName) -> None:
    (alike,) = lookalikes.of(imitation)
    assert (alike.name, alike.on, alike.country, alike.protected) == ("Bank Mandiri", "protected", "ID", True)
    assert alike.why.id and alike.why.en


def test_each_look_alike_says_whose_it_is_where_and_why() -> None:
    account = live("Warung Bu Siti")
    (alike,) = lookalikes.of("Warung Bu Sitti")
    assert (alike.on, alike.country, alike.protected) == (account.pk, account.country, False)
    assert alike.why.en == "one letter more: t"


def test_another_word_is_no_look_alike() -> None:
    live("Warung Bu Siti")
    assert found("Warung Bu Wati") == []


@pytest.mark.parametrize("nothing", ["", "…", "🙂"])
def test_a_name_without_letters_resembles_nothing(nothing: str) -> None:
    live("Warung Bu Siti")
    assert found(nothing) == []


def test_the_account_that_asks_is_not_its_own_look_alike() -> None:
    account, other = live("Warung Bu Siti"), live("Warung Bu Sitti")
    assert [alike.on for alike in lookalikes.of("Warung Bu Siti", besides=account)] == [other.pk]


def test_protected_ones_come_first_then_the_most_similar(bank_mandiri: ProtectedName) -> None:
    live("Bank Mandiri Ya")
    live("Bank Mandirri")
    live("Bank Mandiri")
    assert [(alike.name, alike.protected) for alike in lookalikes.of("Bank Mandiri")] == [
        ("Bank Mandiri", True),
        ("Bank Mandiri", False),
        ("Bank Mandirri", False),
    ]


def test_a_crowd_of_namesakes_hides_no_protected_name(sinta: User) -> None:
    """Ordinary ones are cut off at a number a key; a live account that a reviewer protected is found all the same."""
    crowd(*["Warung Bu Siti"] * 3 * lookalikes.ORDINARY_A_KEY)
    account = live("Warung Bu Siti")
    businesses.protect_name(account, True, by=sinta)
    crowded = lookalikes.of("Warung Bu Siti", limit=1_000)
    assert crowded[0].on == account.pk and crowded[0].protected
    assert len(crowded) == 1 + lookalikes.ORDINARY_A_KEY
    businesses.protect_name(account, False, by=sinta)
    assert not any(alike.protected for alike in lookalikes.of("Warung Bu Siti"))


def test_every_protected_look_alike_is_found_however_many_they_are() -> None:
    for i in range(lookalikes.ORDINARY_A_KEY + 10):
        country = f"{chr(65 + i // 26)}{chr(65 + i % 26)}"
        lookalikes.index_protected(
            ProtectedName.objects.create(name="Bank Mandiri", category="finance", country=country)
        )
    assert len(lookalikes.of("Bank Mandlri", limit=1_000)) == lookalikes.ORDINARY_A_KEY + 10


def test_a_closed_account_has_no_name_to_resemble(sinta: User) -> None:
    account = make_approved(display_name="Warung Bu Siti")
    assert found("Warung Bu Siti") == ["Warung Bu Siti"]
    businesses.close_account(account, by=audit.SYSTEM)
    assert found("Warung Bu Siti") == []
    assert not NameKey.objects.exists()


def test_many_names_are_asked_for_at_once_by_two_queries(
    bank_mandiri: ProtectedName, django_assert_num_queries: Any
) -> None:
    live("Warung Bu Siti")
    with django_assert_num_queries(2):
        answered = lookalikes.of_many(
            ["Bank Mandlri", "Warung Bu Siti", "Toko Sepatu Jaya", "Warung Bu Siti"]
        )
    assert {name: [alike.name for alike in alikes] for name, alikes in answered.items()} == {
        "Bank Mandlri": ["Bank Mandiri"],
        "Warung Bu Siti": ["Warung Bu Siti"],
    }


def test_no_names_at_all() -> None:
    assert lookalikes.of_many([]) == {}


def _words(consonants: str) -> list[str]:
    return [f"{first}{a}l{b}" for first in consonants for a in "aiueo" for b in "aiueo"]


def _plans(queries: Iterable[dict[str, str]]) -> list[str]:
    plans = []
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plans.append("\n".join(line for (line,) in cursor))
    return plans


def test_candidates_come_from_the_indexes_name_keys_and_guarded_name_keys(
    bank_mandiri: ProtectedName,
) -> None:
    """`make bench` shows the same plans, and the time, among a million names."""
    crowd(*(f"Toko {first} {last}" for first in _words("B") for last in _words("lmn")))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE businesses_namekey")
        cursor.execute("ANALYZE businesses_account")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        lookalikes.of("Toko Bala mula")
    guarded, ordinary = _plans(asked.captured_queries)
    assert "guarded_name_keys" in guarded
    assert " name_keys " in ordinary
    assert "Seq Scan on businesses_namekey" not in guarded + ordinary
