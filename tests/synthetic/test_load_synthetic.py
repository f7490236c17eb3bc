"""`manage.py load_synthetic`: accounts as the registry itself would have written them, and a journal that is whole."""

import os
import threading
from collections import Counter
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import CommandError
from django.db import connection

from accounts import clock
from accounts.audit.chain import breaks
from accounts.audit.models import Event, EventNumber
from accounts.badges.models import Badge
from accounts.badges.standing import standing
from accounts.businesses import lookalikes
from accounts.businesses.models import Account, Business, NumberUse
from accounts.display import queries
from accounts.proofs.models import NumberProof
from accounts.synthetic import facts, loading
from accounts.synthetic.numbers import absent, number
from accounts.synthetic.rows import CAUSE, COLUMNS
from tests.factories import make_approved, make_business
from tests.synthetic.loading import load, rows, shape, start

MODELS = [Business, Account, NumberUse, NumberProof, Badge, Event]


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "CHUNK", 100)


def states() -> Counter[str]:
    """Of all made-up accounts, as the card has it: the tier, or why there is none."""
    numbers = [number(i) for i in range(loading.loaded())]
    found = Counter[str]()
    for row in queries.find(numbers).rows:
        listed, tier, absence = standing(row)
        assert listed, row.number
        found[f"{tier} {absence.state if absence else ''}".strip()] += 1
    return found


def test_all_are_listed_in_every_state_and_in_fixed_shares(committed: None) -> None:
    load(1_000)
    assert states() == {
        "verified": 800,
        "confirmed": 120,
        "confirmed expired": 40,
        "None suspended": 20,
        "None revoked": 20,
    }
    assert not any(standing(row).listed for row in queries.find([absent(i) for i in range(200)]).rows)


def test_their_states_hold_for_two_months(committed: None) -> None:
    load(1_000)
    soon = clock.now() + timedelta(days=60)
    assert not Badge.objects.filter(status="active", expires_at__lte=soon).exists()
    assert not Badge.objects.filter(status="revoked", ended_at__lte=clock.now() - timedelta(days=29)).exists()
    moments = rows("SELECT max(since), max(confirmed_at), max(proven_at) FROM businesses_numberuse, businesses_account,"
                   " proofs_numberproof")  # fmt: skip
    assert all(moment < clock.now() for moment in moments[0])


def test_every_row_is_one_that_the_models_accept(committed: None, small_chunks: None) -> None:
    load(300)
    for model in MODELS:
        for row in model._default_manager.all():
            row.clean_fields(exclude=[name for name, value in vars(row).items() if value is None])
            row.validate_constraints()
    for account in Account.objects.select_related("business"):
        made = facts.of(_index_of(account))
        assert (account.number, account.live_name, account.about) == (made.number, made.name, made.about)
        assert account.business.legal_name == made.legal_name


def _index_of(account: Account) -> int:
    found = rows("SELECT id FROM businesses_account WHERE number = %s", account.number)
    return int(found[0][0].int >> 80) - facts.FIRST_MILLISECOND


def test_no_row_points_at_nothing(committed: None) -> None:
    """Asked of the tables: what a foreign key says of itself would also be true if it had not looked."""
    load(1_000)
    keys = rows(
        "SELECT conrelid::regclass::text, a.attname, confrelid::regclass::text, b.attname FROM pg_constraint c"
        " JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]"
        " JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = confkey[1]"
        " WHERE contype = 'f' AND conrelid::regclass::text = ANY (%s)",
        list(COLUMNS),
    )
    assert len(keys) >= 6
    for table, column, other, key in keys:
        there = f'EXISTS (SELECT FROM {other} o WHERE o."{key}" = t."{column}")'  # from the catalogue
        orphans = rows(f'SELECT count(*) FROM {table} t WHERE t."{column}" IS NOT NULL AND NOT {there}')  # noqa: S608
        assert orphans == [(0,)], (table, column)
    counts = [model._default_manager.count() for model in (Business, Account, NumberUse, NumberProof, Badge)]
    assert counts == [1_000, 1_000, 1_000, 1_000, 880]


