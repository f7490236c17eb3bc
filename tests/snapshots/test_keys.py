"""Signatures: any JOSE library verifies them, with the keys that everybody may read."""

import base64
import json
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client
from joserfc import jws
from joserfc.jwk import KeySet

from accounts.errors import NotAllowed
from accounts.snapshots import keys, manifests, rice
from tests.snapshots import readers
from tests.snapshots.made_up import build, folder_of

JWKS = "/.well-known/jwks.json"


def published() -> Any:
    answer = Client().get(JWKS)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    return answer.json()


def signed() -> tuple[str, bytes]:
    folder = folder_of(build([6281200000], seq=1))
    return (folder / manifests.SIGNED_NAME).read_text(), (folder / manifests.NAME).read_bytes()


def key_files(settings: Any) -> list[Path]:
    return sorted((settings.VAR_DIR / "snapshot-keys").glob("*.pem"))


def takes_over_at(file: Path, moment: datetime) -> None:
    file.rename(file.with_name(f"{moment:%Y%m%dT%H%M%SZ}.pem"))


def pem(key: Any) -> bytes:
    written: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return written


# --- verified by others ---


def test_joserfc_verifies_it() -> None:
    text, manifest = signed()
    verified = jws.deserialize_compact(text, KeySet.import_key_set(published()), algorithms=["ES256"])
    assert verified.payload == manifest


def test_pyjwt_verifies_it() -> None:
    text, manifest = signed()
    key = jwt.PyJWKSet.from_dict(published())[jwt.get_unverified_header(text)["kid"]]
    assert jwt.PyJWS().decode(text, key, algorithms=["ES256"]) == manifest


def test_the_reference_readers_verify_it(tmp_path: Path) -> None:
    text, manifest = signed()
    expected = json.loads(manifest)
    assert readers.python.signed(text, published()) == expected
    assert json.loads(by_node(tmp_path, text, published())) == expected


def test_a_forged_manifest_is_refused(tmp_path: Path) -> None:
    text, _ = signed()
    header, payload, signature = text.split(".")
    other = base64.urlsafe_b64encode(b'{"schema": 1}').rstrip(b"=").decode()
    nobodys = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    forged = [
        f"{header}.{other}.{signature}",
        f"{nobodys}.{payload}.",
        f"{header}.{payload}.{'A' * len(signature)}",
        f"{header}.{payload}",
        "",
    ]
    for text in forged:
        with pytest.raises(readers.python.Damaged):
            readers.python.signed(text, published())
        assert by_node(tmp_path, text, published()) == "refused"
        with pytest.raises(rice.Damaged):
            manifests.verified(text, keys.published())


def test_what_the_key_signed_for_another_purpose_is_no_manifest(tmp_path: Path) -> None:
    key = keys.signing_key()
    text = jwt.PyJWS().encode(b'{"schema": 1}', key.private, algorithm="ES256", headers={"kid": key.id})
    with pytest.raises(readers.python.Damaged):
        readers.python.signed(text, published())
    assert by_node(tmp_path, text, published()) == "refused"
    with pytest.raises(rice.Damaged):
        manifests.verified(text, keys.published())


def test_a_strangers_key_counts_for_nothing(settings: Any, tmp_path: Path) -> None:
    text, _ = signed()
    settings.VAR_DIR = tmp_path
    with pytest.raises(readers.python.Damaged):
        readers.python.signed(text, published())
    assert by_node(tmp_path, text, published()) == "refused"


def by_node(folder: Path, text: str, key_set: Any) -> str:
    """What the reader in JavaScript reads out of a signed manifest, or "refused"."""
    script = (
        f"import {{ Damaged, signed }} from {json.dumps(str(readers.JAVASCRIPT_READER))};"
        f"try {{ console.log(JSON.stringify(await signed({json.dumps(text)}, {json.dumps(key_set)}))); }}"
        "catch (wrong) { console.log('refused'); }"
    )
    (folder / "verify.mjs").write_text(script)
    done = subprocess.run(
        [readers.node(), str(folder / "verify.mjs")], capture_output=True, text=True, timeout=30, check=True
    )
    return done.stdout.strip()


