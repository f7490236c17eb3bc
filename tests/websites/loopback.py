"""A small internet on loopback: a name server and web servers, of which the tests say what they answer."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from accounts.websites.addresses import Address
from accounts.websites.fetching import Internet

LOOPBACK = "127.0.0.1"
HOST = "warung.example"
Records = dict[tuple[str, str], list[str]]


def only_loopback(address: Address) -> bool:
    """What the tests may connect to. That nothing else may be handed in from outside is the point of an argument."""
    return str(address) == LOOPBACK


class NameServer:
    """Answers by `records`; each answer is the next of the list of lists where there is one (rebinding)."""

    def __init__(self) -> None:
        self.records: Records = {}
        self.turns: dict[tuple[str, str], list[list[str]]] = {}
        self.silent: set[str] = set()  # kinds of record that are never answered
        self.broken: set[str] = set()  # answered by SERVFAIL
        self.asked: list[tuple[str, str]] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self.address: tuple[str, int] = self._socket.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            data, sender = self._socket.recvfrom(4096)
            if not data:
                return
            if (answer := self._answer(dns.message.from_wire(data))) is not None:
                self._socket.sendto(answer.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        key = (question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype))
        self.asked.append(key)
        if key[1] in self.silent:
            return None
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if key[1] in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
            return answer
        values = self.turns[key].pop(0) if self.turns.get(key) else self.records.get(key, [])
        if values:
            answer.answer.append(dns.rrset.from_text(question.name, 0, "IN", key[1], *values))
        elif not any(name == key[0] for name, _ in [*self.records, *self.turns]):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer

    def stop(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.address)
        self._thread.join(5)
        self._socket.close()


Answer = Callable[[socket.socket, str], None]


class WebServer:
    """Hands each connection, with the head of its request, to `answer`."""

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self.heads: list[str] = []
        self._tls = tls
        self._listening = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listening.getsockname()[1]
        self._stopped = False
        self._threads: list[threading.Thread] = []
        self._start(self._serve)

    def _start(self, run: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _serve(self) -> None:
        while True:
            connected, _ = self._listening.accept()
            if self._stopped:
                connected.close()
                return
            self._start(self._talk, connected)

    def _talk(self, connected: socket.socket) -> None:
        # A client that hangs up, or refuses the certificate, is what some tests are about.
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connected.close)
            if self._tls is not None:
                connected = self._tls.wrap_socket(connected, server_side=True)
                stack.callback(connected.close)
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := connected.recv(4096)):
                    return
                head += piece
            self.heads.append(head.decode())
            self.answer(connected, head.decode().split(" ")[1])

    def stop(self) -> None:
        self._stopped = True
        socket.create_connection((LOOPBACK, self.port)).close()
        for thread in self._threads:
            thread.join(10)
        self._listening.close()


def response(body: bytes | str = b"", *, status: str = "200 OK", headers: str = "") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(content)}\r\n{headers}\r\n".encode() + content


def always(answer: bytes) -> Answer:
    return lambda connected, path: connected.sendall(answer)


def certificate(folder: Path, host: str = HOST) -> tuple[ssl.SSLContext, str]:
    """A server's context with a certificate for `host`, and the file of whoever signed it: itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, str(public)


class World:
    """A name server in which `HOST` is this machine, and the servers that a test starts. Closed ports are dead."""

    def __init__(self) -> None:
        self.names = NameServer()
        self.names.records[HOST, "A"] = [LOOPBACK]
        self._servers: list[WebServer] = []
        self._ports = {"http": _closed_port(), "https": _closed_port()}
        self._authorities: str | None = None

    def serve(
        self, answer: Answer | bytes, *, tls: ssl.SSLContext | None = None, trusted: str = ""
    ) -> WebServer:
        server = WebServer(always(answer) if isinstance(answer, bytes) else answer, tls=tls)
        self._servers.append(server)
        self._ports["https" if tls else "http"] = server.port
        self._authorities = trusted or self._authorities
        return server

    def internet(self, *, seconds: float = 4.0, public_only: bool = False) -> Internet:
        guard = {} if public_only else {"may_connect": only_loopback}
        return Internet(
            ports=self._ports,
            nameserver=self.names.address,
            authorities=self._authorities,
            seconds=seconds,
            **guard,
        )

    def stop(self) -> None:
        for server in self._servers:
            server.stop()
        self.names.stop()


def _closed_port() -> int:
    with socket.create_server((LOOPBACK, 0)) as server:
        port: int = server.getsockname()[1]
        return port


@contextlib.contextmanager
def world() -> Iterator[World]:
    made = World()
    try:
        yield made
    finally:
        made.stop()


def as_address(text: str) -> Address:
    return ipaddress.ip_address(text)
