"""Files that are not what was written: an answer is right, or the database gives it; and the store is replaced."""

import random
import resource
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import lmdb
import pytest
from django.conf import settings

from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import BadgeStatus
from accounts.businesses.models import Account
from accounts.cardstore import building, following, generations
from accounts.cardstore.errors import Unusable
from accounts.cardstore.fastpath import FastPath
from accounts.cardstore.store import DAMAGED, Store
from tests.cardstore.following import (
    Follower,
    Worker,
    build,
    current_generation,
    has_caught_up,
    is_right,
    rendered,
    verified,
)
from tests.cardstore.stepwise import let_go
from tests.factories import badge_of, make_approved
from tests.server import until

pytestmark = pytest.mark.usefixtures("no_undo_window")

FLIPS = 300
PAGE, FLAGS_OF_A_PAGE = 4096, 10  # bytes, of LMDB's
NOBODYS = ["+12025550000", "+6281200000000"]


def cast() -> list[str]:
    """Numbers in several states, some of them changed since they were stored."""
    accounts = [make_approved(tier="confirmed" if place % 3 == 0 else "verified") for place in range(8)]
    for account in accounts[1:5]:
        if account.number and badge_of_or_none(account):
            badges.suspend(badge_of(account), reason="under_investigation", by=audit.SYSTEM)
    return [*(account.number or "" for account in accounts), *NOBODYS]


def badge_of_or_none(account: Account) -> bool:
    return account.badges.filter(status=BadgeStatus.ACTIVE).exists()


def flip(file: Path, place: int, bit: int) -> None:
    with file.open("r+b") as opened:
        opened.seek(place)
        (byte,) = opened.read(1)
        opened.seek(place)
        opened.write(bytes([byte ^ (1 << bit)]))


def test_no_flipped_bit_makes_an_answer_wrong(follower: Follower, worker: Worker) -> None:
    asked = cast()
    build()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    follower.kill(signal.SIGTERM)
    path, expected = current_generation(), rendered(asked)
    assert worker.ask(asked) == expected
    answered = refused = died = 0
    for turn in range(FLIPS):
        file = path / ("roll" if turn % 10 == 0 else "data.mdb")
        flips = [(random.randrange(file.stat().st_size), random.randrange(8)) for _ in range(1 + turn % 20)]
        for place, bit in flips:
            flip(file, place, bit)
        answers = worker.ask(asked)
        for place, bit in flips:
            flip(file, place, bit)
        for given, right in zip(answers or [], expected, strict=answers is not None):
            assert given in (None, right)
            answered, refused = answered + (given is not None), refused + (given is None)
        died += answers is None
    assert answered > FLIPS and refused > 0  # it was put to the test
    follower.start()
    assert follower.has_caught_up(), follower.said()
    assert until(lambda: current_generation().name > path.name), follower.said()  # readers had told of it
    verified()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "the store cut in half": lambda path: halve(path / "data.mdb"),
    "the store cut to nothing": lambda path: resize(path / "data.mdb", 0),
    "the roll cut in half": lambda path: halve(path / "roll"),
    "no roll": lambda path: (path / "roll").unlink(),
    "no store": lambda path: (path / "data.mdb").unlink(),
    "zeros in the store": lambda path: overwrite(path / "data.mdb", b"\0"),
    "noise in the store": lambda path: overwrite(path / "data.mdb", b"\xa5"),
    "an older format": lambda path: describe(path, b'{"fingerprint":"0","deployment":"test"}'),
}


def resize(file: Path, size: int) -> None:
    with file.open("r+b") as opened:
        opened.truncate(size)


