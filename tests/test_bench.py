"""`make bench` in its short form: every measure is taken, and the list has the shape that others read."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from registry.run import ROOT

pytestmark = pytest.mark.alone

FIELDS = {"measure": str, "value": float, "unit": str, "target": str | None, "ok": bool}
PROMISED = [
    "load_synthetic of 10,000 accounts",
    "look-up : view set, requests a second",
    "look-up : view set of one row, CPU of the worker",
    "look-up : FastAPI and asyncpg, requests a second",
    'look-up, half of them conditional : Django view of b"ok", requests a second',
    "address book, 30 of 1,000 listed, numbers a second",
    "look-ups a second, 10,000 accounts : 1,000",
    "store of 10,000, built from nothing",
    "store of 10,000, built from nothing, memory (RSS) at most",
    "is it listed? by the reader in Python, after load, median",
    "PostgreSQL stopped : running, look-ups a second",
    "PostgreSQL stopped, errors in these rounds",
    "memory of a web worker after all this, store aside (RssAnon)",
    "quota of a request, beside 3 other workers",
    "revocation committed → answered by all 2 workers, under load, p99",
    "key revoked → refused by all workers, the longest of 20",
    "look-up by the database, queries",
    "look-alikes of a name among 10,000, median",
    "look-alikes of a name among 10,000, 95 of 100 within",
    "queue of 5,000, desk decide, median",
    "queue of 5,000, a common word, median",
    "queue, queries of the page with most",
    "import of 600 rows into an empty registry, 100,000 at that rate",
]
# What does not depend on what else the machine does, however short the form.
HOLD = [
    "look-up by the database, queries",
    "batch of 1,000 by the database, queries",
    "queue, queries of the page with most",
    "memory of a web worker after all this, store aside (RssAnon)",
    "PostgreSQL stopped, errors in these rounds",
]


def test_the_short_bench_measures_everything_and_writes_it_down(tmp_path: Path) -> None:
    """Its speeds prove nothing beside other tests; what does not depend on the machine has to hold."""
    output = tmp_path / "bench.json"
    bench = [sys.executable, "-m", "tests.bench", "--quick", "--out", str(output)]
    ran = subprocess.run(
        [sys.executable, "-m", "registry.postgres", "throwaway", "--", *bench],
        cwd=ROOT,
        env={**os.environ, "REGISTRY_ROLE": "web"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    measures = json.loads(output.read_text())
    for one in measures:
        assert one.keys() == FIELDS.keys()
        assert all(isinstance(one[name], kind) for name, kind in FIELDS.items()), one
        assert f"| {one['measure']} " in ran.stdout
    by_name = {one["measure"]: one for one in measures}
    assert set(PROMISED) <= by_name.keys()
    assert all(by_name[name]["target"] for name in PROMISED)
    assert [name for name in HOLD if not by_name[name]["ok"]] == []
    assert [name for name in by_name if "could not be measured" in name] == []
    assert (tmp_path / "cost-by-size.svg").read_text().count("<polyline") == 2
    assert "desk unclaimed: applications_to_decide" in ran.stdout
    assert "guarded_name_keys" in ran.stdout
    assert re.search(
        "Scan (using|on) name_keys", ran.stdout
    )  # of ten thousand accounts, either may be cheaper
