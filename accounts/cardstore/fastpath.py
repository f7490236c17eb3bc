"""Look-ups answered from this machine's store, before Django: no database, no serializer.

It answers what it is sure of, with the very functions that the views answer with; everything else (another method, an
unknown key, a body that is not as simple as it should be, a store that is missing, damaged or given up, or behind while
the database can be asked) goes the long way round and is answered by the views. So it may refuse to answer at any
moment, and nothing depends on it but speed, and the time in which the database is away.

A key that the store knows it refuses as well as it admits it: revoked, switched off, without the scope. One that it
does not know may have been made a moment ago: that nobody has it only the database can say.
"""

import hashlib
import json
import logging
import re
import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, NoReturn

import lmdb
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from rest_framework.utils.mediatypes import media_type_matches

from accounts.audit import later
from accounts.businesses import numbers
from accounts.cardstore.apikeys import KnownKey
from accounts.cardstore.errors import BROKEN, Damaged, Unusable
from accounts.cardstore.pulse import Beat
from accounts.cardstore.reading import MICROSECONDS, Freshness, Reader
from accounts.cardstore.store import Store
from accounts.clients import quotas, scanning
from accounts.clients.authentication import is_to_be_noted
from accounts.clients.models import Scope
from accounts.clients.quotas import QuotaExceeded
from accounts.display import answers, queries
from accounts.display.answers import Answer
from accounts.display.serializers import LOOKUP_LIMIT
from accounts.errors import DomainError, Forbidden, Unauthenticated

logger = logging.getLogger(__name__)

Environ = dict[str, Any]

CONTACTS = "/v1/contacts/"
LOOKUP, CHANGES = CONTACTS + "lookup", CONTACTS + "changes"
MOST_BYTES = 64 * LOOKUP_LIMIT  # of a body: more is written in a way that only the long one has to read
_KEY = re.compile(r"Bearer (vbr_(?:live|test)_[0-9A-Za-z]{36})")
_AFTER = re.compile(r"after=([0-9]{1,18})")
_ALLOWED = {"GET": ("Allow", "GET, HEAD, OPTIONS"), "POST": ("Allow", "POST, OPTIONS")}
_PLAIN_JSON = ("application/json", "application/json; charset=utf-8", "application/json;charset=utf-8")
_UNSENDABLE = re.compile("[\x00\ud800-\udfff]")  # of which registry.parsers has something to say
MOST_HOSTS = 100  # to remember
LONGEST_ACCEPT = 300  # characters


class Refused(Exception):
    """What a view would refuse as well; `headers` are those that it would send besides."""

    def __init__(self, error: DomainError, headers: list[tuple[str, str]]) -> None:
        self.error, self.headers = error, headers


class _Members(list[Any]):
    """An object as it was written: a name may stand there twice."""


