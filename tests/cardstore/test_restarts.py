"""PostgreSQL goes away and comes back under a running registry: the same follower goes on, and misses nothing."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.cardstore.wire import Reply, has_applied_all, request, send
from tests.server import Server, children_of, running, until

pytestmark = pytest.mark.alone

LISTED = "+13035550101"
ERASE = f"""
from accounts.businesses.models import Account
from accounts.privacy import erasure
from tests.factories import owner_of
owner = owner_of(Account.objects.get(number="{LISTED}"))
erasure.erase(owner, by=owner)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("restarts"), WEB_WORKERS="1") as server:
        assert until(lambda: has_applied_all(server))
        yield server


def look_up(server: Server) -> Reply:
    return send(server.port, request("GET", f"/v1/contacts/{LISTED}", key=server.first_run()["api_key"]))


def follower_of(server: Server) -> int:
    (pid,) = (pid for pid, line in children_of(server.pid).items() if "cards follow" in line)
    return pid


def is_verified(server: Server) -> bool:
    return "The store equals the database" in server.manage("cards", "verify", check=False)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["stopped", "killed"])
def test_the_follower_outlives_postgresql(server: Server, how: signal.Signals) -> None:
    """SIGINT is PostgreSQL's fast shutdown: it ends every session, and then itself."""
    follower, before = follower_of(server), look_up(server)
    postgres = server.services()["database"]
    server.database_was_killed = True  # job workers may say so
    os.kill(postgres, how)
    assert look_up(server).body == before.body
    assert server.comes_back("database", postgres), server.said()
    assert until(lambda: has_applied_all(server)), server.said()
    assert follower_of(server) == follower
    assert look_up(server).body == before.body
    assert is_verified(server)


def test_an_erased_person_leaves_the_store_of_a_running_registry(server: Server) -> None:
    assert b'"listed":true' in look_up(server).body
    server.manage("shell", "--no-imports", "-c", ERASE)
    assert until(lambda: b'"listed":false' in look_up(server).body, 5)
    assert until(lambda: has_applied_all(server))
    assert is_verified(server)
