"""`make run`: database, web server and what works beside it, started in order, kept alive, stopped together.

Whatever is wrong with the place it is to run in is one line with the way out, and exit code 2.
"""

import contextlib
import errno
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psycopg

from registry import environment, logs
from registry.postgres import Cluster, PostgresError
from registry.processes import die_with_parent, dying_with_parent
from registry.supervisor import STOP_LIMIT_SECONDS, Database, Program, Service, keep_alive, stopping

ROOT = Path(__file__).resolve().parent.parent
OLDEST_POSTGRESQL = 150_000  # 15.0, as libpq numbers it
SPACE_FOR_A_CLUSTER = 200_000_000  # bytes
FINISH_WITHIN_SECONDS = STOP_LIMIT_SECONDS - 5
JOBS_AT_A_TIME = 3  # a mail server and an SMS gateway may both hang: the clockwork goes on
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CannotRun(Exception):
    """One line that says what is in the way, and the way out."""


class Stopped(BaseException):
    """A signal asked for the end; not an Exception, so that nothing on the way takes it for a failure."""


def main() -> int:
    if "--die-with-parent" in sys.argv[1:]:
        die_with_parent(signal.SIGTERM)
    for number in STOPPING:
        signal.signal(number, _stop)
    try:
        run()
    except (CannotRun, PostgresError) as problem:
        logs.say(f"error: {problem}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as failed:  # it has said why
        return failed.returncode or 1
    except Stopped:
        logs.say("Stopped.")
    return 0


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    for again in STOPPING:  # the way down is bounded; a second Ctrl-C must not leave half of it running
        signal.signal(again, signal.SIG_IGN)
    raise Stopped


def run() -> None:
    var_dir = environment.folder("VAR_DIR", ROOT / "var")
    host, port = environment.text("HOST", "127.0.0.1"), environment.number("PORT", 8000, low=1, high=65_535)
    url = environment.public_url("PUBLIC_URL", f"http://{host}:{port}")
    server = serve(host, port)
    require_usable(var_dir)
    with only_one(var_dir), contextlib.ExitStack() as stack:
        require_free(host, port)
        services: list[Service] = []
        if os.environ.get("DATABASE_URL"):
            require_databases()
        else:
            database = Database(Cluster(var_dir / "postgres"))
            stack.callback(database.stop)
            database.start()
            services.append(database)
        env = {**os.environ, "VAR_DIR": str(var_dir), "REGISTRY_SUPERVISED": "1"}
        env.setdefault("MALLOC_MMAP_THRESHOLD_", str(2**20))  # glibc's: what a picture took is given back
        for step in (["migrate", "--no-input", "--verbosity=0"], ["first_run"]):
            manage(step, {**env, "REGISTRY_ROLE": "owner"})
        env["REGISTRY_ROLE"] = "web"  # from here on, nobody may alter a table
        env.pop("OWNER_DATABASE_URL", None)
        worker = [sys.executable, "manage.py", "procrastinate", "worker"]
        worker.append(f"--shutdown-graceful-timeout={FINISH_WITHIN_SECONDS}")
        worker.append(f"--concurrency={JOBS_AT_A_TIME}")
        follower = [sys.executable, "manage.py", "cards", "follow"]
        programs = [
            Program("web server", server, folder=ROOT, env=env),
            Program("job worker", worker, folder=ROOT, env=env),
            Program(
                "follower of the cards",
                follower,
                folder=ROOT,
                env={**env, "DATABASE_POOL_SIZE": "0"},
                longest_pause=1.0,  # until then every worker vouches for what may have been withdrawn
            ),
        ]
        prober = Program(
            "prober",
            [sys.executable, "manage.py", "probe"],
            folder=ROOT,
            env={**env, "DATABASE_POOL_SIZE": "0"},
        )
        shutil.rmtree(var_dir / "metrics", ignore_errors=True)  # what workers count: from here on
        stack.enter_context(stopping([*programs, prober]))
        for program in programs:
            program.start()
        keep_alive(
            [*services, *programs],
            [prober],
            is_ready=lambda: answers(host, port),
            ready=f"Ready: {url} (Ctrl-C stops everything)",
        )


def serve(host: str, port: int) -> list[str]:
    workers = environment.number("WEB_WORKERS", 2, low=1, high=256)
    threads = environment.number("WEB_THREADS", 4, low=1, high=256)
    own_lines = [f"--log-config={logs.GRANIAN}"] if logs.is_json() else []
    return [
        # Not the script `granian`: its first line cannot name an interpreter with a very long path.
        *(sys.executable, "-c", "from granian.cli import entrypoint; entrypoint()"),
        *("--interface=wsgi", "--http=1", "--no-ws", f"--host={host}", f"--port={port}"),
        *(f"--workers={workers}", f"--blocking-threads={threads}", "--log-level=warning"),
        *("--respawn-failed-workers", "--respawn-interval=0.5"),
        f"--workers-kill-timeout={FINISH_WITHIN_SECONDS}",
        *own_lines,
        "registry.wsgi:application",
    ]


def manage(arguments: list[str], env: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        check=True,
        start_new_session=True,
        preexec_fn=dying_with_parent(signal.SIGTERM),
    )


# --- is this a place to run in? ---


def require_usable(var_dir: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=var_dir) as probe:
            probe.write(b"x" * 65_536)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as wrong:
        raise unusable(var_dir, wrong) from wrong
    free = shutil.disk_usage(var_dir).free
    if (
        free < SPACE_FOR_A_CLUSTER
        and not (var_dir / "postgres").exists()
        and "DATABASE_URL" not in os.environ
    ):
        raise CannotRun(
            f"VAR_DIR={var_dir} has {free // 1_000_000} MB left, a new database takes "
            f"{SPACE_FOR_A_CLUSTER // 1_000_000} MB: make room, or set VAR_DIR to a folder on another disk."
        )


def unusable(var_dir: Path, wrong: OSError) -> CannotRun:
    return CannotRun(
        f"VAR_DIR={var_dir} can't be used ({wrong.strerror}): set VAR_DIR to a folder you may write to."
    )


@contextlib.contextmanager
def only_one(var_dir: Path) -> Iterator[None]:
    """Two of us on one folder would share a database that goes when the first one ends."""
    try:
        lock = (var_dir / "run.lock").open("a+")
    except OSError as wrong:
        raise unusable(var_dir, wrong) from wrong
    with lock as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotRun(
                f"VAR_DIR={var_dir} is in use by a running registry (process {file.read().strip()}): "
                "stop that one, or set VAR_DIR and PORT to others."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def require_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as wrong:
        if wrong.errno == errno.EADDRINUSE:
            raise CannotRun(
                f"PORT={port} on {host} is taken by another program: stop that, or set PORT to a free one."
            ) from wrong
        if wrong.errno == errno.EACCES:
            raise CannotRun(f"PORT={port} is not for an ordinary user: set PORT to 1024 or above.") from wrong
        raise CannotRun(
            f"HOST={host} is no address of this machine: set HOST=127.0.0.1 or leave it."
        ) from wrong


def require_databases() -> None:
    for name in ("DATABASE_URL", "OWNER_DATABASE_URL"):
        if not (url := os.environ.get(name)):
            continue
        try:
            with psycopg.connect(url, connect_timeout=5) as connection:
                version = connection.info.server_version
        except psycopg.Error as wrong:
            raise CannotRun(f"{name} can't be used: {' '.join(str(wrong).split())}") from None
        if version < OLDEST_POSTGRESQL:
            raise CannotRun(f"{name} leads to PostgreSQL {version // 10_000}: it has to be 15 or newer.")


def answers(host: str, port: int) -> bool:
    """Any HTTP answer will do: a connection alone is accepted before a worker has loaded."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
    connection = http.client.HTTPConnection(reached, port, timeout=5)
    try:
        connection.request("HEAD", "/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


if __name__ == "__main__":
    sys.exit(main())