class FastPath:
    """`is_database_there` must answer at once. While it says no, the store answers also when it is behind."""

    def __init__(self, is_database_there: Callable[[], bool] = lambda: True) -> None:
        self.reader = Reader()
        self._is_database_there = is_database_there
        self._hosts: set[str | None] = set()
        self._cookies = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
        self._over_tls = settings.SECURE_SSL_REDIRECT
        # py-lmdb lets go of the interpreter around each of its calls: threads that read at once would hand it to each
        # other at every one of them. An address book took 2.8 ms of CPU instead of 1.9.
        self._turn = threading.Lock()

    def __call__(self, environ: Environ) -> Answer | None:
        """None: ask the long way. Raises Refused."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith(CONTACTS) or not self._is_ordinary(environ):
            return None
        header = _KEY.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
        if header is None:
            return None
        method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
        digest = hashlib.sha256(header[1].encode()).digest()
        try:
            if method == "POST":
                return self._posted(environ, digest) if path == LOOKUP and not query else None
            with self._turn:
                if method != "GET" or path == LOOKUP:
                    return None
                if path == CHANGES:
                    return self._changes(environ, digest, query)
                return None if query else self._contact(environ, digest, path[len(CONTACTS) :])
        except DomainError as error:
            raise Refused(error, [_ALLOWED[method]]) from None
        except Unusable:
            return None
        except lmdb.Error as wrong:
            logger.warning("The store can't be read: %s", wrong)
            return None

    def _contact(self, environ: Environ, digest: bytes, number: str) -> Answer | None:
        store, _, freshness = self._current()
        if not number or not number.isascii() or not number.isprintable():
            return None
        try:
            with store.reading() as view:
                key = store.key(view, digest)
                if key is None:
                    return None
                _require_admitted(key)
                if numbers.misspelt(number) is not None:
                    _misspelt(number, key, freshness)
                card = store.card(view, number, store.policy(view), freshness.now)
        except (Damaged, *BROKEN) as damage:
            self._damaged(store, damage)
            return None
        budget = _spend(key, [number], freshness)
        answer = answers.contact(card, _as_told(freshness), environ.get("HTTP_IF_NONE_MATCH", ""))
        return _finished(answer, "GET", budget)

    def _posted(self, environ: Environ, digest: bytes) -> Answer | None:
        """Reads the body while it is nobody's turn: who sends it slowly keeps one thread, and no other look-up."""
        body = _body_of(environ)
        if body is None:
            return None
        with self._turn:
            return self._lookup(environ, digest, body)

    def _lookup(self, environ: Environ, digest: bytes, body: bytes) -> Answer | None:
        store, _, freshness = self._current()
        try:
            with store.reading() as view:
                key = store.key(view, digest)
                if key is None:
                    return None
                _require_admitted(key)
                if (asked := _numbers_of(body)) is None:
                    return None
                sound, unsound = answers.sorted_out(asked)
                if unsound and _UNSENDABLE.search("".join(asked)):
                    return None
                listed, unlisted = store.found(view, sound, store.policy(view), freshness.now)
        except (Damaged, *BROKEN) as damage:
            self._damaged(store, damage)
            return None
        # Only now: what goes the long way round is counted there.
        budget = _spend_as_a_batch(key, sound, len(unsound), freshness)
        accept_encoding = environ.get("HTTP_ACCEPT_ENCODING", "")
        return _finished(
            answers.lookup(listed, unlisted, unsound, _as_told(freshness), accept_encoding), "POST", budget
        )

    def _changes(self, environ: Environ, digest: bytes, query: str) -> Answer | None:
        """Where no card has changed since, which is what most are told who ask."""
        store, beat, freshness = self._current()
        after = _AFTER.fullmatch(query)
        if after is None or not beat.changed <= int(after[1]) <= beat.cursor:
            return None
        if beat.cursor - int(after[1]) > queries.WINDOW:
            return None
        try:
            with store.reading() as view:
                key = store.key(view, digest)
        except (Damaged, *BROKEN) as damage:
            self._damaged(store, damage)
            return None
        if key is None:
            return None
        _require_admitted(key)
        budget = _spend(key, [], freshness)
        nothing = {"changes": [], "next": beat.cursor, "more": False}
        answer = answers.changes(nothing, _as_told(freshness), environ.get("HTTP_IF_NONE_MATCH", ""))
        return _finished(answer, "GET", budget)

    def _current(self) -> tuple[Store, Beat, Freshness]:
        """Raises Unusable also where the store is behind, and the database knows better."""
        current = self.reader.current()
        if current[2].is_stale and self._is_database_there():
            raise Unusable("the store is behind, and the database there")
        return current

    def _damaged(self, store: Store, damage: Exception) -> None:
        logger.error("Generation %s: %s", store.path.name, damage)
        self.reader.report(store, damage)

    def _is_ordinary(self, environ: Environ) -> bool:
        """Nothing in it that a middleware or DRF would have something to say to."""
        if "HTTP_TRANSFER_ENCODING" in environ:
            return False
        if self._over_tls and environ.get("HTTP_X_FORWARDED_PROTO") != "https":
            return False
        if (cookie := environ.get("HTTP_COOKIE")) and any(name in cookie for name in self._cookies):
            return False
        accept = environ.get("HTTP_ACCEPT", "*/*")
        if accept != "*/*" and (len(accept) > LONGEST_ACCEPT or not _takes_json(accept)):
            return False
        host = environ.get("HTTP_HOST")
        return host in self._hosts or self._is_ours(host)

    def _is_ours(self, host: str | None) -> bool:
        if host is None:
            return False
        domain, _ = split_domain_port(host)
        if not domain or not validate_host(domain, list(map(str, settings.ALLOWED_HOSTS))):
            return False
        if len(self._hosts) < MOST_HOSTS:
            self._hosts.add(host)
        return True


