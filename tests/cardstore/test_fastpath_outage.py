"""What look-ups say while the follower is stuck, the database away, or both: over real HTTP."""

import contextlib
import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from accounts.cardstore.pulse import Pulse
from accounts.cardstore.reading import mark
from registry.health import FRESH_FOR_SECONDS
from tests.cardstore.wire import Reply, has_applied_all, request, send
from tests.server import Server, children_of, running, until

pytestmark = pytest.mark.alone

STALE_AFTER, GIVE_UP_AFTER = 2, 12  # seconds
LISTED = "+13035550101"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"CARDS_STALE_AFTER": str(STALE_AFTER), "CARDS_GIVE_UP_AFTER": str(GIVE_UP_AFTER)}
    with running(tmp_path_factory.mktemp("outage"), WEB_WORKERS="1", WEB_THREADS="4", **settings) as server:
        assert until(lambda: has_applied_all(server))
        yield server


def look_up(server: Server, number: str = LISTED) -> Reply:
    return send(server.port, request("GET", f"/v1/contacts/{number}", key=server.first_run()["api_key"]))


def told(reply: Reply) -> tuple[int, str | None]:
    return reply.status, reply.header("registry-stale")


@contextlib.contextmanager
def stuck(server: Server) -> Iterator[None]:
    """The follower neither works nor ends."""
    (pid,) = (pid for pid, line in children_of(server.pid).items() if "cards follow" in line)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_while_the_follower_is_stuck_the_database_answers(server: Server) -> None:
    with stuck(server):
        time.sleep(STALE_AFTER + 0.5)
        assert told(look_up(server)) == (200, "false")  # whoever comes first, too
        server.rows("UPDATE businesses_account SET live_name = 'Changed by Now' WHERE number = %s", LISTED)
        assert b"Changed by Now" in look_up(server).body
        assert {told(look_up(server)) for _ in range(50)} == {(200, "false")}
        time.sleep(GIVE_UP_AFTER - STALE_AFTER)
        assert told(look_up(server)) == (200, "false")
    assert until(
        lambda: b"Changed by Now" not in look_up(server).body
    )  # the store again: no event told of it


def test_stale_is_said_and_past_the_second_bound_nothing(server: Server) -> None:
    asked = look_up(server)
    with server.without("database"):
        assert told(look_up(server)) == (200, "false")
        assert until(lambda: told(look_up(server)) == (200, "true"), STALE_AFTER + 2)
        late = look_up(server)
        assert (late.body, late.header("etag")) == (asked.body, asked.header("etag"))
        assert str(late.header("registry-as-of")) >= str(asked.header("registry-as-of"))
        assert until(lambda: look_up(server).status == 503, GIVE_UP_AFTER + 2)
        refused = look_up(server)
        assert json.loads(refused.body)["code"] == "database_unavailable"
        assert refused.header("retry-after")
    assert until(lambda: told(look_up(server)) == (200, "false"), 10)


def test_pages_that_need_the_database_do_not_hold_up_look_ups(server: Server) -> None:
    """Each of them would wait three seconds for the pool, in one of four threads."""
    key = server.first_run()["api_key"]
    pages = [request("GET", "/v1/accounts", key=key), request("GET", "/healthz/ready", key=None)]
    # Not by the database, while the follower is still about to come back from the outage before.
    assert until(lambda: Pulse(server.var_dir / "cards" / "pulse").last().age() < 1_000_000)
    assert until(lambda: told(look_up(server)) == (200, "false"))
    done = threading.Event()

    def ask(page: bytes) -> list[tuple[float, int]]:
        took = []
        while not done.is_set():
            began = time.monotonic()
            status = send(server.port, page).status
            took.append((time.monotonic() - began, status))
            time.sleep(0.05)
        return took

    time.sleep(FRESH_FOR_SECONDS)  # what `ready` said before is said no longer
    with server.without("database"), ThreadPoolExecutor(8) as pool:
        others = [pool.submit(ask, page) for page in pages * 4]
        waited, began = [], 0.0
        deadline = time.monotonic() + GIVE_UP_AFTER - 4
        try:
            while time.monotonic() < deadline:
                began = time.monotonic()
                assert look_up(server).status == 200
                waited.append(time.monotonic() - began)
                time.sleep(0.02)
        finally:
            done.set()
        answered = [entry for other in others for entry in other.result()]
    print(f"{len(waited)} look-ups: median {1000 * sorted(waited)[len(waited) // 2]:.1f} ms, longest"
          f" {1000 * max(waited):.0f} ms;"
          f" {len(answered)} others, longest {1000 * max(answered)[0]:.0f} ms")  # fmt: skip
    assert {status for _, status in answered} == {503}
    assert sorted(waited)[len(waited) * 9 // 10] < 0.25
    assert max(waited) < 1.5
    assert until(server.is_ready, 5)


def test_a_badge_that_ends_while_the_database_is_away_turns_by_itself(server: Server) -> None:
    def ends(reply: Reply) -> str:
        return str(json.loads(reply.body)["badge"]["expires_at"])

    before = ends(look_up(server))
    server.rows(
        "UPDATE badges_badge SET expires_at = now() + interval '20 seconds' WHERE account_id ="
        " (SELECT id FROM businesses_account WHERE number = %s)", LISTED
    )  # fmt: skip
    pulse = Pulse(server.var_dir / "cards" / "pulse")
    old = pulse.last().generation
    mark(server.var_dir / "cards" / old, "a test changed a badge past the journal")
    assert until(lambda: pulse.last().generation not in ("", old), 12)
    assert ends(look_up(server)) < before
    ((left,),) = server.rows("SELECT extract(epoch FROM min(expires_at) - now()) FROM badges_badge")
    time.sleep(max(0, float(left) - 5))
    with server.without("database"):
        assert json.loads(look_up(server).body)["tier"] == "verified"
        assert until(lambda: json.loads(look_up(server).body).get("tier") == "confirmed", 8)
        card = json.loads(look_up(server).body)
    assert (card["badge"], card["absence"]["state"]) == (None, "expired")
