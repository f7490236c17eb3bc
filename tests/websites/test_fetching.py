"""What a stranger's server may do to the registry: nothing. A real name server and real servers, on loopback."""

import gzip
import itertools
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from accounts.websites.addresses import Address
from accounts.websites.fetching import (
    LONGEST_ANSWER,
    LONGEST_HEAD,
    Internet,
    Page,
    Unfound,
    addresses_of,
    get,
    texts,
)
from tests.websites.loopback import HOST, LOOPBACK, World, certificate, response

pytestmark = pytest.mark.alone

PRIVATE = {
    "loopback": ("A", "127.0.0.1"),
    "private": ("A", "10.1.2.3"),
    "cloud metadata": ("A", "169.254.169.254"),
    "carriers' NAT": ("A", "100.64.0.1"),
    "unspecified": ("A", "0.0.0.0"),  # noqa: S104  # what a name server says
    "multicast": ("A", "224.0.0.1"),
    "loopback, IPv6": ("AAAA", "::1"),
    "IPv4-mapped": ("AAAA", "::ffff:127.0.0.1"),
    "6to4": ("AAAA", "2002:7f00:1::1"),
    "NAT64": ("AAAA", "64:ff9b::7f00:1"),
    "link-local": ("AAAA", "fe80::1"),
}


def fetch(internet: Internet, scheme: str = "http", path: str = "/") -> Page:
    return get(scheme, HOST, path, internet=internet, deadline=internet.deadline())


def why_not(internet: Internet, scheme: str = "http") -> str:
    with pytest.raises(Unfound) as why:
        fetch(internet, scheme)
    return why.value.code


@pytest.mark.parametrize(("kind", "address"), PRIVATE.values(), ids=PRIVATE)
def test_a_name_that_leads_to_no_public_address_is_refused(web: World, kind: str, address: str) -> None:
    server = web.serve(response("secret"))
    web.names.records = {(HOST, kind): [address]}
    assert why_not(web.internet(public_only=True)) == "website_private"
    assert not server.heads


@pytest.mark.parametrize("kinds", [["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"]])
def test_one_private_address_among_public_ones_is_enough(web: World, kinds: list[str]) -> None:
    server = web.serve(response("secret"))
    web.names.records[HOST, "A"] = kinds
    assert why_not(web.internet(public_only=True)) == "website_private"
    web.names.records = {(HOST, "A"): ["8.8.8.8"], (HOST, "AAAA"): ["::1"]}
    assert why_not(web.internet(public_only=True)) == "website_private"
    assert not server.heads


def test_rebinding_changes_nothing_since_the_name_is_asked_for_once(web: World) -> None:
    """The first answer is the one that was judged; the next, for whoever asks again, is elsewhere."""
    server = web.serve(response("the judged one"))
    elsewhere = "127.0.0.2"
    web.names.turns[HOST, "A"] = [[LOOPBACK], [elsewhere], [elsewhere]]
    judged: list[str] = []

    def may_connect(address: Address) -> bool:
        judged.append(str(address))
        return str(address) == LOOPBACK

    internet = Internet(may_connect, web.internet().ports, web.names.address)
    assert fetch(internet).body == b"the judged one"
    assert web.names.asked == [(HOST, "A"), (HOST, "AAAA")]
    assert judged == [LOOPBACK]
    assert server.heads


def test_rebinding_the_other_way_round_is_refused(web: World) -> None:
    server = web.serve(response("secret"))
    web.names.turns[HOST, "A"] = [["8.8.8.8"], [LOOPBACK]]
    internet = web.internet(public_only=True)
    judged = addresses_of(HOST, internet=internet, deadline=internet.deadline())
    assert [str(address) for address in judged] == ["8.8.8.8"]
    assert why_not(internet) == "website_private"  # nothing that was judged before is kept
    assert not server.heads


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/", "//[::1]/", "/elsewhere", "file:///etc/passwd"]
)
@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"]
)
def test_a_redirect_is_an_answer_and_never_followed(web: World, target: str, status: str) -> None:
    server = web.serve(b"")
    location = target.format(port=server.port)
    server.answer = lambda connected, path: connected.sendall(
        response("moved", status=status, headers=f"Location: {location}\r\n")
    )
    page = fetch(web.internet())
    assert (page.status, page.location) == (int(status[:3]), location)
    assert len(server.heads) == 1


