"""The registries that look-ups are measured on: one PostgreSQL, a database and a folder for each number of accounts.

Made in a folder of its own as `make run` makes it, with the settings of a real one (fsync and all). A folder that is
kept is found again by the next run, loaded as it was.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connection
from psycopg import sql

from accounts.audit import journal as audit
from accounts.clients import services as clients
from accounts.clients.models import ApiKey, Scope
from registry.postgres import Cluster
from registry.postgres.provision import DATABASE, Role
from registry.run import ROOT
from tests.bench import server

LOAD_LIMIT_SECONDS, STEP_LIMIT_SECONDS = 1_800, 900
ENOUGH = 2**31 - 1  # of every quota: it is counted, and never used up
STOP_LIMIT_SECONDS = 60


@dataclass
class Registry:
    """One number of accounts: its database, its folder, and an app's key that it knows."""

    cluster: Cluster
    accounts: int
    database: str
    var_dir: Path
    key: str = ""
    loaded_in: float | None = None  # seconds; None: it was there

    def url(self, role: Role = "web") -> str:
        return self.cluster.url(role, self.database)

    def environment(self, role: Role = "web", **more: str) -> dict[str, str]:
        """Of a process that is to work on it."""
        return {
            "DATABASE_URL": self.url(),
            **({"OWNER_DATABASE_URL": self.url("owner")} if role == "owner" else {}),
            "REGISTRY_ROLE": role,
            "VAR_DIR": str(self.var_dir),
            "DJANGO_SETTINGS_MODULE": "registry.settings",
            "LOG_LEVEL": "error",
            "QUOTA_REQUESTS_PER_MINUTE": str(ENOUGH),
            "QUOTA_NUMBERS_PER_DAY": str(ENOUGH),
            **more,
        }

    def manage(self, *arguments: str, role: Role = "web", within: float = STEP_LIMIT_SECONDS) -> str:
        """A command of the operator's; what it printed. Raises SystemExit with what it said when it fails."""
        done = subprocess.run(
            server.manage(*arguments),
            cwd=ROOT,
            env={**os.environ, **self.environment(role)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"manage.py {' '.join(arguments)} failed: {done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def here(self) -> Iterator[None]:
        """Models and services of this process work on it meanwhile."""
        before = dict(connection.settings_dict)
        parts = urlsplit(self.url())
        _leave()
        connection.settings_dict.update(
            NAME=self.database,
            USER=parts.username,
            PASSWORD=parts.password,
            HOST=parts.hostname,
            PORT=str(parts.port),
        )
        try:
            yield
        finally:
            _leave()
            connection.settings_dict.update(before)


def _leave() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own


class Site:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(folder / "postgres")
        self.registries: dict[int, Registry] = {}

    @property
    def postmaster(self) -> int:
        running = self.cluster.postmaster()
        if running is None:
            raise SystemExit(f"PostgreSQL in {self.folder} does not run")
        return running.pid

    def open(self, accounts: int, *, first: bool) -> Registry:
        """The registry of that size; loaded where it is not there yet. The first has the database `registry`."""
        if accounts in self.registries:
            return self.registries[accounts]
        database = DATABASE if first else f"bench_{accounts}"
        found = Registry(
            self.cluster, accounts, database, self.folder if first else self.folder / f"of-{accounts}"
        )
        found.var_dir.mkdir(mode=0o711, parents=True, exist_ok=True)
        self._create(database)
        found.manage("migrate", "--no-input", "--verbosity=0", role="owner")
        if (there := _live_accounts(found)) not in (0, accounts):
            raise SystemExit(
                f"{found.var_dir} holds {there:,} accounts, not {accounts:,}: name another folder"
            )
        if not there:
            print(f"loading {accounts:,} accounts …", flush=True)
            started = time.perf_counter()
            found.manage("load_synthetic", f"--accounts={accounts}", role="owner", within=LOAD_LIMIT_SECONDS)
            found.loaded_in = time.perf_counter() - started
            print(f"{accounts:,} accounts loaded in {found.loaded_in:.0f} s", flush=True)
        found.key = self._key(found)
        self.registries[accounts] = found
        return found

    def _create(self, database: str) -> None:
        with psycopg.connect(self.cluster.url("superuser", "postgres"), autocommit=True) as main:
            if main.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is None:
                name = sql.Identifier(database)
                main.execute(sql.SQL("CREATE DATABASE {} OWNER registry_owner").format(name))

    def _key(self, of: Registry) -> str:
        """The app's key lies beside the data that knows it."""
        kept = of.var_dir / "bench-key.json"
        if kept.exists():
            return str(json.loads(kept.read_text())["key"])
        with of.here():
            key = new_key("Bench")[1]
        kept.touch(0o600)
        kept.write_text(json.dumps({"key": key}))
        return key

    # --- PostgreSQL ---

    def stop_postgres(self) -> None:
        """In order, as `systemctl stop` does; the processes are gone when this returns."""
        pid = self.postmaster
        os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + STOP_LIMIT_SECONDS
        while self.cluster.postmaster() is not None:
            if self.cluster.child is not None:
                self.cluster.child.poll()
            if time.monotonic() > deadline:
                raise SystemExit("PostgreSQL does not stop")
            time.sleep(0.02)

    def start_postgres(self) -> None:
        self.cluster.start()


@contextmanager
def opened(folder: Path) -> Iterator[Site]:
    site = Site(folder)
    with ExitStack() as stack:
        if site.cluster.start():
            stack.callback(site.cluster.stop)
        yield site


def new_key(name: str) -> tuple[ApiKey, str]:
    """Of an app of its own, on the registry that this process works on."""
    app = clients.create_app(name, "bench@app.example", by=audit.SYSTEM)
    return clients.create_key(app, scopes=[Scope.CONTACTS_READ], by=audit.SYSTEM)


def _live_accounts(of: Registry) -> int:
    with psycopg.connect(of.url("superuser")) as database:
        row = database.execute(
            "SELECT count(*) FROM businesses_account WHERE number LIKE '+999%%'"
        ).fetchone()
    return int(row[0]) if row else 0
