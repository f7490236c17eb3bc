"""Asking a stranger's website, and what the registry never does then (server-side request forgery).

A name is looked up once, by ourselves. Each address that comes back has to be public, and the connection goes to one
of these very addresses: what the name means a moment later (rebinding) does not matter. Nothing is followed: a redirect
is an answer. One moment bounds all of it, however slowly the other side sends; so do bytes, headers included. No proxy
of the environment is used: `http.client` knows none.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import dns.exception
import dns.rdatatype
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from accounts import wire
from accounts.websites import addresses
from accounts.websites.addresses import Address

LONGEST_ANSWER = 256 * 1024  # bytes of a body that are read, compressed or not
LONGEST_HEAD = 64 * 1024  # bytes of headers and of what holds chunks together
MOST_ADDRESSES = 4  # of a name that are tried
PIECE = 16 * 1024
AGENT = "verified-business-registry website-proof/1"


class Unfound(Exception):
    """Why there is nothing to see: a code of `accounts.sentences`, and what its sentence names as {found}."""

    def __init__(self, code: str, found: str = "") -> None:
        super().__init__(code)
        self.code, self.found = code, found


class Page(NamedTuple):
    """`cut`: there was more than is read."""

    status: int
    location: str
    body: bytes
    cut: bool


@dataclass(frozen=True)
class Internet:
    """Where names are asked for and connections may go. As it stands, the real one; tests hand over their own."""

    may_connect: Callable[[Address], bool] = addresses.is_public
    ports: Mapping[str, int] = field(default_factory=lambda: {"http": 80, "https": 443})
    nameserver: tuple[str, int] | None = None  # None: those of this machine
    authorities: str | None = None  # a file of certificates; None: those that this machine trusts
    seconds: float = 8.0  # for everything that one look takes

    def deadline(self) -> "Deadline":
        return Deadline(time.monotonic() + self.seconds)


INTERNET = Internet()


class Deadline(wire.Deadline):
    def left(self) -> float:
        """Seconds. Raises Unfound website_slow: none."""
        try:
            return super().left()
        except TimeoutError as late:
            raise Unfound("website_slow") from late


def texts(name: str, *, internet: Internet, deadline: Deadline) -> list[str]:
    """The TXT records of a name. Raises Unfound website_dns_broken; a name without any has none."""
    try:
        answer = _ask(name, "TXT", internet, deadline)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as wrong:
        raise Unfound("website_dns_broken") from wrong
    return [b"".join(cast(TXT, record).strings).decode(errors="replace") for record in answer]


def addresses_of(host: str, *, internet: Internet, deadline: Deadline) -> list[Address]:
    """Raises Unfound: website_no_name, website_dns_broken; website_private where one address is not public."""
    found: list[Address] = []
    broken = False
    for kind in ("A", "AAAA"):
        try:
            answer = _ask(host, kind, internet, deadline)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            continue
        except dns.exception.DNSException:
            broken = True
            continue
        found += [ipaddress.ip_address(record.to_text()) for record in answer]
    if not found:
        raise Unfound("website_dns_broken" if broken else "website_no_name")
    if not all(internet.may_connect(address) for address in found):
        raise Unfound("website_private")
    return found[:MOST_ADDRESSES]


def _ask(name: str, kind: str, internet: Internet, deadline: Deadline) -> dns.resolver.Answer:
    resolver = dns.resolver.Resolver(configure=internet.nameserver is None)
    if internet.nameserver is not None:
        resolver.nameservers, resolver.port = [internet.nameserver[0]], internet.nameserver[1]
    # For A and AAAA together half of the time: a name server that keeps silent leaves the other half for the website.
    lifetime = min(deadline.left(), internet.seconds / 4)
    return resolver.resolve(f"{name}.", kind, search=False, lifetime=lifetime)


def get(scheme: str, host: str, path: str, *, internet: Internet, deadline: Deadline) -> Page:
    """Raises Unfound: what `addresses_of` raises, website_unreachable, website_tls, website_slow, website_too_large,
    website_answer_broken."""
    found = addresses_of(host, internet=internet, deadline=deadline)
    try:
        with _connect(scheme, host, found, internet, deadline) as connected:
            return _exchange(connected, host, path, deadline)
    except TimeoutError as wrong:
        raise Unfound("website_slow") from wrong
    except wire.TooLarge as wrong:
        raise Unfound("website_too_large") from wrong
    except ssl.SSLError as wrong:
        raise Unfound("website_tls") from wrong
    except (http.client.HTTPException, ValueError, zlib.error) as wrong:
        raise Unfound("website_answer_broken") from wrong
    except OSError as wrong:
        raise Unfound("website_unreachable") from wrong


def _connect(
    scheme: str, host: str, found: list[Address], internet: Internet, deadline: Deadline
) -> socket.socket:
    """To the first of the addresses that answers; over TLS, to the host that its certificate has to name."""
    raw = _first_answering(found, internet.ports[scheme], deadline)
    if scheme == "http":
        return raw
    try:
        trusted = ssl.create_default_context(cafile=internet.authorities)
        raw.settimeout(deadline.left())  # holds for the whole handshake
        return trusted.wrap_socket(raw, server_hostname=host)
    except BaseException:
        raw.close()
        raise


def _first_answering(found: list[Address], port: int, deadline: Deadline) -> socket.socket:
    *others, last = found
    for address in others:
        with contextlib.suppress(OSError):
            return socket.create_connection((str(address), port), timeout=deadline.left())
    return socket.create_connection((str(last), port), timeout=deadline.left())


def _exchange(connected: socket.socket, host: str, path: str, deadline: Deadline) -> Page:
    connection = http.client.HTTPConnection(host)
    allowed = LONGEST_ANSWER + LONGEST_HEAD
    connection.sock = cast(Any, wire.Wire(connected, deadline, allowed=allowed))
    headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = b""
    while len(body) <= LONGEST_ANSWER and (piece := response.read1(PIECE)):
        body += piece
    cut = len(body) > LONGEST_ANSWER
    location = response.headers.get("Location") or ""
    body = _unpacked(body[:LONGEST_ANSWER], response.headers.get("Content-Encoding") or "identity")
    return Page(response.status, location, body, cut)


def _unpacked(body: bytes, encoding: str) -> bytes:
    """Some compress though nobody asked for it. What comes out is bounded too."""
    if encoding.strip().lower() == "gzip":
        return zlib.decompressobj(wbits=31).decompress(body, LONGEST_ANSWER)
    return body