def test_the_request_is_plain_and_no_proxy_is_asked(web: World, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = web.serve(response("from the proxy"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{LOOPBACK}:{proxy.port}")
    server = web.serve(response("hello"))
    assert fetch(web.internet(), path="/.well-known/x.txt").body == b"hello"
    assert not proxy.heads
    assert server.heads[0].startswith("GET /.well-known/x.txt HTTP/1.1\r\n")
    assert f"\r\nHost: {HOST}\r\n" in server.heads[0]
    assert "\r\nAccept-Encoding: identity\r\n" in server.heads[0]
    assert "cookie" not in server.heads[0].lower()


def trickle(*pieces: bytes) -> Any:
    """Sends forever, a piece every 50 ms: each single wait is short."""

    def answer(connected: socket.socket, path: str) -> None:
        for piece in itertools.chain(pieces, itertools.repeat(b"a")):
            connected.sendall(piece)
            time.sleep(0.05)

    return answer


SLOW = {
    "silence": lambda connected, path: time.sleep(1.5),
    "headers that trickle": trickle(b"HTTP/1.1 200 OK\r\n", b"X-Slow: "),
    "one header after the other": trickle(b"HTTP/1.1 200 OK\r\n", *[b"X-Slow: 1\r\n"] * 60),
    "continue and continue": trickle(*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 60),
    "a body that trickles": trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
    "chunks that trickle": trickle(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\na\r\n"] * 60
    ),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_one_moment_bounds_everything(web: World, answer: Any) -> None:
    web.serve(answer)
    started = time.monotonic()
    assert why_not(web.internet(seconds=1)) == "website_slow"
    assert time.monotonic() - started < 1.4


def test_a_handshake_that_does_not_end_is_bounded_too(web: World, tmp_path: Path) -> None:
    """The port of the encrypted web, behind which somebody says nothing."""
    with socket.create_server((LOOPBACK, 0)) as silent:
        internet = Internet(
            may_connect=web.internet().may_connect,
            ports={"https": silent.getsockname()[1]},
            nameserver=web.names.address,
            seconds=1,
        )
        started = time.monotonic()
        assert why_not(internet, "https") == "website_slow"
        assert time.monotonic() - started < 1.4


def test_no_more_is_read_than_fits(web: World) -> None:
    sent: list[int] = []

    def flood(connected: socket.socket, path: str) -> None:
        connected.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n")
        while True:
            connected.sendall(b"a" * 65536)
            sent.append(65536)

    web.serve(flood)
    page = fetch(web.internet())
    assert (len(page.body), page.cut) == (LONGEST_ANSWER, True)
    assert sum(sent) < 50 * LONGEST_ANSWER  # the rest lay in the buffers of the system


def test_headers_without_end_are_refused(web: World) -> None:
    def flood(connected: socket.socket, path: str) -> None:
        connected.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connected.sendall(b"X-Long: " + b"a" * 60_000 + b"\r\n")

    web.serve(flood)
    assert why_not(web.internet()) in ("website_too_large", "website_answer_broken")
    assert LONGEST_HEAD < LONGEST_ANSWER


def test_chunks_that_are_all_frame_and_no_content_are_refused(web: World) -> None:
    def flood(connected: socket.socket, path: str) -> None:
        connected.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connected.sendall(b"1;" + b"a" * 1000 + b"\r\na\r\n")

    web.serve(flood)
    assert why_not(web.internet()) == "website_too_large"


def test_a_compressed_answer_is_unpacked_as_far_as_it_fits(web: World) -> None:
    bomb = gzip.compress(b"a" * 100_000_000)
    assert len(bomb) < LONGEST_ANSWER
    web.serve(response(bomb, headers="Content-Encoding: gzip\r\n"))
    assert len(fetch(web.internet()).body) == LONGEST_ANSWER


BROKEN = {
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "nothing": b"",
    "a status that is none": b"HTTP/1.1 abc OK\r\n\r\n",
    "a line too long": b"HTTP/1.1 200 " + b"a" * 70_000 + b"\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 200 + b"\r\n",
    "broken gzip": response(b"no gzip", headers="Content-Encoding: gzip\r\n"),
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_is_none(web: World, answer: bytes) -> None:
    web.serve(answer)
    assert why_not(web.internet()) in ("website_answer_broken", "website_unreachable")


def test_nobody_there(web: World) -> None:
    assert why_not(web.internet()) == "website_unreachable"
    assert why_not(web.internet(), "https") == "website_unreachable"


def test_the_next_address_is_tried(web: World) -> None:
    web.serve(response("hello"))
    internet = Internet(
        may_connect=lambda address: True,
        ports=web.internet().ports,
        nameserver=web.names.address,
        seconds=4,
    )
    web.names.records[HOST, "A"] = ["127.0.0.3", LOOPBACK]
    assert fetch(internet).body == b"hello"


def test_the_name_server_has_the_last_word(web: World) -> None:
    web.serve(response("hello"))
    web.names.records = {}
    assert why_not(web.internet()) == "website_no_name"
    web.names.records = {(HOST, "TXT"): ['"x"']}  # a name without any address
    assert why_not(web.internet()) == "website_no_name"
    web.names.records[HOST, "A"] = [LOOPBACK]
    web.names.broken = {"AAAA"}  # some answer so for what they have not
    assert fetch(web.internet()).body == b"hello"
    web.names.broken = {"A", "AAAA"}
    assert why_not(web.internet()) == "website_dns_broken"
    web.names.broken, web.names.silent = set(), {"A", "AAAA"}
    started = time.monotonic()
    assert why_not(web.internet(seconds=1)) == "website_dns_broken"
    assert time.monotonic() - started < 1.2


def test_the_texts_of_a_name(web: World) -> None:
    def asked() -> list[str]:
        internet = web.internet(seconds=1)
        return texts(f"_x.{HOST}", internet=internet, deadline=internet.deadline())

    assert asked() == []
    web.names.records[f"_x.{HOST}", "TXT"] = ['"one" " and more"', '"two"', '"\\255"']
    assert sorted(asked()) == ["one and more", "two", "\ufffd"]
    web.names.broken = {"TXT"}
    with pytest.raises(Unfound, match="website_dns_broken"):
        asked()


def test_an_encrypted_answer_is_the_hosts_own(web: World, tmp_path: Path) -> None:
    """The connection goes to an address, the certificate has to name the host."""
    context, authority = certificate(tmp_path)
    server = web.serve(response("hello"), tls=context, trusted=authority)
    assert fetch(web.internet(), "https").body == b"hello"
    assert f"\r\nHost: {HOST}\r\n" in server.heads[0]


def test_a_certificate_of_another_host_or_of_nobody_is_refused(web: World, tmp_path: Path) -> None:
    context, authority = certificate(tmp_path, host="other.example")
    server = web.serve(response("hello"), tls=context, trusted=authority)
    assert why_not(web.internet(), "https") == "website_tls"
    context, _ = certificate(tmp_path)
    server = web.serve(response("hello"), tls=context)
    assert why_not(Internet(web.internet().may_connect, web.internet().ports, web.names.address), "https")
    assert not server.heads


def test_what_speaks_no_tls_on_the_port_of_tls(web: World) -> None:
    def plain(connected: socket.socket, path: str) -> None:
        """Never called: there is no request."""

    server = web.serve(plain)
    internet = Internet(
        may_connect=web.internet().may_connect,
        ports={"https": server.port},
        nameserver=web.names.address,
        seconds=1,
    )
    assert why_not(internet, "https") in ("website_tls", "website_slow")
