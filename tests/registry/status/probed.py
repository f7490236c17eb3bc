"""A registry of a few sockets, which answers a prober as a test says: rightly, wrongly, slowly, or never."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

Answer = Callable[[socket.socket, "Asked"], None]


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


def reply(status: int = 200, body: Any = b"", **headers: str) -> Answer:
    """`body`: bytes, or what becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(connected: socket.socket, asked: Asked) -> None:
        fields = {"Content-Length": str(len(content)), **headers}
        head = [
            f"HTTP/1.1 {status} X",
            *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items()),
        ]
        connected.sendall("\r\n".join([*head, "", ""]).encode() + content)

    return answer


def late(seconds: float, then: Answer) -> Answer:
    def answer(connected: socket.socket, asked: Asked) -> None:
        time.sleep(seconds)
        then(connected, asked)

    return answer


def never(connected: socket.socket, asked: Asked) -> None:
    """Accepts and keeps silent, until the other side goes."""
    with contextlib.suppress(OSError):
        while connected.recv(1024):
            pass


def a_byte_at_a_time(connected: socket.socket, asked: Asked) -> None:
    connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connected.sendall(b" ")
        time.sleep(0.2)


def without_end(connected: socket.socket, asked: Asked) -> None:
    connected.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connected.sendall(b"x" * 65_536)


def hung_up(connected: socket.socket, asked: Asked) -> None:
    """Not a word."""


def card(asked: Asked) -> dict[str, Any]:
    return {"number": asked.path.rpartition("/")[2], "listed": False}


def by(make: Callable[[Asked], Any], status: int = 200, **headers: str) -> Answer:
    def answer(connected: socket.socket, asked: Asked) -> None:
        reply(status, make(asked), **headers)(connected, asked)

    return answer


MESSAGE = {"id": "msg_1", "status": "sent"}
WELL: dict[str, Answer] = {
    "GET /v1/contacts/": by(card),
    "POST /v1/contacts/lookup": by(
        lambda asked: {"cards": [], "not_listed": asked.body["numbers"], "invalid": []}
    ),
    "GET /start/": reply(body=b'<form><input name="csrfmiddlewaretoken">'),
    "GET /sign-in/": reply(body=b'<form><input name="csrfmiddlewaretoken"><input name="contact">'),
    "GET /admin/sign-in/": reply(
        body=b'<form><input name="csrfmiddlewaretoken"><input name="login"><input name="password">'
    ),
    "POST /v1/probes": reply(201, {**MESSAGE, "status": "waiting"}),
    "GET /v1/probes/": reply(200, MESSAGE),
    "GET /status/published.json": reply(404, {}),
}


@dataclass
class Probed:
    """`answers` by the longest beginning of method and path that fits."""

    port: int
    answers: dict[str, Answer] = field(default_factory=lambda: dict(WELL))
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def everything(self, answer: Answer) -> None:
        self.answers = dict.fromkeys(self.answers, answer)

    def answer(self, connected: socket.socket) -> None:
        with connected, contextlib.suppress(OSError):
            asked = _read(connected)
            self.asked.append(asked)
            line = f"{asked.method} {asked.path}"
            fitting = [name for name in self.answers if line.startswith(name)]
            self.answers[max(fitting, key=len)](connected, asked)


def _read(connected: socket.socket) -> Asked:
    received = b""
    while b"\r\n\r\n" not in received:
        if not (piece := connected.recv(65_536)):
            raise OSError
        received += piece
        if received.startswith(b"\x16"):  # how TLS begins, which nobody here speaks
            raise OSError
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    while len(body) < int(headers.get("content-length", 0)):
        body += connected.recv(65_536)
    method, path, _ = first.split(" ")
    return Asked(method, path, headers, json.loads(body) if body else None)


@contextlib.contextmanager
def probed(port: int = 0) -> Iterator[Probed]:
    """Listens as long as the block lasts."""
    with socket.create_server(("127.0.0.1", port), reuse_port=False) as listening:
        registry = Probed(listening.getsockname()[1])

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connected, _ = listening.accept()
                    threading.Thread(target=registry.answer, args=(connected,), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield registry
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)