@lru_cache(maxsize=1_000)
def _takes_json(accept: str) -> bool:
    """As DRF reads it, which knows nothing of weights."""
    return any(media_type_matches("application/json", token.strip()) for token in accept.split(","))


def _require_admitted(key: KnownKey) -> None:
    """Raises Unauthenticated or Forbidden; the log is told, as the long way would tell it."""
    if key.is_revoked:
        raise _noted(key, Unauthenticated("key_revoked"))
    if not key.app_is_active:
        raise _noted(key, Unauthenticated("app_disabled"))
    if Scope.CONTACTS_READ not in key.scopes:
        raise _noted(key, Forbidden("scope_missing", scope=Scope.CONTACTS_READ.value))


def _noted(key: KnownKey, refusal: DomainError) -> DomainError:
    if is_to_be_noted(key.pk, refusal):
        later.log("refused", by=key.app_id, on=key.pk, data={"code": refusal.code, **refusal.params})
    return refusal


def _misspelt(number: str, key: KnownKey, freshness: Freshness) -> NoReturn:
    """Always raises: it costs a request, and no number."""
    budget = _spend(key, [], freshness)
    try:
        numbers.require_e164(number)
    except DomainError as error:
        raise Refused(error, [_ALLOWED["GET"], *budget.headers()]) from None
    raise AssertionError("only of misspelt ones")


def _spend(key: KnownKey, asked: Sequence[str], freshness: Freshness, misspelt: int = 0) -> quotas.Budget:
    now = freshness.now / MICROSECONDS
    budget = quotas.spend(key.quota, numbers=len(asked) + misspelt, now=now)
    if asked:
        scanning.note(key, asked, now=now)
    return budget


def _spend_as_a_batch(
    key: KnownKey, asked: Sequence[str], misspelt: int, freshness: Freshness
) -> quotas.Budget:
    """The long way counts the request first. Where both limits are reached, that is the one it names."""
    try:
        return _spend(key, asked, freshness, misspelt)
    except QuotaExceeded:
        now = freshness.now / MICROSECONDS
        quotas.spend(key.quota, numbers=0, now=now)
        return quotas.spend_numbers(key.quota, numbers=len(asked) + misspelt, now=now)


def _body_of(environ: Environ) -> bytes | None:
    """Of plain JSON; None: any other, still to be read."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if environ.get("CONTENT_TYPE") not in _PLAIN_JSON or not length.isdecimal() or int(length) > MOST_BYTES:
        return None
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = BytesIO(body)
    return body


def _numbers_of(body: bytes) -> list[str] | None:
    """What it asks for: `{"numbers": [at most a thousand texts]}`; None for anything else."""
    try:
        document = json.loads(body.decode(), object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, _Members) or len(document) != 1 or document[0][0] != "numbers":
        return None
    asked = document[0][1]
    if type(asked) is list and len(asked) <= LOOKUP_LIMIT and set(map(type, asked)) <= {str}:
        return asked
    return None


def _as_told(freshness: Freshness) -> answers.Freshness:
    return answers.Freshness(freshness.as_of, freshness.is_stale)


def _finished(answer: Answer, method: str, budget: quotas.Budget) -> Answer:
    answer.headers.append(_ALLOWED[method])
    answer.headers.extend(budget.headers())
    return answer
