"""One request to a gateway, and its answer: bounded in time and in size, no redirect followed, TLS verified."""

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Timer
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from accounts.messages.development import is_loopback
from accounts.messages.gateways.answers import Refused, Unavailable, Unsure

CONNECT_SECONDS = 3
# Whatever the gateway does meanwhile: a byte now and then keeps no worker. Its name's look-up is the system's to bound.
TOTAL_SECONDS = 9
LONGEST_ANSWER = 65_536  # bytes
FACT = re.compile(r"[A-Za-z0-9_.:-]{1,100}")  # of an id: no sentence, nor what was sent
# What another attempt may find otherwise: the time, our credentials or our settings, which an operator mends.
FOR_NOW = {401, 403, 404, 405, 407, 408, 421, 425, 429}
# All that a connection that fails, or is cut off in the middle, raises.
WRONG = (HTTPError, HTTPException, OSError, ValueError, AttributeError)
MAY_HAVE_BEEN_TAKEN = {502, 504}  # somebody in between lost the answer


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes


def wrong_address(name: str, url: str) -> list[str]:
    """Codes do not travel in the clear, but for a gateway on this machine. Nothing to say of one that is not given."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
        return (
            [] if not url or (safe and host and parts.port != 0) else [f"{name} has to start with https://"]
        )
    except ValueError:
        return [f"{name} is no address"]


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    """The answer, whatever its status. Raises Unavailable: it was not sent; Unsure: no answer came back."""
    parts = urlsplit(url)
    assert parts.hostname is not None  # a system check looks
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secure = parts.scheme == "https"
    connection: HTTPConnection = (
        HTTPSConnection(
            parts.hostname, parts.port, timeout=CONNECT_SECONDS, ssl_context=ssl.create_default_context()
        )
        if secure
        else HTTPConnection(parts.hostname, parts.port, timeout=CONNECT_SECONDS)
    )
    with closing(connection), _cut_off_after(TOTAL_SECONDS, connection):
        try:
            connection.connect()
        except WRONG as wrong:
            raise Unavailable("not_connected") from wrong
        try:
            connection.timeout = TOTAL_SECONDS
            connection.request(
                "POST", target, body=body, headers=headers, preload_content=False, decode_content=False
            )
            answer = connection.getresponse()
        except WRONG as wrong:
            raise Unsure("no_answer") from wrong
        try:
            return Reply(answer.status, answer.read(LONGEST_ANSWER))
        except WRONG:  # what it says first counts
            return Reply(answer.status, b"")


def fact(reply: Reply, *names: str) -> str:
    """The first of these members of a JSON object that is there and short, as text; "" otherwise."""
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    found = [said[name] for name in names if isinstance(said.get(name), str | int)]
    return str(found[0]) if found and FACT.fullmatch(str(found[0])) else ""


@contextmanager
def _cut_off_after(seconds: float, connection: HTTPConnection) -> Iterator[None]:
    """A socket's timeout counts from each byte anew; this one does not."""

    def cut() -> None:
        with suppress(AttributeError, OSError):  # not open yet, or not any more
            connection.sock.shutdown(socket.SHUT_RDWR)

    timer = Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def require_taken(reply: Reply, *, kind: str = "") -> None:
    """Any 2xx is a yes. `kind` is the gateway's own word for the error, where it has one.

    Raises Refused, Unavailable or Unsure.
    """
    if 200 <= reply.status < 300:
        return
    kind = kind or f"http_{reply.status}"
    if reply.status in MAY_HAVE_BEEN_TAKEN:
        raise Unsure(kind)
    if reply.status in FOR_NOW or not 400 <= reply.status < 500:
        raise Unavailable(kind)
    raise Refused(kind)
