"""API keys as the store knows them: enough to admit a look-up without the database."""

import json
import zlib
from typing import Any, NamedTuple

from django.db import connection

from accounts import ids
from accounts.cardstore.errors import Damaged
from accounts.clients.quotas import Quota

MOST_KEYS = 10_000  # kept unpacked in a process
_ALL = """
SELECT k.digest, k.id, k.scopes, k.revoked_at IS NOT NULL, app.id, app.is_active, k.slot,
       k.requests_per_minute, k.numbers_per_day
FROM clients_apikey k JOIN clients_clientapp app ON app.id = k.app_id
"""


class KnownKey(NamedTuple):
    digest: bytes
    pk: str
    app_id: str
    scopes: frozenset[str]
    is_revoked: bool
    app_is_active: bool
    quota: Quota


def all_of_them() -> dict[bytes, bytes]:
    """Digest -> record of every key there ever was, from the database."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL)
        return {bytes(digest): _pack(bytes(digest), columns) for digest, *columns in cursor.fetchall()}


def _pack(digest: bytes, columns: list[Any]) -> bytes:
    key, scopes, is_revoked, app, app_is_active, *limits = columns
    document = [
        ids.to_text("key", key),
        ids.to_text("cli", app),
        json.loads(scopes) if isinstance(scopes, str) else scopes,
        is_revoked,
        app_is_active,
        *limits,
    ]
    body = json.dumps(document, separators=(",", ":")).encode()
    return zlib.crc32(body, zlib.crc32(digest)).to_bytes(4, "little") + body


def unpack(digest: bytes, raw: bytes) -> KnownKey:
    """Raises Damaged."""
    body = raw[4:]
    if zlib.crc32(body, zlib.crc32(digest)) != int.from_bytes(raw[:4], "little"):
        raise Damaged("a key's checksum is wrong")
    key, app, scopes, is_revoked, app_is_active, *limits = json.loads(body)
    return KnownKey(digest, key, app, frozenset(scopes), is_revoked, app_is_active, Quota.of(*limits))
