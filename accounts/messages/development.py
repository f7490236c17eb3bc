"""On a developer's own machine: what would have been sent is kept under VAR_DIR and shown by the page /outbox/.

It holds what the outbox hides (codes), so it exists only in a test deployment that nobody else can reach.
"""

import ipaddress
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

SHOWN = 50
KEPT = 500  # files, of mail and of telephone messages each
LONGEST_FILE = 65_536  # bytes that are read of one
END_OF_MAIL = b"\n" + b"-" * 79  # as Django's file backend ends a message


@dataclass(frozen=True)
class Kept:
    kind: str
    at: datetime
    to: str
    subject: str
    text: str


def is_here() -> bool:
    """A test deployment that listens on a loopback address, and is known to the world by none but that."""
    hosts = [settings.HOST, urlsplit(settings.PUBLIC_URL).hostname or ""]
    return settings.DEPLOYMENT == "test" and not settings.TRUSTED_PROXIES and all(map(is_loopback, hosts))


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def keep(kind: str, number: str, text: str) -> None:
    """One file for each, readable by its owner only; the oldest go. Where that fails, it has been printed anyway."""
    folder = _telephone()
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"{time.time_ns()}-{os.getpid()}.json"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"kind": kind, "to": number, "text": text}, file)
    _prune(folder)


def prune_mail() -> None:
    _prune(_mail())


def latest() -> list[Kept]:
    """The newest of both, as far as they can be read."""
    files = sorted(_files(_telephone()) + _files(_mail()), reverse=True)[:SHOWN]
    return [kept for at, path in files for kept in _read(path, datetime.fromtimestamp(at / 1e9, UTC))]


def _telephone() -> Path:
    return Path(settings.VAR_DIR) / "sms"


def _mail() -> Path:
    return Path(settings.EMAIL_FILE_PATH)


def _files(folder: Path) -> list[tuple[int, Path]]:
    """With the time of their last change in nanoseconds."""
    found = []
    try:
        for entry in os.scandir(folder):
            if entry.is_file(follow_symlinks=False) and entry.name.endswith((".json", ".log")):
                found.append((entry.stat().st_mtime_ns, Path(entry.path)))
    except OSError:  # nothing was sent yet, or another process has pruned it
        pass
    return found


def _prune(folder: Path) -> None:
    for _, path in sorted(_files(folder))[:-KEPT]:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _read(path: Path, at: datetime) -> Iterator[Kept]:
    """Nothing for a file that is half written, or gone."""
    try:
        with path.open("rb") as file:
            content = file.read(LONGEST_FILE)
        if path.suffix == ".json":
            said = json.loads(content)
            yield Kept(str(said["kind"]), at, str(said["to"]), "", str(said["text"]))
        else:
            # Several of one second may stand in one file, the newest last.
            *whole, rest = content.split(END_OF_MAIL)
            for sent in reversed(whole or [rest]):
                mail = message_from_bytes(sent.lstrip(), policy=policy.default)
                yield Kept("e-mail", at, str(mail["To"]), str(mail["Subject"]), str(mail.get_content()))
    except (OSError, ValueError, TypeError, LookupError):
        return
