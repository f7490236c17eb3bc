"""Look-ups answered from this machine's store, before Django: no database, no serializer.

It answers what it is sure of, with the very functions that the views answer with; everything else (another method, an unknown
key, a body that is not as simple as it should be, a store that is missing, damaged or given up) goes the long way round and is
answered by the views. So it may refuse to answer at any moment, and nothing depends on it but speed, and the time in which the
database is away.
"""

import hashlib
import json
import logging
import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import lmdb
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from accounts.businesses import numbers
from accounts.cardstore.apikeys import KnownKey
from accounts.cardstore.errors import Damaged, Unusable
from accounts.cardstore.reading import MICROSECONDS, Freshness, Reader
from accounts.cardstore.store import Store
from accounts.clients import quotas, scanning
from accounts.clients.models import Scope
from accounts.display import answers
from accounts.display.answers import Answer

logger = logging.getLogger(__name__)

Environ = dict[str, Any]

CONTACTS = "/v1/contacts/"
LOOKUP, CHANGES = CONTACTS + "lookup", CONTACTS + "changes"
MOST_NUMBERS = 1_000
MOST_BYTES = 64 * MOST_NUMBERS  # of a body: more is written in a way that only the long one has to read
_KEY = re.compile(r"Bearer (vbr_(?:live|test)_[0-9A-Za-z]{36})")
_AFTER = re.compile(r"after=([0-9]{1,18})")
_ALLOWED = {"GET": ("Allow", "GET, HEAD, OPTIONS"), "POST": ("Allow", "POST, OPTIONS")}
MOST_HOSTS = 100  # to remember


class FastPath:
    def __init__(self) -> None:
        self.reader = Reader()
        self._hosts: set[str | None] = set()
        self._over_tls = settings.SECURE_SSL_REDIRECT

    def __call__(self, environ: Environ) -> Answer | None:
        """None: ask the long way. Raises QuotaExceeded, as the views do."""
        path = environ["PATH_INFO"]
        if not path.startswith(CONTACTS) or not self._is_ordinary(environ):
            return None
        header = _KEY.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
        if header is None:
            return None
        method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
        digest = hashlib.sha256(header[1].encode()).digest()
        try:
            if method == "POST":
                return self._lookup(environ, digest) if path == LOOKUP and not query else None
            if method != "GET":
                return None
            if path == CHANGES:
                return self._changes(environ, digest, query)
            return (
                self._contact(environ, digest, path[len(CONTACTS) :])
                if not query and path != LOOKUP
                else None
            )
        except Unusable:
            return None
        except lmdb.Error as wrong:
            logger.warning("The store can't be read: %s", wrong)
            return None

    def _contact(self, environ: Environ, digest: bytes, number: str) -> Answer | None:
        store, _, freshness = self.reader.current()
        if "/" in number or not number.isascii():
            return None
        try:
            with store.reading() as view:
                key = _admitted(store.key(view, digest))
                if key is None:
                    return None
                if numbers.misspelt(number) is not None:
                    return None
                budget = _spend(key, [number], freshness)
                card = store.card(view, number, store.policy(view), freshness.now)
        except Damaged as damage:
            return self._damaged(store, damage)
        answer = answers.contact(card, _as_told(freshness), environ.get("HTTP_IF_NONE_MATCH", ""))
        return _finished(answer, "GET", budget)

    def _lookup(self, environ: Environ, digest: bytes) -> Answer | None:
        store, _, freshness = self.reader.current()
        try:
            with store.reading() as view:
                key = _admitted(store.key(view, digest))
                asked = _numbers_of(environ) if key else None
                if key is None or asked is None:
                    return None
                sound, unsound = answers.sorted_out(asked)
                budget = _spend(key, sound, freshness)
                listed, unlisted = store.found(view, sound, store.policy(view), freshness.now)
        except Damaged as damage:
            return self._damaged(store, damage)
        accept_encoding = environ.get("HTTP_ACCEPT_ENCODING", "")
        return _finished(
            answers.lookup(listed, unlisted, unsound, _as_told(freshness), accept_encoding), "POST", budget
        )

    def _changes(self, environ: Environ, digest: bytes, query: str) -> Answer | None:
        """Where nothing has happened since, which is what most are told who ask."""
        store, beat, freshness = self.reader.current()
        after = _AFTER.fullmatch(query)
        if after is None or int(after[1]) != beat.cursor:
            return None
        try:
            with store.reading() as view:
                key = _admitted(store.key(view, digest))
        except Damaged as damage:
            return self._damaged(store, damage)
        if key is None:
            return None
        budget = _spend(key, [], freshness)
        nothing = {"changes": [], "next": beat.cursor, "more": False}
        answer = answers.changes(nothing, _as_told(freshness), environ.get("HTTP_IF_NONE_MATCH", ""))
        return _finished(answer, "GET", budget)

    def _damaged(self, store: Store, damage: Damaged) -> None:
        logger.error("Generation %s: %s", store.path.name, damage)
        self.reader.report(store, damage)

    def _is_ordinary(self, environ: Environ) -> bool:
        """Nothing in it that a middleware or DRF would have something to say to."""
        if "HTTP_TRANSFER_ENCODING" in environ:
            return False
        if self._over_tls and environ.get("HTTP_X_FORWARDED_PROTO") != "https":
            return False
        accept = environ.get("HTTP_ACCEPT", "*/*")
        if accept != "*/*" and accept != "application/json":
            return False
        host = environ.get("HTTP_HOST")
        return host in self._hosts or self._is_ours(host)

    def _is_ours(self, host: str | None) -> bool:
        if host is None:
            return False
        domain, _ = split_domain_port(host)
        if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
            return False
        if len(self._hosts) < MOST_HOSTS:
            self._hosts.add(host)
        return True


def _admitted(key: KnownKey | None) -> KnownKey | None:
    """None: unknown, revoked, switched off or without the scope, of which the long way has more to say."""
    if key is None or key.is_revoked or not key.app_is_active or Scope.CONTACTS_READ not in key.scopes:
        return None
    return key


def _spend(key: KnownKey, asked: Sequence[str], freshness: Freshness) -> quotas.Budget:
    now = freshness.now / MICROSECONDS
    budget = quotas.spend(key.quota, numbers=len(asked), now=now)
    if asked:
        scanning.note(key, asked, now=now)
    return budget


def _numbers_of(environ: Environ) -> list[str] | None:
    """What a plain body asks for, `{"numbers": [at most a thousand texts]}`; None for any other, which stays readable."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if environ.get("CONTENT_TYPE") != "application/json" or not length.isdigit() or int(length) > MOST_BYTES:
        return None
    body = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    try:
        document = json.loads(body, object_pairs_hook=list)
    except (ValueError, RecursionError):
        return None
    match document:
        case [("numbers", [*asked])] if len(asked) <= MOST_NUMBERS and set(map(type, asked)) == {str}:
            return asked
    return None


def _as_told(freshness: Freshness) -> answers.Freshness:
    return answers.Freshness(freshness.as_of, freshness.is_stale)


def _finished(answer: Answer, method: str, budget: quotas.Budget) -> Answer:
    answer.headers.append(_ALLOWED[method])
    answer.headers.extend(budget.headers())
    return answer
