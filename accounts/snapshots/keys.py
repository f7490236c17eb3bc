"""The keys that sign manifests (ES256), and the set of them that everybody may read (RFC 7517).

A key that is made here is a file under VAR_DIR whose name is the moment from which it signs. It is published from the
day it is made, so that whoever keeps the set for a day knows it before it is needed.
"""

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from jwt.algorithms import ECAlgorithm

from accounts.errors import NotAllowed

PUBLISHED_BEFORE = timedelta(days=2)  # a key signs: twice as long as a platform may keep the set
KEPT_AFTER = timedelta(days=30)  # the next key took over: copies of that age can still be verified
_NAME = "%Y%m%dT%H%M%SZ"
_PEM_BEGIN = b"-----BEGIN "


@dataclass(frozen=True)
class Key:
    """`since` is when it began or will begin to sign; None for one that the deployment hands over."""

    private: ec.EllipticCurvePrivateKey
    since: datetime | None = None

    @property
    def jwk(self) -> dict[str, str]:
        """The public half (RFC 7518 section 6.2), named by its thumbprint."""
        written: dict[str, str] = ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        needed = {name: written[name] for name in ("crv", "kty", "x", "y")}
        return {**needed, "kid": _thumbprint(needed), "use": "sig", "alg": "ES256"}

    @property
    def id(self) -> str:
        return self.jwk["kid"]


def signing_key() -> Key:
    """The one that signs now; the first one is made here. Raises NotAllowed snapshot_keys_unusable."""
    if settings.SNAPSHOT_KEYS_FILE:
        return _handed_over()[0]
    keys = _kept_or_first()
    now = datetime.now(UTC)
    begun = [key for key in keys if key.since is not None and key.since <= now]
    return begun[-1] if begun else keys[0]  # of a moment to come only where the clock was set back


def published() -> list[Key]:
    """Every key whose signature counts: of the past, in use, and to come. Raises NotAllowed as above."""
    return _handed_over() if settings.SNAPSHOT_KEYS_FILE else _kept_or_first()


def key_set() -> dict[str, list[dict[str, str]]]:
    return {"keys": [key.jwk for key in published()]}


def rotate() -> Key:
    """Make the next key; it signs when PUBLISHED_BEFORE is over.

    Raises NotAllowed: snapshot_key_waiting (one is on its way), snapshot_keys_elsewhere (SNAPSHOT_KEYS_FILE is set).
    """
    if settings.SNAPSHOT_KEYS_FILE:
        raise NotAllowed("snapshot_keys_elsewhere", path=settings.SNAPSHOT_KEYS_FILE)
    _kept_or_first()
    with _alone():
        latest = _kept()[-1].since
        assert latest is not None
        if latest > datetime.now(UTC):
            raise NotAllowed("snapshot_key_waiting", since=latest)
        return _make(datetime.now(UTC) + PUBLISHED_BEFORE)


def drop_retired() -> int:
    """Delete keys that another one replaced KEPT_AFTER ago. Returns how many."""
    if settings.SNAPSHOT_KEYS_FILE or not _folder().exists():
        return 0
    with _alone():
        files = _files()
        limit = datetime.now(UTC) - KEPT_AFTER
        retired = [file for file, heir in pairwise(files) if _moment(heir) <= limit]
        for file in retired:
            file.unlink()
    return len(retired)


def _handed_over() -> list[Key]:
    """The PEM blocks of SNAPSHOT_KEYS_FILE: the first signs, all are published."""
    path = Path(settings.SNAPSHOT_KEYS_FILE)
    try:
        blocks = [_PEM_BEGIN + block for block in path.read_bytes().split(_PEM_BEGIN)[1:]]
        keys = [Key(_read(block)) for block in blocks]
    except (OSError, ValueError, TypeError) as wrong:
        raise NotAllowed("snapshot_keys_unusable", path=str(path)) from wrong
    if not keys:
        raise NotAllowed("snapshot_keys_unusable", path=str(path))
    return keys


def _kept_or_first() -> list[Key]:
    if not (keys := _kept()):
        with _alone():
            keys = _kept() or [_make(datetime.now(UTC))]
    return keys


def _kept() -> list[Key]:
    try:
        return [Key(_read(file.read_bytes()), _moment(file)) for file in _files()]
    except FileNotFoundError:  # one was just dropped
        return _kept()
    except (OSError, ValueError, TypeError) as wrong:
        raise NotAllowed("snapshot_keys_unusable", path=str(_folder())) from wrong


def _files() -> list[Path]:
    """From the oldest to the one that signs last."""
    return sorted(_folder().glob("*.pem"))


def _moment(file: Path) -> datetime:
    return datetime.strptime(file.stem, _NAME).replace(tzinfo=UTC)


def _read(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ValueError("ES256 needs a key on the curve P-256")
    return key


def _make(since: datetime) -> Key:
    """Whole or not at all: written aside, and then given its name."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    aside = _folder() / ".new"
    aside.unlink(missing_ok=True)
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(_folder() / f"{since:{_NAME}}.pem")
    return Key(key, since.replace(microsecond=0))


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "snapshot-keys"


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time makes or drops keys. The kernel frees the lock of one that dies."""
    _folder().mkdir(mode=0o700, exist_ok=True)
    with (_folder() / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _thumbprint(needed: dict[str, Any]) -> str:
    """RFC 7638."""
    canonical = json.dumps(needed, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
