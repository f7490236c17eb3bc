"""`make bench` in its short form: every measure is taken, and the list has the shape that others read."""

import json
import os
import subprocess
import sys
from pathlib import Path

from registry.run import ROOT

FIELDS = {"measure": str, "value": float, "unit": str, "target": str | None, "ok": bool}
PROMISED = [
    "look-up with key : view set without, requests a second",
    "look-up with key : view set of one table without, requests a second",
    "batch, 30 listed : view set, numbers a second",
    "batch, all listed : view set, numbers a second",
    "look-ups a second, 10,000 accounts : 1,000",
    "look-up, queries",
    "batch of 1,000, queries",
    "memory of a web worker after all this (RSS)",
    "look-alikes of a name among 10,000, median",
    "look-alikes of a name among 10,000, 95 of 100 within",
    "queue of 5,000, desk decide, median",
    "queue of 5,000, a common word, median",
    "queue, queries of the page with most",
    "import of 600 rows into an empty registry, 100,000 at that rate",
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
        timeout=180,
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
    assert by_name["look-up, queries"]["value"] <= 2 and by_name["batch of 1,000, queries"]["value"] <= 2
    assert by_name["queue, queries of the page with most"]["value"] <= 12
    assert "desk unclaimed: applications_to_decide" in ran.stdout
    assert "guarded_name_keys" in ran.stdout and "Index Only Scan using name_keys" in ran.stdout