def halve(file: Path) -> None:
    resize(file, file.stat().st_size // 2)


def overwrite(file: Path, byte: bytes) -> None:
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.write(byte * size)


def describe(path: Path, about: bytes) -> None:
    environment = lmdb.open(str(path), max_dbs=4, map_size=2**30)
    with environment.begin(write=True, db=environment.open_db(b"meta")) as transaction:
        transaction.put(b"about", about)
    environment.close()


WHEN = [
    *((damage, True) for damage in DAMAGES if damage != "an older format"),  # a release ends the one before
    ("an older format", False),
    *(
        pytest.param(damage, False, marks=pytest.mark.soak)
        for damage in DAMAGES
        if damage != "an older format"
    ),
]


@pytest.mark.parametrize(("damage", "running"), WHEN)
def test_a_damaged_store_is_replaced(damage: str, running: bool, follower: Follower, worker: Worker) -> None:
    asked = [make_approved().number or "", *NOBODYS]
    build()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    path = current_generation()
    if not running:
        follower.kill()
    DAMAGES[damage](path)
    assert is_right(worker.ask(asked), asked)
    if not running:
        follower.start()
    deadline = time.monotonic() + 60
    while current_generation_or_none() in (None, path.name) or not has_caught_up():
        assert time.monotonic() < deadline, follower.said()
        assert is_right(worker.ask(asked), asked)
        if not follower.is_alive():  # LMDB ended it: `make run` starts it again
            follower.start()
        time.sleep(0.05)
    assert worker.ask(asked) == rendered(asked)
    verified()


@pytest.mark.usefixtures("committed")
def test_a_roll_that_was_cut_is_not_read() -> None:
    """Seen before: each of its cells was whole, but a number belonged to another one, where it did not stand."""
    make_approved()
    path = building.build()
    Store(path).close()
    for cut in (halve, lambda file: resize(file, file.stat().st_size - 64)):
        cut(path / "roll")
        with pytest.raises(Unusable, match="its roll is truncated"):
            Store(path)


def current_generation_or_none() -> str | None:
    name = current_generation().name
    return name if name.isdigit() else None


def test_a_full_disk_changes_nothing_and_is_survived(follower: Follower, worker: Worker) -> None:
    account = make_approved()
    asked = [account.number or ""]

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    follower.start(preexec=little_room)  # no build has room
    assert until(lambda: "The build of a store ended" in follower.said()), follower.said()
    assert not generations.existing() and worker.ask(asked) == [None]
    assert not [path for path in generations.folder().iterdir() if path.is_dir()]
    follower.kill()
    follower.start()
    assert follower.has_caught_up(), follower.said()
    follower.kill()

    size = (current_generation() / "data.mdb").stat().st_size

    def no_room_to_grow() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    follower.start(preexec=no_room_to_grow)
    assert follower.has_caught_up(), follower.said()
    for _ in range(40):
        make_suspended_or_not(account)
        if "can't be written" in follower.said():
            break
    before = len(follower.said())
    assert until(lambda: "can't be written" in follower.said(), 10), follower.said()
    assert follower.is_alive()
    assert len(follower.said()) < before + 500  # it does not say so for ever
    follower.kill()
    follower.start()  # there is room again
    assert follower.has_caught_up(), follower.said()
    assert worker.ask(asked) == rendered(asked)
    verified()


def make_suspended_or_not(account: Account) -> None:
    badge = badge_of(account)
    if badge.suspended_at is None:
        badges.suspend(badge, reason="under_investigation", by=audit.SYSTEM)
    else:
        badges.reinstate(badge, by=audit.SYSTEM)


def test_the_folder_may_vanish(follower: Follower, worker: Worker) -> None:
    asked = [make_approved().number or "", *NOBODYS]
    follower.start()
    assert follower.has_caught_up(), follower.said()
    follower.kill()
    shutil.rmtree(settings.VAR_DIR / "cards")
    assert worker.ask(asked) == [None] * 3
    follower.start()
    assert follower.has_caught_up(), follower.said()
    assert worker.ask(asked) == rendered(asked)


def test_what_lmdb_stumbles_over_is_told_as_damage(
    stepwise: following.Follower, kais_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Seen before: it was only logged, and each look-up asked the database until the scrub came upon it."""
    number = make_approved().number or ""
    building.build()
    stepwise.look()
    let_go(stepwise)
    asked = {
        "PATH_INFO": f"/v1/contacts/{number}",
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {kais_key}",
    }
    path = FastPath()
    answer = path(asked)
    assert answer is not None and answer.body.decode() == rendered([number])[0]
    data = current_generation() / "data.mdb"
    with data.open("r+b") as opened:
        for page in range(2, data.stat().st_size // PAGE):  # neither a branch nor a leaf any more
            opened.seek(page * PAGE + FLAGS_OF_A_PAGE)
            opened.write(b"\0\0")
    assert path(asked) is None
    assert "mdb_get: MDB_" in caplog.text and number not in caplog.text
    assert "mdb_get: MDB_" in (data.parent / DAMAGED).read_text()