# --- the keys ---


def test_a_key_is_named_by_its_thumbprint() -> None:
    (jwk,) = published()["keys"]
    assert KeySet.import_key_set({"keys": [jwk]}).keys[0].thumbprint() == jwk["kid"]
    assert (jwk["kty"], jwk["crv"], jwk["alg"], jwk["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in jwk


def test_the_first_key_is_made_once_and_for_the_owner_alone(settings: Any) -> None:
    first = published()
    assert published() == first
    (file,) = key_files(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert keys.signing_key().id == first["keys"][0]["kid"]


def test_the_first_key_signs_also_when_the_clock_was_set_back(settings: Any) -> None:
    first = keys.signing_key()
    takes_over_at(key_files(settings)[0], datetime.now(UTC) + timedelta(hours=1))
    assert keys.signing_key().id == first.id


def test_a_new_key_is_published_two_days_before_it_signs(settings: Any) -> None:
    old = keys.signing_key()
    new = keys.rotate()
    assert new.since is not None
    assert abs(new.since - datetime.now(UTC) - keys.PUBLISHED_BEFORE) < timedelta(seconds=10)
    assert keys.signing_key().id == old.id
    assert [key["kid"] for key in published()["keys"]] == [old.id, new.id]
    with pytest.raises(NotAllowed, match="snapshot_key_waiting"):
        keys.rotate()
    takes_over_at(key_files(settings)[0], datetime.now(UTC) - timedelta(days=9))
    takes_over_at(key_files(settings)[1], datetime.now(UTC) - timedelta(seconds=2))
    assert keys.signing_key().id == new.id
    assert len(published()["keys"]) == 2  # what the old one signed can still be verified


def test_a_retired_key_goes_after_a_month(settings: Any) -> None:
    keys.signing_key()
    new = keys.rotate()
    old_file, new_file = key_files(settings)
    takes_over_at(old_file, datetime.now(UTC) - timedelta(days=90))
    assert keys.drop_retired() == 0
    takes_over_at(new_file, datetime.now(UTC) - keys.KEPT_AFTER + timedelta(minutes=1))
    assert keys.drop_retired() == 0
    takes_over_at(key_files(settings)[1], datetime.now(UTC) - keys.KEPT_AFTER - timedelta(minutes=1))
    assert keys.drop_retired() == 1
    assert [key.id for key in keys.published()] == [new.id]


def test_keys_that_the_deployment_hands_over(settings: Any, tmp_path: Path) -> None:
    """The first one signs, the others are published only."""
    pair = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    settings.SNAPSHOT_KEYS_FILE = str(tmp_path / "keys.pem")
    Path(settings.SNAPSHOT_KEYS_FILE).write_bytes(b"A note.\n" + b"\n".join(map(pem, pair)))
    kids = [keys.Key(key).id for key in pair]
    assert [key["kid"] for key in published()["keys"]] == kids
    assert jwt.get_unverified_header(signed()[0])["kid"] == kids[0]
    assert not key_files(settings)
    assert keys.drop_retired() == 0
    with pytest.raises(NotAllowed, match="snapshot_keys_elsewhere"):
        keys.rotate()


@pytest.mark.parametrize(
    "content",
    [
        None,
        b"",
        b"-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n",
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65537, 2048)),
    ],
    ids=["absent", "empty", "nonsense", "another curve", "RSA"],
)
def test_keys_that_cannot_sign_are_named(settings: Any, tmp_path: Path, content: bytes | None) -> None:
    settings.SNAPSHOT_KEYS_FILE = str(tmp_path / "keys.pem")
    if content is not None:
        Path(settings.SNAPSHOT_KEYS_FILE).write_bytes(content)
    with pytest.raises(NotAllowed, match="snapshot_keys_unusable"):
        build([6281200000], seq=1)
    answer = Client().get(JWKS)
    assert (answer.status_code, answer.json()["code"]) == (503, "snapshot_keys_unusable")
