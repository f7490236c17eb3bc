"""`python -m registry.postgres start | stop | status | url | throwaway -- COMMAND…`"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import FrameType

from registry.postgres import Cluster, PostgresError, installation
from registry.processes import dying_with_parent

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m registry.postgres", description="The embedded PostgreSQL."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("start", help="start the cluster under VAR_DIR and leave it running")
    verbs.add_parser("stop", help="stop it, whoever started it")
    verbs.add_parser("status", help="say whether it runs; the exit code is 3 when it does not")
    url = verbs.add_parser("url", help="print its address, password included")
    url.add_argument("--role", choices=("web", "owner", "superuser"), default="web")
    throwaway = verbs.add_parser(
        "throwaway", help="run a command beside a cluster of its own, then remove it"
    )
    throwaway.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND")
    arguments = parser.parse_args()
    if arguments.verb == "throwaway":
        command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
        if not command:
            parser.error("throwaway needs a command: throwaway -- COMMAND…")
        return beside_a_throwaway(command)

    cluster = Cluster(Path(os.environ.get("VAR_DIR") or "var") / "postgres")
    match arguments.verb:
        case "start":
            started = cluster.start(detached=True)
            print("started:" if started else "runs already:", _where(cluster))
        case "stop":
            print("stopped" if cluster.stop() else "it did not run")
        case "status":
            where = _where(cluster)
            print(where or "does not run")
            return 0 if where else 3
        case "url":
            print(cluster.url(arguments.role))
    return 0


def beside_a_throwaway(command: list[str]) -> int:
    """Run the command with the addresses of its own cluster in its environment; returns its exit code."""
    folder = Path(tempfile.mkdtemp(prefix="registry-"))
    cluster = Cluster(folder / "postgres", throwaway=True)
    child: subprocess.Popen[bytes] | None = None
    wanted: list[int] = []

    def pass_on(number: int, frame: FrameType | None) -> None:
        wanted.append(number)
        # Ctrl-C reached the command already, as a member of the terminal's foreground group.
        if child is not None and not (number == signal.SIGINT and _in_foreground()):
            child.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in STOPPING}
    try:
        folder.chmod(0o711)  # PostgreSQL's user passes through, and nobody looks inside
        cluster.start()
        if wanted:
            return 128 + wanted[0]
        var_dir = folder / "var"
        var_dir.mkdir(0o700)
        child = subprocess.Popen(
            command,
            env={
                **os.environ,
                "DATABASE_URL": cluster.url("web"),
                "OWNER_DATABASE_URL": cluster.url("owner"),
                "SUPERUSER_DATABASE_URL": cluster.url("superuser"),
                "POSTGRES_BIN": str(installation() / "bin"),
                "TEST_CLUSTER_DIR": str(cluster.folder),
                "VAR_DIR": str(var_dir),
            },
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
        code = child.wait()
        return code if code >= 0 else 128 - code
    except FileNotFoundError:
        print(f"There is no command {command[0]!r}.", file=sys.stderr)
        return 127
    finally:
        for number in STOPPING:  # nothing may come between us and the broom
            signal.signal(number, signal.SIG_IGN)
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


def _where(cluster: Cluster) -> str:
    running = cluster.postmaster()
    return f"process {running.pid}, 127.0.0.1:{running.port}, {cluster.folder}" if running else ""


if __name__ == "__main__":
    try:
        sys.exit(main())
    except PostgresError as failure:
        print(failure, file=sys.stderr)
        sys.exit(2)
