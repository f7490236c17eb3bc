"""One PostgreSQL in one folder: made, started, attached to, stopped."""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg

from registry.postgres.binaries import (
    SETTINGS,
    THROWAWAY_SETTINGS,
    NeverStarted,
    PostgresError,
    environment,
    identity_for,
    installation,
    probed,
    reason,
)
from registry.postgres.provision import DATABASE, ROLES, Role, provision
from registry.processes import Identity, die_with_parent

START_LIMIT_SECONDS = 300  # a large journal is replayed after a crash
STOP_LIMIT_SECONDS = 30
PORT_ATTEMPTS = 5
LOG_LIMIT_BYTES = 10_000_000
PORT_LINE, READY_LINE = 3, 7  # of postmaster.pid, counted from 0


class Postmaster(NamedTuple):
    pid: int
    port: int
    ready: bool


class Cluster:
    """One PostgreSQL in one folder. `throwaway`: fast, not durable, and the owner may make databases."""

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.throwaway = throwaway
        self.child: subprocess.Popen[bytes] | None = None
        self.log_start = 0

    # --- what is known of it ---

    def url(self, role: Role = "web", database: str = DATABASE) -> str:
        facts = self._facts()
        return f"postgres://{ROLES[role]}:{facts[role]}@127.0.0.1:{facts['port']}/{database}"

    def postmaster(self) -> Postmaster | None:
        """The running server, or None."""
        if not self._in_use():
            return None
        try:
            lines = self._pid_file()
        except OSError as error:
            raise self._unusable(error) from error
        if len(lines) <= PORT_LINE or not _is_alive(int(lines[0])):
            return None  # about to be written, or left behind by a server that was killed
        ready = len(lines) > READY_LINE and lines[READY_LINE] == "ready"
        return Postmaster(int(lines[0]), int(lines[PORT_LINE]), ready)

    def _facts(self) -> dict[str, str]:
        try:
            facts: dict[str, str] = json.loads((self.folder / "cluster.json").read_text())
        except FileNotFoundError as error:
            raise NeverStarted(
                f"There is no database under {self.folder} yet: run `make run`, or set DATABASE_URL."
            ) from error
        except OSError as error:
            raise self._unusable(error) from error
        return facts

    def _unusable(self, error: OSError) -> PostgresError:
        return PostgresError(
            f"Cannot use {error.filename or self.folder} ({error.strerror}): run as the user who made it, "
            "or set VAR_DIR to another folder."
        )

    # --- the lock ---

    def _in_use(self) -> bool:
        with contextlib.suppress(FileNotFoundError), self._lock() as mine:
            return not mine
        return False

    @contextlib.contextmanager
    def _lock(self, flags: int = 0) -> Iterator[int | None]:
        """Yields the lock's descriptor, or None when a process of the cluster has it."""
        try:
            descriptor = os.open(self.folder / "lock", os.O_RDWR | flags, 0o600)
        except PermissionError as error:
            raise self._unusable(error) from error
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield descriptor
        finally:
            os.close(descriptor)

    # --- start and stop ---

    def start(self, *, detached: bool = False) -> bool:
        """Run the server, made first where there is none. False: it ran already, and is not ours to stop.

        Not `detached`, it stops when this process ends, however this process ends. Raises PostgresError.
        """
        deadline = time.monotonic() + START_LIMIT_SECONDS
        try:
            self._make_folder()
            while True:
                with self._lock(os.O_CREAT) as lock:
                    if lock is not None:
                        self._start(lock, detached, deadline)
                        return True
                # Another starter is at work, or the last processes of a killed server are ending.
                if (running := self.postmaster()) and running.ready:
                    return False
                if time.monotonic() > deadline:
                    raise PostgresError(
                        f"Another PostgreSQL holds {self.folder} and does not answer: end it."
                    )
                time.sleep(0.05)
        except OSError as error:
            raise self._unusable(error) from error

    def stop(self) -> bool:
        """Stop the server, whoever started it. False: it did not run."""
        running = self.postmaster()
        if running is None:
            return False
        requests = [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]  # fast, immediate, forced
        for request in requests[1:] if self.throwaway else requests:
            with contextlib.suppress(ProcessLookupError):
                os.kill(running.pid, request)
            deadline = time.monotonic() + STOP_LIMIT_SECONDS
            while time.monotonic() < deadline:
                if self.child is not None:
                    self.child.poll()
                if not self._in_use():
                    self.child = None
                    return True
                time.sleep(0.02)
        raise PostgresError(f"PostgreSQL (process {running.pid}) does not stop.")

    def _end_child(self) -> None:
        """While the lock is ours: `stop` would take our holding it for a server that does not end."""
        assert self.child is not None
        self.child.send_signal(signal.SIGINT)
        try:
            self.child.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.child = None

    def _make_folder(self) -> None:
        for folder in (self.folder.parent, self.folder):
            if not folder.exists():
                folder.mkdir(parents=True)
                folder.chmod(0o711)  # the server's user passes through; nothing in it is readable to others

    def _start(self, lock: int, detached: bool, deadline: float) -> None:
        made = (self.data / "PG_VERSION").exists()
        if made and (version := (self.data / "PG_VERSION").read_text().strip()) != "18":
            raise PostgresError(
                f"{self.data} was made by PostgreSQL {version}, this is 18: set VAR_DIR to a new folder, "
                "and move the data with pg_dump of the old one."
            )
        identity = identity_for(self.data)
        if not made:
            # Where there is one, it fits data that may come back: a disk that is not mounted yet.
            if not (self.folder / "cluster.json").exists():
                self._write_facts(
                    {"port": str(_free_port()), **{role: secrets.token_hex(24) for role in ROLES}}
                )
            self._initdb(identity)
        self._start_server(identity, lock, detached, deadline)
        try:
            provision(self.url, self._facts(), may_make_databases=self.throwaway)
        except psycopg.Error as error:
            self._end_child()
            raise PostgresError(
                f"PostgreSQL in {self.folder} refused its first connection: {str(error).strip()}"
            ) from error

    def _write_facts(self, facts: dict[str, str]) -> None:
        new = self.folder / "cluster.json.new"
        new.unlink(missing_ok=True)
        new.touch(0o600)
        new.write_text(json.dumps(facts))
        owner = self.folder.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
        new.rename(self.folder / "cluster.json")

    def _initdb(self, identity: Identity) -> None:
        unfinished, password = self.folder / "data.new", self.folder / "password"
        shutil.rmtree(unfinished, ignore_errors=True)
        password.unlink(missing_ok=True)
        unfinished.mkdir(0o700)
        password.touch(0o600)
        password.write_text(self._facts()["superuser"])
        for path in (unfinished, password):
            os.chown(path, identity.uid, identity.gid)
        identity = probed(identity, unfinished)
        done = subprocess.run(
            [
                *(installation() / "bin" / "initdb", "-D", unfinished, f"--pwfile={password}"),
                # The same order and case rules on every machine, whatever its locales.
                *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth=scram-sha-256", f"--username={ROLES['superuser']}", "--no-instructions"),
                *(("--no-sync",) if self.throwaway else ()),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=environment(),
            preexec_fn=identity.assume,
            check=False,
        )
        password.unlink()
        if done.returncode:
            raise PostgresError(f"PostgreSQL cannot make {self.data}: {reason(done.stderr)}")
        unfinished.rename(self.data)

    def _start_server(self, identity: Identity, lock: int, detached: bool, deadline: float) -> None:
        identity = probed(identity, self.data)
        # We hold the lock, so whatever this file says is over; its process id may be somebody else's by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for _attempt in range(PORT_ATTEMPTS):
            facts = self._facts()
            if not _is_free(int(facts["port"])):
                facts["port"] = str(_free_port())
                self._write_facts(facts)
            if self._launch(identity, lock, detached, facts["port"], deadline):
                return
            said = self._said()
            if os.strerror(errno.EADDRINUSE) not in said:
                break
        raise PostgresError(f"PostgreSQL does not start: {reason(said)} (all of it: {self.folder / 'log'})")

    def _launch(self, identity: Identity, lock: int, detached: bool, port: str, deadline: float) -> bool:
        """False when the server ended before it was ready."""
        settings = {**SETTINGS, **(THROWAWAY_SETTINGS if self.throwaway else {}), "port": port}

        def prepare() -> None:
            identity.assume()
            if not detached:  # after the user is assumed: that forgets the wish
                die_with_parent(signal.SIGINT)

        with open(self.folder / "log", "ab", opener=_private) as log:
            if log.tell() > LOG_LIMIT_BYTES:
                log.truncate(0)
            self.log_start = log.tell()
            self.child = subprocess.Popen(
                [
                    *(installation() / "bin" / "postgres", "-D", self.data),
                    *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(),
                start_new_session=True,  # Ctrl-C is for us: the database stops last
                pass_fds=[lock],
                preexec_fn=prepare,
            )
        while self.child.poll() is None:
            lines = self._pid_file()
            if len(lines) > READY_LINE and lines[0] == str(self.child.pid) and lines[READY_LINE] == "ready":
                return True
            if time.monotonic() > deadline:
                self.child.kill()
            time.sleep(0.02)
        return False

    def _pid_file(self) -> list[str]:
        """What the server says of itself: a line each for process, folder, start, port … and state."""
        try:
            return [line.strip() for line in (self.data / "postmaster.pid").read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _said(self) -> str:
        """What the server wrote since its last start."""
        with open(self.folder / "log", "rb") as log:
            log.seek(self.log_start)
            return log.read().decode(errors="replace")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
