"""Other companies' servers, on loopback: an HTTP gateway and a mail server, in every mood."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.server import free_port as free_port


@dataclass
class Received:
    path: str
    headers: Message  # whatever case a name is in
    body: bytes


@dataclass
class HttpCompany:
    """Answers each request by the next of `answers`, the last one again and again."""

    answers: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=lambda: [yes()])
    received: list[Received] = field(default_factory=list)
    url: str = ""

    @property
    def messages(self) -> set[str]:
        """What a company that recognises repeats by their key has taken."""
        return {one.headers["Idempotency-Key"] for one in self.received}


Say = Callable[[BaseHTTPRequestHandler], None]


def say(status: int, body: bytes = b"", **headers: str) -> Say:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def yes() -> Say:
    return say(201, b'{"sid": "SM123", "id": "ref-123"}')


def cut_off(request: BaseHTTPRequestHandler) -> None:
    """Takes the message and hangs up."""
    request.close_connection = True
    request.connection.close()


def cut_off_within_the_answer(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 201 Created\r\nContent-Length: 1000\r\n\r\n{")
    cut_off(request)


def twice(request: BaseHTTPRequestHandler) -> None:
    yes()(request)
    say(400, b'{"code": 21211}')(request)
    request.close_connection = True


def nonsense(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"220 mail.example ESMTP\r\n")
    cut_off(request)


def without_end(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(200):
        request.wfile.write(b"x" * 65_536)
    cut_off(request)


def hang(seconds: float) -> Say:
    def answer(request: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        yes()(request)

    return answer


def drip(seconds: float) -> Say:
    """A byte now and then: no socket ever times out."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        until = time.monotonic() + seconds
        request.wfile.write(b"HTTP/")
        while time.monotonic() < until:
            request.wfile.write(b"x")
            time.sleep(0.05)

    return answer


@contextmanager
def http_company() -> Iterator[HttpCompany]:
    company = HttpCompany()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            company.received.append(Received(self.path, self.headers, body))
            answers = company.answers
            try:
                (answers.pop(0) if len(answers) > 1 else answers[0])(self)
            except OSError:  # whoever asked has gone
                self.close_connection = True

        def do_GET(self) -> None:
            raise AssertionError("a redirect was followed")

        def log_message(self, *_: Any) -> None:
            pass

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        company.url = f"http://127.0.0.1:{port}"
        yield company


@dataclass
class MailCompany:
    """Answers RCPT with `to_recipient`, and the message itself with `to_message`."""

    port: int = 0
    to_recipient: str = "250 OK"
    to_message: str = "250 OK"
    received: list[str] = field(default_factory=list)


@contextmanager
def mail_company() -> Iterator[MailCompany]:
    company = MailCompany()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 mail.example")
            for line in self.rfile:
                verb = line[:4].upper().strip()
                if verb == b"RCPT":
                    self.say(company.to_recipient)
                elif verb == b"DATA":
                    self.say("354 go on")
                    message = b"".join(iter(self.rfile.readline, b".\r\n"))
                    company.received.append(message.decode())
                    if not company.to_message:
                        return
                    self.say(company.to_message)
                else:
                    self.say("221 bye" if verb == b"QUIT" else "250 OK")

        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    with _serving(server) as port:
        company.port = port
        yield company


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def nobody_there() -> str:
    return f"http://127.0.0.1:{free_port()}"