def test_what_the_journal_tells_is_what_it_tells_of_a_real_approval(committed: None) -> None:
    real = make_approved()
    told = {
        (event.kind, frozenset(event.data))
        for event in Event.objects.filter(kind__in=["account.approved", "badge.issued"])
    }
    head = Event.objects.latest("seq").seq
    load(100)
    events = list(Event.objects.filter(seq__gt=head).order_by("seq"))
    assert {
        (e.kind, frozenset(e.data)) for e in events if e.kind in {"account.approved", "badge.issued"}
    } == told
    assert Counter(event.kind for event in events) == {
        "account.approved": 100,
        "badge.issued": 88,
        "badge.expired": 4,
        "badge.suspended": 2,
        "badge.revoked": 2,
    }
    assert EventNumber.objects.filter(event__gt=head).count() == len(events)
    assert real.number not in set(EventNumber.objects.filter(event__gt=head).values_list("number", flat=True))
    assert set(Badge.objects.exclude(account=real).values_list("cause", flat=True)) == {CAUSE}


def test_the_journal_is_whole_behind_events_that_were_there(committed: None, small_chunks: None) -> None:
    make_approved()
    before = Event.objects.count()
    load(250)
    make_business()
    load(550)
    assert not list(breaks())
    assert Event.objects.count() > before + 550


def test_the_journal_is_whole_while_others_write_to_it(committed: None, small_chunks: None) -> None:
    """Real connections. Without the look at the head under its lock, two events claim one `seq`."""
    stop, made = threading.Event(), list[int]()

    def write() -> None:
        try:
            while not stop.is_set():
                make_business()
                made.append(1)
        finally:
            connection.close()

    others = [threading.Thread(target=write) for _ in range(2)]
    for one in others:
        one.start()
    try:
        load(3_000)
    finally:
        stop.set()
        for one in others:
            one.join()
    assert len(made) > 10
    assert not list(breaks())
    assert sum(states().values()) == 3_000


def test_it_goes_on_where_it_stopped(committed: None, small_chunks: None) -> None:
    load(130)
    first = list(Account.objects.order_by("id").values("id", "number", "live_name"))
    assert "170 accounts written" in load(300)
    assert list(Account.objects.order_by("id").values("id", "number", "live_name")[:130]) == first
    assert set(Account.objects.values_list("number", flat=True)) == {number(i) for i in range(300)}
    assert "0 accounts written" in load(300)
    assert not list(breaks())


def test_indexes_and_foreign_keys_are_there_again_as_they_were(
    committed: None, small_chunks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.synthetic.management.commands.load_synthetic.SET_ASIDE_FROM", 200)
    before = shape()
    load(100)
    seen: list[int] = []
    real = loading.load

    def watched(upto: int, *, name_keys: bool) -> object:
        for there in real(upto, name_keys=name_keys):
            seen.append(len(before - shape()))
            yield there

    monkeypatch.setattr(loading, "load", watched)
    load(400)
    assert min(seen) > 10  # were gone meanwhile
    assert shape() == before


def test_look_alikes_are_found_where_that_was_asked_for(committed: None) -> None:
    load(50)
    assert lookalikes.of(facts.name(7)) == []
    load(100, name_keys=True)
    made = facts.of(70)
    assert f"acc_{made.account.suffix}" in {alike.on for alike in lookalikes.of(made.name)}


@pytest.mark.parametrize("wanted", [0, -5, 5_000_000_001])
def test_a_number_of_accounts_that_can_not_be(committed: None, wanted: int) -> None:
    with pytest.raises(CommandError, match="between 1 and"):
        load(wanted)


def test_none_is_ever_taken_away(committed: None) -> None:
    load(20)
    with pytest.raises(CommandError, match="20 are there already"):
        load(10)


def test_a_disk_with_too_little_room(committed: None) -> None:
    with pytest.raises(CommandError, match=r"GB of disk, and .* GB are free: ask for fewer"):
        load(4_000_000_000)
    assert loading.loaded() == 0


def test_a_live_deployment_is_refused(committed: None) -> None:
    process = start("--accounts=10", DEPLOYMENT="live")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and "this is a live deployment" in said
    assert loading.loaded() == 0


def test_the_role_of_the_web_process_is_refused(committed: None) -> None:
    web = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    process = start("--accounts=10", REGISTRY_ROLE="web", DATABASE_URL=urlunsplit(web))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and "set REGISTRY_ROLE=owner" in said
    assert loading.loaded() == 0


def test_two_loads_at_once(committed: None) -> None:
    with loading.alone() as mine:
        assert mine
        process = start("--accounts=10")
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and "another load_synthetic is running" in said


def test_a_number_that_somebody_else_has_already(committed: None) -> None:
    account = make_approved(number=number(3))
    with pytest.raises(CommandError, match="not made by this command"):
        load(10)
    assert loading.loaded() == 0
    assert Account.objects.get(number=number(3)) == account
    assert not list(breaks())
