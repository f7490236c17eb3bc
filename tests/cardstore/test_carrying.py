"""A store goes to another machine; and what is not of this registry, or not whole, is refused with a sentence."""

import hashlib
import json
import random
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts import clock
from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.policies import PILOT_TIERS
from accounts.cardstore import building, carrying, following, generations, verifying
from accounts.cardstore.carrying import NotImported
from tests.cardstore.following import Worker, current_generation, rendered
from tests.cardstore.stepwise import let_go
from tests.factories import badge_of, make_approved

pytestmark = pytest.mark.usefixtures("committed", "no_undo_window")


def test_a_copy_goes_on_from_its_cursor(stepwise: following.Follower, worker: Worker, tmp_path: Path) -> None:
    accounts = [make_approved() for _ in range(3)]
    building.build()
    stepwise.look()
    let_go(stepwise)
    file = tmp_path / "cards.export"
    count, _ = carrying.export(file)
    assert count == 3 and stat.S_IMODE(file.stat().st_mode) == 0o600
    badges.revoke(badge_of(accounts[0]), reason="fraud", by=audit.SYSTEM)
    settings.VAR_DIR = tmp_path / "elsewhere"
    settings.VAR_DIR.mkdir()
    carrying.bring_in(file)
    other = following.Follower()
    other.look()
    let_go(other)
    asked = [account.number or "" for account in accounts]
    assert worker.ask(asked) == rendered(asked)
    assert verifying.verify().count == 0


def test_what_is_damaged_or_foreign_is_refused(stepwise: following.Follower, tmp_path: Path) -> None:
    make_approved()
    building.build()
    stepwise.look()
    let_go(stepwise)
    file = tmp_path / "cards.export"
    carrying.export(file)
    whole = file.read_bytes()
    before = generations.existing()
    for _ in range(100):
        damaged = bytearray(whole)
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
        file.write_bytes(damaged)
        with pytest.raises(NotImported):
            carrying.bring_in(file)
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:size])
        with pytest.raises(NotImported):
            carrying.bring_in(file)
    file.write_bytes(whole + b"x")
    with pytest.raises(NotImported):
        carrying.bring_in(file)
    file.write_bytes(whole)
    settings.DEPLOYMENT = "live"
    try:
        with pytest.raises(NotImported, match="deployment"):
            carrying.bring_in(file)
    finally:
        settings.DEPLOYMENT = "test"
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET digest = sha256(digest)")
    with pytest.raises(NotImported, match="journal"):
        carrying.bring_in(file)
    assert generations.existing() == before
    # The follower sees it as well, tells readers to ask the database, and has another one built.
    stepwise.look()
    assert stepwise.writer is None and current_generation() == generations.folder()
    stepwise.rebuilding.stop()


def test_a_store_that_was_away_for_too_long_is_built_anew(stepwise: following.Follower) -> None:
    account = make_approved()
    building.build()
    badges.revoke(badge_of(account), reason="fraud", by=audit.SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_event SET at = %s", [clock.now() - timedelta(days=61)])
    stepwise.look()  # whose numbers changed, the journal may have forgotten
    assert stepwise.writer is None
    stepwise.rebuilding.stop()
    building.build()
    stepwise.look()
    let_go(stepwise)
    assert verifying.verify().count == 0


def test_a_policy_is_one_write(stepwise: following.Follower, worker: Worker) -> None:
    asked = [make_approved().number or "", "+12025550000"]
    building.build()
    stepwise.look()
    assert stepwise.writer is not None
    with stepwise.writer.reading() as view:
        before = dict(stepwise.writer.records(view))
    old = rendered(asked)
    badges.publish_policy("pilot-2018.1", PILOT_TIERS, offline_grace=3600, by=audit.SYSTEM)
    stepwise.look()
    with stepwise.writer.reading() as view:
        assert dict(stepwise.writer.records(view)) == before
    let_go(stepwise)
    new = worker.ask(asked)
    assert new == rendered(asked)
    assert all('"policy":"pilot-2018.1"' in card for card in new or [] if card) and new != old


def test_verify_tells_what_differs_and_no_number(stepwise: following.Follower) -> None:
    accounts = [make_approved() for _ in range(4)]
    first, second = (account.number or "" for account in accounts[:2])
    building.build()
    stepwise.look()
    writer = stepwise.writer
    assert writer is not None
    with writer.reading() as view:
        cursor, kept = writer.cursor(view), writer.record(view, first)
        stolen = writer.record(view, second)
    writer.apply({second: None}, cursor)  # lost
    writer.apply({first: stolen, "+12025559999": kept}, cursor)  # another's; and nobody's
    let_go(stepwise)
    found = verifying.verify()
    assert found.kinds["no card"] == 1
    assert found.kinds["a damaged record"] == 3  # one of an account, seen both ways, and one of nobody
    assert {difference.on for difference in found.differences} == {
        accounts[0].pk,
        accounts[1].pk,
        "no open account",
    }
    assert verifying.verify(sample=4).count > 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"seq": 0},
        {"seq": "x"},
        {"digest": "zz"},
        {"digest": ""},
        {"policy": {}},
        {"policy": None},
        {"keys": []},
        {"keys": {"00": "00"}},
        {"cards": -1},
    ],
    ids=str,
)
def test_what_somebody_else_wrote_is_refused(
    stepwise: following.Follower, tmp_path: Path, wrong: dict[str, object]
) -> None:
    """With a digest that is right. Some of these were let in, and each look-up then ended in a 500."""
    make_approved()
    building.build()
    stepwise.look()
    let_go(stepwise)
    file = tmp_path / "cards.export"
    carrying.export(file)
    first, header, cards = file.read_bytes()[:-32].split(b"\n", 2)
    forged = b"\n".join([first, json.dumps({**json.loads(header), **wrong}).encode(), cards])
    file.write_bytes(forged + hashlib.sha256(forged).digest())
    with pytest.raises(NotImported):
        carrying.bring_in(file)
    twice = b"\n".join([first, json.dumps({**json.loads(header), "cards": 2}).encode(), cards + cards])
    file.write_bytes(twice + hashlib.sha256(twice).digest())
    with pytest.raises(NotImported, match="damaged"):
        carrying.bring_in(file)
