"""The three ways in which a host shows that it is an account's: a DNS record, a file, a meta tag on its first page.

The proof is about the whole host, so the file and the tag are looked for at its root only, and the tag in the page's
head, where no visitor's comment gets.
"""

from collections.abc import Iterable
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.websites.fetching import INTERNET, Deadline, Internet, Page, Unfound, get, texts

KEY = "verified-business"  # before the token, in each of the ways
RECORD = f"_{KEY}"  # the label before the host that has the TXT record
FILE = f"/.well-known/{KEY}.txt"
PIECE = 4096
LONGEST_FOUND = 200
_OF_THE_HEAD = {"html", "head", "title", "base", "link", "meta", "style", "script", "noscript"}
_WITH_TEXT = {"title", "style", "script", "noscript"}
# Where the host is not answering at all over TLS, an address that says http:// is taken at its word.
_NO_TLS = {"website_unreachable", "website_tls"}


class Method(models.TextChoices):
    DNS = "dns", _("DNS record")
    FILE = "file", _("file")
    META = "meta", _("meta tag")


class Place(NamedTuple):
    """Where something has to stand, and what, each to be copied."""

    where: str
    what: str


class Finding(NamedTuple):
    """`code` is empty where the token was found: `method` says how."""

    code: str
    found: str = ""
    method: str = ""


def place(method: Method, host: str, token: str) -> Place:
    if method == Method.DNS:
        return Place(f"{RECORD}.{host}", f"{KEY}={token}")
    if method == Method.FILE:
        return Place(f"https://{host}{FILE}", f"{KEY}={token}")
    return Place(f"https://{host}/", f'<meta name="{KEY}" content="{token}">')


def look(
    methods: Iterable[str], host: str, token: str, *, over_tls: bool, internet: Internet = INTERNET
) -> Finding:
    """The first of the ways that shows the token, or why the first one does not. Takes `internet.seconds` at most."""
    deadline, first = internet.deadline(), Finding("website_token_missing")
    for number, method in enumerate(methods):
        finding = _by(Method(method), host, token, over_tls, internet, deadline)
        if not finding.code:
            return finding
        if number == 0:
            first = finding
    return first


def _by(
    method: Method, host: str, token: str, over_tls: bool, internet: Internet, deadline: Deadline
) -> Finding:
    try:
        if method == Method.DNS:
            _judge(texts(f"{RECORD}.{host}", internet=internet, deadline=deadline), token)
        else:
            _by_page(method, host, token, over_tls, internet, deadline)
    except Unfound as why:
        return Finding(why.code, why.found[:LONGEST_FOUND], method)
    return Finding("", method=method)


def _by_page(
    method: Method, host: str, token: str, over_tls: bool, internet: Internet, deadline: Deadline
) -> None:
    path = FILE if method == Method.FILE else "/"

    def at(scheme: str) -> None:
        page = get(scheme, host, path, internet=internet, deadline=deadline)
        _require_answer(page, f"{scheme}://{host}{path}")
        _judge(_lines(page) if method == Method.FILE else _tags(page, deadline), token, cut=page.cut)

    try:
        at("https")
    except Unfound as over_tls_not:
        if over_tls or over_tls_not.code not in _NO_TLS:
            raise
        try:
            at("http")
        except Unfound as plainly_not:
            # A plain address that leads to the encrypted one, which is broken: that is what has to be mended.
            raise over_tls_not if plainly_not.found == f"https://{host}/" else plainly_not from None


def _judge(values: list[str], token: str, *, cut: bool = False) -> None:
    if f"{KEY}={token}" in values:
        return
    if any(value.startswith(f"{KEY}=") for value in values):
        raise Unfound("website_token_wrong")
    raise Unfound("website_too_large" if cut else "website_token_missing")


def _require_answer(page: Page, address: str) -> None:
    if 300 <= page.status < 400:
        raise _redirected(page.location, address)
    if page.status in (404, 410):
        raise Unfound("website_not_found", address)
    if page.status != 200:
        raise Unfound("website_answer_other", str(page.status))
    if b"\0" in page.body:
        raise Unfound("website_not_text")


def _redirected(location: str, address: str) -> Unfound:
    """To whom it leads, as far as that can be told: an address of the web that may be shown."""
    try:
        target = urlsplit(urljoin(address, location))
        host = (target.hostname or "").encode("idna").decode()
    except ValueError:
        return Unfound("website_redirects", "?")
    if not location or target.scheme not in ("http", "https") or not host.isprintable():
        return Unfound("website_redirects", "?")
    within = host == urlsplit(address).hostname
    return Unfound(
        "website_redirects_within" if within else "website_redirects", f"{target.scheme}://{host}/"
    )


def _lines(page: Page) -> list[str]:
    """A server that answers every address with the same page has no such file."""
    text = page.body.decode("utf-8-sig", errors="replace").lstrip()
    if text.startswith("<"):
        raise Unfound("website_not_text")
    return [line.strip() for line in text.splitlines()[:20]]


def _tags(page: Page, deadline: Deadline) -> list[str]:
    """Fed in pieces and never closed: what is begun a thousand times and never ended costs no more than its length."""
    text = page.body.decode("utf-8", errors="replace")
    head = _Head()
    for start in range(0, len(text), PIECE):
        deadline.left()
        try:
            head.feed(text[start : start + PIECE])
        except AssertionError:  # how the parser says that a declaration is none
            break
        if head.over:
            break
    return head.values


class _Head(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []
        self.over = False
        self._text_belongs = False  # to an element of the head

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _OF_THE_HEAD:
            self.over = True
        self._text_belongs = tag in _WITH_TEXT
        if self.over or tag != "meta":
            return
        named = dict(reversed(attrs))  # of two alike, browsers take the first
        if (named.get("name") or "").strip().lower() == KEY:
            self.values.append(f"{KEY}={(named.get('content') or '').strip()}")

    def handle_endtag(self, tag: str) -> None:
        self.over = self.over or tag == "head"
        self._text_belongs = False

    def handle_data(self, data: str) -> None:
        """Bare text begins the body."""
        if data.strip() and not self._text_belongs:
            self.over = True
