"""Evidence files: checked to be what they say, kept under their hash, never shown as they came."""

import hashlib
import os
from collections.abc import Container, Iterable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database

from accounts.audit import journal as audit
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.verification import pdf_pages
from accounts.verification.evidence_images import FORMATS, cleaned, is_heic, problem
from accounts.verification.models import Application, Evidence, EvidenceKind, Status
from accounts.verification.transitions import lock

LARGEST = 10 * 2**20  # bytes of one file
MOST_FILES = 20  # of one application
MOST_PAGES_COUNTED = 32_767  # what the column holds

PDF = "application/pdf"
_ENDINGS = {
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    PDF: ("pdf",),
}


@audit.transaction
def add(
    application: Application,
    *,
    file: "UploadedFile[Any]",
    by: audit.Actor,
    kind: str = EvidenceKind.OTHER,
) -> Evidence:
    """Keep a file with the application; the same file again is the one that is there, and shows what is said last.

    A picture is kept without its metadata: `sha256` is that of what was sent, `stored_sha256` of what is kept.
    Raises Invalid: choice_unknown, evidence_empty, evidence_too_large, evidence_kind, evidence_heic,
    evidence_not_what_it_says, evidence_broken, evidence_too_many_pixels; NotAllowed: wrong_status, evidence_too_many;
    TooMany: pictures_busy.
    """
    if kind not in EvidenceKind.values:
        raise Invalid("invalid", problems=[Problem("choice_unknown", "/kind")])
    name, content = _read(file)
    content_type = _claimed_kind(name)
    if content_type in FORMATS:
        kept, pages = cleaned(content, content_type), None
    else:
        kept, pages = content, _pages_of_pdf(content)
    application = lock(application)
    if application.status not in (Status.DRAFT, Status.NEEDS_INFORMATION):
        raise NotAllowed("wrong_status", action="add_evidence", status=application.status)
    sha256 = hashlib.sha256(content).hexdigest()
    known = application.evidence.filter(sha256=sha256).first()
    if known is not None:
        if kind not in (known.kind, EvidenceKind.OTHER):
            known.kind = kind
            known.save(update_fields=["kind"])
        return known
    if application.evidence.count() >= MOST_FILES:
        raise NotAllowed("evidence_too_many", limit=MOST_FILES)
    evidence = Evidence.objects.create(
        application=application,
        kind=kind,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=sha256,
        stored_sha256=hashlib.sha256(kept).hexdigest(),
        pages=pages,
        uploaded_by=str(by.pk),
    )
    write(_path(evidence), kept)  # a rollback leaves a file nobody refers to, never a hole
    audit.record(
        "evidence.added",
        on=evidence,
        by=by,
        data={
            "application": application.pk,
            "kind": kind,
            "sha256": sha256,
            "stored_sha256": evidence.stored_sha256,
        },
    )
    return evidence


@audit.transaction
def remove(evidence: Evidence, *, by: audit.Actor) -> None:
    """Take a file back while the owner has the ball."""
    application = lock(evidence.application)
    if application.status not in (Status.DRAFT, Status.NEEDS_INFORMATION):
        raise NotAllowed("wrong_status", action="remove_evidence", status=application.status)
    audit.record("evidence.removed", on=evidence, by=by, data={"application": application.pk})
    evidence.delete()
    database.on_commit(lambda: _sweep(application))


def discard(files: Iterable[Evidence]) -> None:
    """Delete files for good, whatever the status. Called under the lock of their application."""
    applications = {}
    for evidence in files:
        applications[evidence.application_id] = evidence.application
        evidence.delete()
    for application in applications.values():
        database.on_commit(partial(_sweep, application))


def _sweep(application: Application) -> None:
    """Two uploads that differ in their metadata only are one file, which goes with the last of them."""
    with database.atomic():
        lock(application)  # somebody may just be adding it again
        keep_only(_folder(application.pk), {evidence.kept_as for evidence in application.evidence.all()})


def keep_only(folder: Path, known: Container[str]) -> None:
    """Delete all else: what nothing refers to any more, or never did, for its upload came to nothing."""
    for path in folder.glob("*"):
        if path.name not in known:
            path.unlink(missing_ok=True)


def open_file(evidence: Evidence) -> BinaryIO:
    """The file's content. Raises FileNotFoundError where it is gone."""
    return _path(evidence).open("rb")


def content_of(evidence: Evidence) -> bytes:
    """Raises FileNotFoundError."""
    return _path(evidence).read_bytes()


def is_there(evidence: Evidence) -> bool:
    return _path(evidence).is_file()


def _path(evidence: Evidence) -> Path:
    return _folder(evidence.application_id) / evidence.kept_as


def _folder(application_id: str) -> Path:
    return Path(settings.MEDIA_ROOT) / application_id


def write(path: Path, content: bytes) -> None:
    """Whole or not at all, also where the machine stops in between."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        os.fsync(file.fileno())
    os.replace(part, path)


def _read(file: "UploadedFile[Any]") -> tuple[str, bytes]:
    content = content_of_upload(file)
    printable = "".join(character for character in str(file.name) if character.isprintable())
    return printable[-120:], content


def content_of_upload(file: "UploadedFile[Any]") -> bytes:
    """Raises Invalid: evidence_empty, evidence_too_large, evidence_heic."""
    if not file.size:
        raise problem("evidence_empty")
    if file.size > LARGEST:
        raise problem("evidence_too_large")
    content: bytes = file.read()
    if is_heic(content):
        raise problem("evidence_heic")
    return content


def _claimed_kind(name: str) -> str:
    """By the name's ending; whether the content agrees is seen when it is read."""
    ending = name.rpartition(".")[2].lower()
    claimed = next((kind for kind, endings in _ENDINGS.items() if ending in endings), None)
    if claimed is None:
        raise problem("evidence_kind")
    return claimed


def _pages_of_pdf(content: bytes) -> int | None:
    """None where that can't be known: an encrypted file, or one that only some programs can read, is still taken."""
    if not content.startswith(b"%PDF-"):
        raise problem("evidence_not_what_it_says")
    if b"%%EOF" not in content[-2048:]:
        raise problem("evidence_broken")
    if b"/Page" not in content and b"/ObjStm" not in content:
        return None  # nothing that could be a page: not worth a process
    try:
        return min(pdf_pages.count(content), MOST_PAGES_COUNTED)
    except (pdf_pages.Unreadable, pdf_pages.Busy):
        return None
