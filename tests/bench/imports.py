"""The import of a long list, as its own process: `manage.py import_pilot`."""

import contextlib
import csv
import os
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

from accounts.verification.pilot_list import COLUMNS
from registry.run import ROOT
from tests.bench import dataset
from tests.bench.report import Measure, held, shown

PROJECTED_ROWS = 100_000
LIMIT_SECONDS, LIMIT_MEGABYTES = 240, 300


def measure(database: str, rows: int, *, where: str, folder: Path) -> list[Measure]:
    took, memory = _import(database, _list(folder / "list.csv", rows))
    what = f"import of {rows:,} rows into {where}"
    projected = took / rows * PROJECTED_ROWS
    return [
        held(f"{what}, {PROJECTED_ROWS:,} at that rate", projected, "s", "<", LIMIT_SECONDS),
        held(f"{what}, memory (RSS)", memory, "MB", "<", LIMIT_MEGABYTES),
        shown(f"{what}, rows a second", rows / took, "1/s"),
    ]


def _list(path: Path, rows: int) -> Path:
    """Good rows. Their numbers are of the Indonesian plan, for the import judges them; nothing is ever sent there."""
    # The first names of the made-up registry are live already: these are the next ones.
    wanted = islice(dataset.made_up_names(2 * rows), rows, None)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for i, name in enumerate(wanted):
            facts = [f"CV Usaha {i}", name, f"+62812{10_000_000 + i}", "ID", "food", "", "", "order_updates"]
            writer.writerow([*facts, f"Ibu {i}", f"o{i}@owner.example", "id"])
    return path


def _import(database: str, path: Path) -> tuple[float, float]:
    """Seconds, and the most megabytes that the process held."""
    environment = {**os.environ, "DATABASE_URL": dataset.url_of(database, "web"), "REGISTRY_ROLE": "web"}
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_pilot", str(path), "--cohort", "Bench"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    most = 0.0
    while process.poll() is None:
        most = max(most, _peak_megabytes(process.pid))
        time.sleep(0.02)
    took = time.perf_counter() - started
    said = process.communicate()[0]
    if process.returncode or " 0 already there, 0 rejected" not in said:
        raise SystemExit(f"the import ended with {process.returncode}: {said}")
    return took, most


def _peak_megabytes(pid: int) -> float:
    """Since it became the program it is: what wait4(2) tells counts this process too, of which it was a copy."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    return 0
