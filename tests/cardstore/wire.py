"""Requests as bytes, and two servers on one database: one that answers from its store, one that has none."""

import contextlib
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from accounts.cardstore.errors import Unusable
from accounts.cardstore.pulse import Pulse
from registry.postgres import Cluster
from registry.run import serve
from tests.server import ROOT, Server, environment, free_port, until

KEY = "{key}"  # in a request: replaced by the secret of a good key


class Reply(NamedTuple):
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


def send(port: int, raw: bytes, *, method: str = "GET", half: bool = False) -> Reply:
    """The first answer to these bytes. `half`: nothing more will come, which the server is told."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(raw)
        if half:
            connection.shutdown(socket.SHUT_WR)
        return receive(connection, method)


def receive(connection: socket.socket, method: str = "GET") -> Reply:
    raw = b""
    while b"\r\n\r\n" not in raw:
        more = connection.recv(65_536)
        if not more:
            return Reply(0, [], raw)  # closed without an answer
        raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
    status = int(first.split()[1])
    if status == 100:
        raise AssertionError("a test that expects 100-continue reads it itself")
    length = int(dict(headers).get("content-length", 0))
    if method == "HEAD" or status == 304:
        length = 0
    while len(body) < length:
        body += connection.recv(65_536)
    return Reply(status, headers, body)


def request(
    method: str,
    target: bytes | str,
    *lines: str,
    body: bytes | None = None,
    key: str | None = KEY,
    host: str = "127.0.0.1",
) -> bytes:
    """HTTP/1.1. `lines` are header fields; where a body comes, its length and type come before them."""
    target = target.encode() if isinstance(target, str) else target
    head = [f"Host: {host}", *([f"Authorization: Bearer {key}"] if key else [])]
    if body is not None and not any(line.lower().startswith("content-length") for line in lines):
        head.append(f"Content-Length: {len(body)}")
    if body is not None and not any(line.lower().startswith("content-type") for line in lines):
        head.append("Content-Type: application/json")
    fields = "\r\n".join([*head, *lines]).encode("latin-1")
    return method.encode() + b" " + target + b" HTTP/1.1\r\n" + fields + b"\r\n\r\n" + (body or b"")


# What tells when, not what; and whether the server had read a refused body to its end by then.
_MAY_DIFFER = {"date", "registry-as-of", "connection", "x-request-id"}
_COUNTS = re.compile(r"(?<=;[rt]=)[0-9]+")


def comparable(reply: Reply, *, counted: bool = True) -> tuple[int, dict[str, list[str]], bytes]:
    """Status, headers, and the body; without the moment, and, where the two did not count the same, the counts."""
    headers: dict[str, list[str]] = {}
    for name, value in reply.headers:
        if name == "ratelimit" and not counted:
            value = _COUNTS.sub("n", value)
        if name == "content-security-policy":
            value = "; ".join(sorted(value.split("; ")))  # its order is each process's own
        if name == "set-cookie":
            value = value.partition("=")[0]  # a token is another one each time
        if name not in _MAY_DIFFER:
            headers.setdefault(name, []).append(value)
    return reply.status, headers, reply.body


def has_applied_all(server: Server) -> bool:
    """Whether the store of this machine has the whole journal."""
    try:
        beat = Pulse(server.var_dir / "cards" / "pulse").last()
    except Unusable:
        return False
    return [(beat.cursor,)] == server.rows("SELECT max(seq) FROM audit_event")


@contextlib.contextmanager
def without_store(server: Server, folder: Path, **settings: str) -> Iterator[int]:
    """The same web server on the same database, in a folder of its own, where nobody writes cards. Its port."""
    port = free_port()
    folder.mkdir()
    env = environment(
        VAR_DIR=str(folder),
        PUBLIC_URL=server.url,
        DATABASE_URL=Cluster(server.var_dir / "postgres").url("web"),
        SECRET_KEY=(server.var_dir / "secret-key").read_text(),
        **{"WEB_WORKERS": "1", **settings},
    )
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            [*serve("127.0.0.1", port)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        assert until(lambda: _listens(port)), (folder / "output").read_text()
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _listens(port: int) -> bool:
    try:
        return send(port, request("GET", "/healthz/live", key=None)).status == 200
    except OSError:
        return False
