"""The sections in their order: what they need is loaded, each is measured once, the table is printed."""

import csv
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from django.db import connection

from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from registry.management.commands.first_run import PROTECTED_NAMES
from registry.run import ROOT
from tests.bench import dataset, imports, queries, report, resemblances, startup, workbench, wrk
from tests.bench.report import Measure
from tests.bench.scale import run as at_scale

ACCOUNTS, QUICK_ACCOUNTS = 1_000_000, 10_000  # beside the throw-away PostgreSQL, with names that are compared
ROWS, QUICK_ROWS = 10_000, 600  # imported
APPLICATIONS, FEW_APPLICATIONS = 100_000, 5_000
MANY, EMPTY = "registry", "bench_empty"  # databases
SECTIONS = ("queries", "lookalikes", "imports", "queue", "start")
VERSIONS = (
    "django",
    "djangorestframework",
    "granian",
    "psycopg",
    "lmdb",
    "fastapi",
    "asyncpg",
    "uvicorn",
    "uvloop",
)


def run(*, quick: bool, only: Sequence[str], keep: Path | None, output: Path) -> int:
    """The exit code: 1 when a target was missed, but the short form proves nothing."""
    wanted = only or (*at_scale.SECTIONS, *SECTIONS)
    print(f"{time.strftime('%Y-%m-%d')}: {_machine()}\n{_versions()}", flush=True)
    notes: list[str] = []
    measures = list(_said(_measured(wanted, quick, keep, output, notes)))
    measures.sort(key=lambda one: one.target is None)  # what has a target first
    print("\n\n".join(["", report.table(measures), *notes]))
    report.write(output, measures)
    print(f"\nwritten: {output}")
    return 0 if quick or all(one.ok for one in measures) else 1


def _measured(
    wanted: Sequence[str], quick: bool, keep: Path | None, output: Path, notes: list[str]
) -> Iterator[Measure]:
    if any(name in at_scale.SECTIONS for name in wanted):
        scale = at_scale.QUICK if quick else at_scale.FULL
        yield from at_scale.measure(scale, wanted, keep, output.parent)
    if any(name in SECTIONS and name != "start" for name in wanted):
        accounts, rows = (QUICK_ACCOUNTS, QUICK_ROWS) if quick else (ACCOUNTS, ROWS)
        _prepare(accounts)
        yield from _beside_the_throwaway(wanted, quick, accounts, rows, notes)
    if "start" in wanted and not quick:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            folder = Path(name)
            folder.chmod(0o711)  # PostgreSQL's own user passes through
            yield from startup.measure(folder)


def _beside_the_throwaway(
    wanted: Sequence[str], quick: bool, accounts: int, rows: int, notes: list[str]
) -> Iterator[Measure]:
    if "queries" in wanted:
        yield from queries.measure(accounts)
    if "lookalikes" in wanted:
        similar, plans = resemblances.measure(accounts)
        yield from similar
        notes.append(plans)
    if "imports" in wanted:
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            yield from imports.measure(EMPTY, rows, where="an empty registry", folder=Path(name))
            yield from imports.measure(MANY, rows, where=f"one of {accounts:,}", folder=Path(name))
    if "queue" in wanted:
        queue, indexes = workbench.measure(MANY, FEW_APPLICATIONS if quick else APPLICATIONS)
        yield from queue
        notes.append(indexes)


def _said(measures: Iterable[Measure]) -> Iterator[Measure]:
    """It takes long: what is known already is shown."""
    for one in measures:
        verdict = "" if one.ok else f"  (target: {one.target})"
        print(f"{one.measure}: {one.value:,.10g} {one.unit}{verdict}", flush=True)
        yield one


def _machine() -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"


def _versions() -> str:
    return ", ".join(
        [f"{wrk.version()} (-t1 -c{wrk.CONNECTIONS})", *(f"{name} {version(name)}" for name in VERSIONS)]
    )


def _prepare(accounts: int) -> None:
    """Migrated databases with their accounts and protected names."""
    owner = {**os.environ, "REGISTRY_ROLE": "owner"}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=owner, check=True)
    with open(PROTECTED_NAMES, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            businesses.protect(row["name"], category=row["category"], country=row["country"], by=audit.SYSTEM)
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own; a database in use can't be cloned
    dataset.clone(MANY, EMPTY)
    started = time.perf_counter()
    dataset.load(MANY, accounts, with_name_keys=True)
    print(
        f"{accounts:,} accounts with their names' keys loaded in {time.perf_counter() - started:.0f} s",
        flush=True,
    )
