"""A small load generator: keep-alive connections over plain sockets, one thread each, no client library's cost."""

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

CONNECTIONS = 4  # as many as a worker has threads
_READ = 1 << 18


class Refused(Exception):
    """The server answered something other than 200: what was measured would mean nothing."""


def get(path: str, key: str | None = None) -> bytes:
    return _request("GET", path, key)


def post(path: str, body: bytes, key: str | None = None) -> bytes:
    return _request("POST", path, key, body)


def _request(method: str, path: str, key: str | None, body: bytes | None = None) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*"]
    if key:
        lines.append(f"Authorization: Bearer {key}")
    if body is not None:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


def send(
    port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS
) -> tuple[int, float]:
    """Requests answered, and the seconds it took. Each connection sends its share over and over."""
    answered: list[int] = []
    faults: list[Exception] = []
    started = time.perf_counter()

    def work(at: int) -> None:
        try:
            answered.append(
                _keep_sending(port, islice(cycle(requests), at, None, connections), started + seconds)
            )
        except Exception as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(at,)) for at in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return sum(answered), time.perf_counter() - started


def _keep_sending(port: int, requests: Iterator[bytes], until: float) -> int:
    count = 0
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while count == 0 or time.perf_counter() < until:
            exchange(connection, next(requests))
            count += 1
    return count


def exchange(connection: socket.socket, request: bytes) -> bytes:
    """One request, and the body of its answer. Raises Refused."""
    connection.sendall(request)
    received = connection.recv(_READ)
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(connection)
    head = received[:end].lower()
    if not head.startswith(b"http/1.1 200"):
        raise Refused(received[:600].decode(errors="replace"))
    start = head.index(b"content-length:") + len(b"content-length:")
    length = int(head[start:].split(b"\r\n", 1)[0])
    body = received[end + 4 :]
    if len(body) < length:
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(_more(connection))
            missing -= len(parts[-1])
        body = b"".join(parts)
    return body


def _more(connection: socket.socket) -> bytes:
    received = connection.recv(_READ)
    if not received:
        raise Refused("the connection was closed")
    return received
