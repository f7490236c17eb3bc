"""The fast path against the long one: the same answers to every request, over real sockets."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from accounts.clients import keys
from tests.cardstore.asked import CHANGES, CONTACT, LISTED, Asked, everything
from tests.cardstore.wire import Reply, comparable, has_applied_all, request, send, without_store
from tests.server import Server, running, until

pytestmark = pytest.mark.alone

SETTINGS = {
    "WEB_WORKERS": "1",
    "CARDS_STALE_AFTER": "600",
    "QUOTA_REQUESTS_PER_MINUTE": "1000000",
    "QUOTA_NUMBERS_PER_DAY": "10000000",
}
# Without a look at the database or at the store.
NEITHER = {400, 404, 405, 406, 431, 0}
KEYS = """
from accounts.audit import journal as audit; from accounts.clients import services as clients
app = clients.create_app('Kai', 'kai@app.example', by=audit.SYSTEM)
_, good = clients.create_key(app, ['contacts:read'], by=audit.SYSTEM)
off = clients.create_app('Off', 'off@app.example', by=audit.SYSTEM)
_, narrow = clients.create_key(app, ['numbers:declare'], by=audit.SYSTEM)
_, disabled = clients.create_key(off, ['contacts:read'], by=audit.SYSTEM)
more = clients.create_app('More', 'more@app.example', by=audit.SYSTEM)
key, revoked = clients.create_key(more, ['contacts:read'], by=audit.SYSTEM)
clients.revoke_key(key, by=audit.SYSTEM)
clients.set_active(off, False, by=audit.SYSTEM)
_, little = clients.create_key(more, ['contacts:read'], requests_per_minute=5, numbers_per_day=20, by=audit.SYSTEM)
print(good, narrow, disabled, revoked, little)
"""


class Both(NamedTuple):
    server: Server
    without: int  # the port of the one without a store
    keys: dict[str, str]
    tag: str
    head: str
    head_tag: str
    before: str  # an event behind which no card has changed

    def filled_in(self, asked: Asked) -> bytes:
        values = {
            "{key}": self.keys[asked.key],
            "{other}": keys.generate("live"),
            "{tag}": self.tag,
            "{head tag}": self.head_tag,
            "{head}": self.head,
            "{before}": self.before,
        }
        raw = asked.raw
        for name, value in values.items():
            raw = raw.replace(name.encode(), value.encode())
        return raw


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("both")
    with running(folder, **SETTINGS) as server, without_store(server, folder / "without", **SETTINGS) as port:
        assert until(lambda: has_applied_all(server))
        ((before,),) = server.rows("SELECT max(seq) FROM audit_event")
        names = ("good", "narrow", "disabled", "revoked", "little")
        made = dict(zip(names, server.manage("shell", "--no-imports", "-c", KEYS).split(), strict=True))
        made["unknown"] = keys.generate("test")

        def changes() -> Reply:
            ((head,),) = server.rows("SELECT max(seq) FROM audit_event")
            return send(port, request("GET", f"{CHANGES}?after={head}", key=made["good"]))

        assert until(lambda: has_applied_all(server))
        head = changes()
        card = send(port, request("GET", CONTACT + LISTED, key=made["good"]))
        yield Both(
            server,
            port,
            made,
            str(card.header("etag")),
            str(json.loads(head.body)["next"]),
            str(head.header("etag")),
            str(before),
        )


TABLE = list(everything())


def test_each_request_of_the_table_has_a_name_of_its_own() -> None:
    assert len({asked.name for asked in TABLE}) == len(TABLE)


@pytest.mark.parametrize("asked", TABLE, ids=lambda asked: asked.name)
def test_both_ways_answer_alike(both: Both, asked: Asked) -> None:
    raw = both.filled_in(asked)
    stored, asked_for = (send(port, raw, method=asked.method) for port in (both.server.port, both.without))
    assert comparable(stored, counted=False) == comparable(asked_for, counted=False)
    assert stored.status != 500


def test_while_the_database_is_away_the_store_answers_what_it_answered_before(both: Both) -> None:
    """So the table compares two ways indeed; and what the store does not answer is 503, or needs neither."""
    before = {
        asked.name: send(both.server.port, both.filled_in(asked), method=asked.method) for asked in TABLE
    }
    wrong = []
    with both.server.without("database"):
        for asked in TABLE:
            now = send(both.server.port, both.filled_in(asked), method=asked.method)
            same = comparable(now, counted=False) == comparable(before[asked.name], counted=False)
            needed = now.status == 503 and b"database_unavailable" in now.body
            if asked.by_the_store != (same and not needed) and not (
                same and not asked.by_the_store and _needs_neither(now)
            ):
                wrong.append((asked.name, before[asked.name].status, now.status, now.body[:100]))
    assert not wrong, "\n".join(map(str, wrong))


def _needs_neither(reply: Reply) -> bool:
    return reply.status not in (200, 304)
