"""The signed list of what a snapshot, or a delta, consists of."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import jwt
from django.conf import settings

from accounts.badges.cards import rfc3339
from accounts.snapshots import files, rice
from accounts.snapshots.files import File
from accounts.snapshots.keys import Key

SCHEMA = 1
NAME, SIGNED_NAME = "manifest.json", "manifest.jws"
TYPE = "vbr-manifest+jws"  # in the header, so that no other JWS of ours passes for a manifest (RFC 8725 section 3.11)
ALGORITHM = "ES256"

Manifest = dict[str, Any]


def snapshot(
    name: str, *, seq: int, as_of: datetime, policy: str, previous: str | None, written: list[File]
) -> Manifest:
    return {
        "schema": SCHEMA,
        "kind": "snapshot",
        "id": name,
        "deployment": settings.DEPLOYMENT,
        "seq": seq,
        "as_of": rfc3339(as_of),
        "policy": policy,
        "previous": previous,
        "count": sum(file["count"] for file in written if file["kind"] == "numbers"),
        "files": written,
    }


def delta(
    name: str, older: Manifest, newer: Manifest, counts: dict[str, int | None], written: list[File]
) -> Manifest:
    return {
        "schema": SCHEMA,
        "kind": "delta",
        "id": name,
        "deployment": settings.DEPLOYMENT,
        "from": older["id"],
        "to": newer["id"],
        "from_seq": older["seq"],
        "seq": newer["seq"],
        "as_of": newer["as_of"],
        "policy": newer["policy"],
        "policy_changed": older["policy"] != newer["policy"],
        **counts,
        "files": written,
    }


def write(folder: Path, manifest: Manifest, key: Key) -> None:
    """The manifest for people, and as the payload of a compact JWS (RFC 7515) for programs."""
    payload = json.dumps(manifest, indent=1).encode() + b"\n"
    signed = jwt.PyJWS().encode(
        payload, key.private, algorithm=ALGORITHM, headers={"kid": key.id, "typ": TYPE}
    )
    files.write(folder / NAME, payload)
    files.write(folder / SIGNED_NAME, signed.encode())


def read(folder: Path) -> Manifest:
    """Raises FileNotFoundError: no such folder any more."""
    manifest: Manifest = json.loads((folder / NAME).read_bytes())
    return manifest


def verified(signed: str, keys: Iterable[Key]) -> bytes:
    """The payload of a JWS that one of the keys signed. Raises rice.Damaged."""
    by_id = {key.id: key for key in keys}
    try:
        header = jwt.get_unverified_header(signed)
        if header.get("typ") != TYPE or header.get("kid") not in by_id:
            raise rice.Damaged("signed by no key that is published")
        public = by_id[header["kid"]].private.public_key()
        payload: bytes = jwt.PyJWS().decode_complete(signed, public, algorithms=[ALGORITHM])["payload"]
    except jwt.PyJWTError as wrong:
        raise rice.Damaged(f"its signature: {wrong}") from wrong
    return payload
