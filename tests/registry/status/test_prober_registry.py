"""The prober of a real registry: everything it asks works, with a key of its own; and PostgreSQL may hang."""

import contextlib
import json
import os
import signal
import sqlite3
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.server import Server, children_of, running, until

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    settings = {"PROBE_EVERY": "1", "PROBE_NUMBER": "+13035550101"}
    with running(tmp_path_factory.mktemp("probed"), **settings) as registry:
        assert until(lambda: set(statuses(registry).values()) == {"operational"}, 60), registry.said()
        yield registry


def read(registry: Server, name: str) -> Any:
    return json.loads((registry.var_dir / "status" / "public" / "api" / "v2" / f"{name}.json").read_text())


def statuses(registry: Server) -> dict[str, str]:
    if not (registry.var_dir / "status" / "public" / "api" / "v2" / "status.json").exists():  # written last
        return {}
    return {one["name"]: one["status"] for one in read(registry, "components")["components"]}


def drawn(registry: Server) -> float:
    return datetime.fromisoformat(read(registry, "status")["page"]["updated_at"]).timestamp()


def last_rounds(registry: Server, component: str, count: int) -> list[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(registry.var_dir / "status" / "ledger.sqlite3")) as file:
        sql = "SELECT outcome, reason FROM probe WHERE component = ? ORDER BY round DESC LIMIT ?"
        return file.execute(sql, (component, count)).fetchall()


def test_each_component_is_measured_on_its_real_path(registry: Server) -> None:
    assert len(statuses(registry)) >= 4
    assert not read(registry, "incidents")["incidents"]
    assert last_rounds(registry, "lookups", 1)[0] in (("operational", ""), ("degraded_performance", "slow"))


def test_its_key_is_its_own_and_good_for_nothing_else(registry: Server) -> None:
    key = registry.var_dir / "status" / "key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    sql = "SELECT name, scopes FROM clients_apikey k JOIN clients_clientapp app ON app.id = app_id ORDER BY k.id"
    ((name, scopes),) = registry.rows(sql)[1:]
    assert name.startswith("Status prober (") and scopes == ["contacts:read", "status:probe"]
    assert key.read_text().strip() not in registry.said()


def test_test_messages_do_not_pile_up(registry: Server) -> None:
    time.sleep(3)
    registry.rows(
        "UPDATE outbox_message SET created_at = created_at - interval '3 minutes' WHERE template = 'probe'"
    )
    time.sleep(3)
    ((old, all_of_them),) = registry.rows(
        "SELECT count(*) FILTER (WHERE created_at < now() - interval '150 seconds'), count(*) FROM outbox_message"
        " WHERE template = 'probe'"
    )
    assert old == 0 and 0 < all_of_them < 20
    ((alerts,),) = registry.rows("SELECT count(*) FROM audit_logentry WHERE kind IN ('alert', 'refused')")
    assert alerts == 0


def test_a_key_that_staff_revoked_is_replaced_and_no_outage_is_called(registry: Server) -> None:
    before = (registry.var_dir / "status" / "key").read_text()
    shell = (
        "from accounts.audit.journal import SYSTEM; from accounts.clients import services;"
        "from accounts.clients.models import ApiKey;"
        "services.revoke_key(ApiKey.objects.live().filter(app__name__startswith='Status').get(), by=SYSTEM)"
    )
    registry.manage("shell", "--no-imports", "-c", shell)
    assert until(lambda: (registry.var_dir / "status" / "key").read_text() != before, 30), registry.said()
    assert until(lambda: last_rounds(registry, "lookups", 1)[0][0] == "operational")
    assert set(statuses(registry).values()) == {"operational"}
    assert not read(registry, "incidents")["incidents"]


def test_a_database_that_hangs_holds_up_no_round(registry: Server) -> None:
    leader = registry.services()["database"]
    frozen = [leader, *children_of(leader)]
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        began = time.time()
        assert until(lambda: bool(read(registry, "incidents/unresolved")["incidents"]), 40), registry.said()
        (incident,) = read(registry, "incidents/unresolved")["incidents"]
        assert abs(datetime.fromisoformat(incident["started_at"]).timestamp() - began) < 8
        for _ in range(3):
            before = drawn(registry)
            assert until(lambda before=before: drawn(registry) > before, 8)
        assert time.time() - drawn(registry) < 8
        ((outcome, reason),) = last_rounds(registry, "forms", 1)
        assert (outcome, reason in ("timeout", "status_503")) == ("major_outage", True)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert until(lambda: read(registry, "incidents")["incidents"][0]["status"] == "resolved", 90), (
        registry.said()
    )
    assert set(statuses(registry).values()) == {"operational"}
    ((pk, is_over),) = registry.rows("SELECT id::text, resolved_at IS NOT NULL FROM status_incident")
    assert is_over and pk


def test_a_prober_that_was_killed_is_back_and_knows_where_it_stood(registry: Server) -> None:
    before = registry.services()["prober"]
    registry.kill("prober")
    assert until(lambda: registry.services().get("prober", before) != before)
    since = time.time()
    assert until(lambda: drawn(registry) > since, 60)
    assert [one["status"] for one in read(registry, "incidents")["incidents"]] == ["resolved"]
    keys = registry.rows("SELECT count(*) FROM clients_apikey")
    assert keys == [(3,)]  # the demo's, the prober's first and its second: a restart makes none
