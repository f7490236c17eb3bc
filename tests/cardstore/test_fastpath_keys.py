"""A key that was revoked, switched off or given other limits: every worker knows within a second."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.cardstore.wire import Reply, has_applied_all, request, send
from tests.server import Server, running, until

pytestmark = pytest.mark.alone

LISTED = "/v1/contacts/+13035550101"
MAKE = """
import uuid
from accounts.audit import journal as audit; from accounts.clients import services as clients
app = clients.create_app(f'Kai {uuid.uuid4()}', 'kai@app.example', by=audit.SYSTEM)
key, secret = clients.create_key(app, ['contacts:read'], by=audit.SYSTEM)
print(secret)
"""
CHANGE = """
import time
from accounts.audit import journal as audit; from accounts.clients import services as clients
from accounts.clients.models import ApiKey
# The prober makes a key as well.
key = ApiKey.objects.select_related("app").filter(app__name__startswith="Kai ").latest("pk")
{change}
print(time.time())
"""
KNOWN_WITHIN_SECONDS = 1.0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("keys"), WEB_WORKERS="2") as server:
        assert until(lambda: has_applied_all(server))
        yield server


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("clients.revoke_key(key, by=audit.SYSTEM)", 401, "key_revoked"),
        ("clients.set_active(key.app, False, by=audit.SYSTEM)", 401, "app_disabled"),
        (
            "clients.set_quota(key, requests_per_minute=1, numbers_per_day=None, by=audit.SYSTEM)",
            429,
            "quota_requests",
        ),
    ],
    ids=["revoked", "switched off", "other limits"],
)
def test_every_worker_knows_within_a_second(server: Server, change: str, status: int, code: str) -> None:
    secret = server.manage("shell", "--no-imports", "-c", MAKE).split()[-1]
    asking = request("GET", LISTED, key=secret)
    assert until(lambda: send(server.port, asking).status == 200)
    seen: list[tuple[float, Reply]] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            seen.append((time.time(), send(server.port, asking)))  # a connection each: of any worker
            time.sleep(0.005)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    changed = float(server.manage("shell", "--no-imports", "-c", CHANGE.format(change=change)).split()[-1])
    time.sleep(2 * KNOWN_WITHIN_SECONDS)
    done.set()
    for thread in threads:
        thread.join()
    last_good = max(at for at, reply in seen if reply.status == 200)
    later = [reply for at, reply in seen if at > changed + KNOWN_WITHIN_SECONDS]
    print(
        f"{change}: the last good answer was asked for {1000 * (last_good - changed):.0f} ms after the change"
    )
    assert len(later) > 50
    assert {reply.status for reply in later} == {status}
    assert code.encode() in later[0].body
    if status == 401:
        assert until(lambda: noted(server, code) > 0)
        assert noted(server, code) <= 2 * 2  # a line a worker, for the minute that this may take


def test_who_sends_a_body_slowly_keeps_no_look_up_waiting(server: Server) -> None:
    """Three of them, of eight threads. Seen before: two were enough that nothing at all was answered any more."""
    key = server.first_run()["api_key"]
    begun = request("POST", "/v1/contacts/lookup", "Content-Length: 5000", body=b"{", key=key)
    with ExitStack() as slow:
        for _ in range(3):
            connection = slow.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=20))
            connection.sendall(begun)
        time.sleep(0.5)
        began = time.monotonic()
        assert {send(server.port, request("GET", LISTED, key=key)).status for _ in range(20)} == {200}
        assert time.monotonic() - began < 2


def noted(server: Server, code: str) -> int:
    rows: list[tuple[Any, ...]] = server.rows(
        "SELECT count(*) FROM audit_logentry WHERE kind = 'refused' AND data->>'code' = %s", code
    )
    return int(rows[0][0])
