"""The measures in their order: databases are made, everything is measured once, the table is printed."""

import csv
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection

from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.clients import services as clients
from accounts.clients.models import Scope
from registry.management.commands.first_run import PROTECTED_NAMES
from registry.run import ROOT
from tests.bench import dataset, imports, load, lookups, report, resemblances, startup, workbench
from tests.bench.lookups import Size
from tests.bench.report import Measure

FULL = Size(small=1_000, large=1_000_000, rounds=40, seconds=0.35)
QUICK = Size(small=1_000, large=10_000, rounds=3, seconds=0.2)
ROWS, QUICK_ROWS = 10_000, 600  # imported
APPLICATIONS, FEW_APPLICATIONS = 100_000, 5_000
FEW, MANY, EMPTY = "bench_few", "registry", "bench_empty"  # databases


def run(*, quick: bool, output: Path) -> int:
    """The exit code: 1 when a target was missed, but the short form proves nothing."""
    size, rows = (QUICK, QUICK_ROWS) if quick else (FULL, ROWS)
    print(f"{time.strftime('%Y-%m-%d')}: {_machine()}; {load.CONNECTIONS} connections of tests/bench/load.py")
    key = _prepare(size)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL's own user passes through
        measures = _said(lookups.measure(FEW, MANY, key, size))
        similar, plans = resemblances.measure(size.large)
        measures += _said(similar)
        measures += _said(imports.measure(EMPTY, rows, where="an empty registry", folder=folder))
        measures += _said(imports.measure(MANY, rows, where=f"one of {size.large:,}", folder=folder))
        queue, indexes = workbench.measure(MANY, FEW_APPLICATIONS if quick else APPLICATIONS)
        measures += _said(queue)
        if not quick:
            measures += _said(startup.measure(folder))
    measures.sort(key=lambda one: one.target is None)  # what has a target first
    print(f"\n{report.table(measures)}\n\n{plans}\n\n{indexes}\n")
    report.write(output, measures)
    print(f"written: {output}")
    return 0 if quick or all(one.ok for one in measures) else 1


def _said(measures: list[Measure]) -> list[Measure]:
    """It takes minutes: what is known already is shown."""
    for one in measures:
        print(f"{one.measure}: {one.value:,.10g} {one.unit}", flush=True)
    return measures


def _machine() -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def _prepare(size: Size) -> str:
    """Migrated databases with their accounts and protected names; returns the key of an app that all of them know."""
    owner = {**os.environ, "REGISTRY_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=owner, check=True)
    app = clients.create_app("Bench", "bench@app.example", by=audit.SYSTEM)
    _, key = clients.create_key(app, scopes=[Scope.CONTACTS_READ], by=audit.SYSTEM)
    with open(PROTECTED_NAMES, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            businesses.protect(row["name"], category=row["category"], country=row["country"], by=audit.SYSTEM)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own; a database in use can't be cloned
    for database in (EMPTY, FEW):
        dataset.clone(MANY, database)
    for database, count in ((FEW, size.small), (MANY, size.large)):
        started = time.perf_counter()
        dataset.load(database, count, with_name_keys=database == MANY)
        print(f"{count:,} accounts loaded in {time.perf_counter() - started:.0f} s", flush=True)
    return key
