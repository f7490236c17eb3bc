"""A connection to each worker of a server: who accepted it, the kernel knows."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.scale.rounds import Line
from tests.bench.server import Server

FOUND_WITHIN_SECONDS = 30


@contextmanager
def to_each_worker(server: Server, request: bytes) -> Iterator[dict[int, Line]]:
    """By process id. `request` is what is asked to have a connection accepted."""
    lines: dict[int, Line] = {}
    others: list[Line] = []
    deadline = time.monotonic() + FOUND_WITHIN_SECONDS
    try:
        while len(lines) < len(server.workers()):
            line = Line(server.port)
            line.ask(request)
            worker = _accepted_by(server, line)
            if worker is None or worker in lines:
                others.append(line)
            else:
                lines[worker] = line
            if time.monotonic() > deadline:
                raise SystemExit(f"only {len(lines)} of {len(server.workers())} workers accept connections")
        for line in others:
            line.close()
        yield lines
    finally:
        for line in [*lines.values(), *others]:
            line.close()


def _accepted_by(server: Server, line: Line) -> int | None:
    mine = line.connection.sock.getsockname()[1]
    inode = _inode(server.port, mine)
    for pid in server.workers():
        with suppress(OSError):
            for descriptor in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    if str(descriptor.readlink()) == f"socket:[{inode}]":
                        return pid
    return None


def _inode(local: int, remote: int) -> str:
    """Of the server's end of a connection, as proc(5) lists them (/proc/net/tcp: addresses in hexadecimal)."""
    pattern = rf"^\s*\d+: \w+:{local:04X} \w+:{remote:04X} (?:\S+\s+){{6}}(\d+)"
    found = re.search(pattern, Path("/proc/net/tcp").read_text(), re.MULTILINE)
    return found[1] if found else ""
