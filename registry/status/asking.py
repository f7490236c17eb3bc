"""Asking a registry over HTTP, as its users do: nothing is followed, and one moment and one size bound every answer."""

import contextlib
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

from accounts.wire import Deadline, TooLarge, Wire

AGENT = "verified-business-registry status-prober/1"
LONGEST_HEAD = 64 * 1024  # bytes of headers
LONGEST_ANSWER = 512 * 1024  # bytes of a body, where nothing else is said
PIECE = 16 * 1024


class Failed(Exception):
    """`reason` is a code, and all that is ever told of it: an answer may hold what belongs to somebody."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        """Raises Failed."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as wrong:
            raise Failed("wrong_answer") from wrong

    def require(self, status: int) -> None:
        """Raises Failed."""
        if self.status != status:
            raise Failed(f"status_{self.status}")


@dataclass(frozen=True)
class Registry:
    """`host` is what it is called by; "": as in the address. On its own machine it is asked past the proxy that ends
    TLS in front of it, and told so.
    """

    url: str
    host: str = ""
    behind_tls: bool = False

    def ask(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        longest: int = LONGEST_ANSWER,
    ) -> Answer:
        """Raises Failed: name_unknown, refused, unreachable, tls, timeout, too_large, broken_answer."""
        address = urlsplit(self.url)
        sent = {
            "Host": self.host or address.netloc,
            "User-Agent": AGENT,
            "Accept-Encoding": "identity",
            "Connection": "close",
            **({"X-Forwarded-Proto": "https"} if self.behind_tls else {}),
            **(headers or {}),
        }
        try:
            with contextlib.closing(_connected(address, deadline)) as connected:
                connection = http.client.HTTPConnection(str(address.hostname))
                wire = Wire(connected, deadline, allowed=longest + LONGEST_HEAD)
                connection.sock = cast(Any, wire)
                connection.request(method, address.path.rstrip("/") + path, body, sent)
                return _received(connection.getresponse(), longest)
        except TimeoutError as wrong:
            raise Failed("timeout") from wrong
        except TooLarge as wrong:
            raise Failed("too_large") from wrong
        except socket.gaierror as wrong:
            raise Failed("name_unknown") from wrong
        except ssl.SSLError as wrong:
            raise Failed("tls") from wrong
        except ConnectionRefusedError as wrong:
            raise Failed("refused") from wrong
        except (http.client.HTTPException, ValueError) as wrong:
            raise Failed("broken_answer") from wrong
        except OSError as wrong:
            raise Failed("unreachable") from wrong


def _connected(address: SplitResult, deadline: Deadline) -> socket.socket:
    """To the first of its addresses that takes the connection. How long a name server takes, nobody can bound: whoever
    calls this does so in a thread that need not be waited for.
    """
    port = address.port or (443 if address.scheme == "https" else 80)
    *others, last = socket.getaddrinfo(address.hostname, port, type=socket.SOCK_STREAM)
    for found in others:
        with contextlib.suppress(OSError):
            return _opened(found, address, deadline)
    return _opened(last, address, deadline)


def _opened(found: Any, address: SplitResult, deadline: Deadline) -> socket.socket:
    family, kind, protocol, _, where = found
    raw = socket.socket(family, kind, protocol)
    try:
        raw.settimeout(deadline.left())
        raw.connect(where)
        if address.scheme != "https":
            return raw
        raw.settimeout(deadline.left())  # holds for the whole handshake
        return ssl.create_default_context().wrap_socket(raw, server_hostname=address.hostname)
    except BaseException:
        raw.close()
        raise


def _received(response: http.client.HTTPResponse, longest: int) -> Answer:
    body = b""
    while len(body) <= longest and (piece := response.read1(PIECE)):
        body += piece
    if len(body) > longest:
        raise TooLarge
    return Answer(response.status, response.headers, body)
