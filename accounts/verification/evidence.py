"""Evidence files: checked to be what they say, stored under their hash, never served as they came."""

import hashlib
import io
import os
import threading
import warnings
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database
from PIL import Image, UnidentifiedImageError

from accounts.audit import journal as audit
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.verification.models import Application, Evidence, Status
from accounts.verification.transitions import lock

LARGEST = 10 * 2**20  # bytes of one file
MOST_FILES = 20  # of one application
MOST_MEGAPIXELS = 50

_one_at_a_time = threading.Lock()  # a picture decoded takes up to 200 MB

_KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "image/jpeg": (("jpg", "jpeg"), ("JPEG", "MPO")),
    "image/png": (("png",), ("PNG",)),
    "image/webp": (("webp",), ("WEBP",)),
    "application/pdf": (("pdf",), ()),
}


@audit.transaction
def add(application: Application, *, file: "UploadedFile[Any]", by: audit.Actor) -> Evidence:
    """Keep a file with the application; the same file again is the one that is there.

    Raises Invalid: evidence_empty, evidence_too_large, evidence_kind, evidence_not_what_it_says, evidence_broken,
    evidence_too_many_pixels; NotAllowed: wrong_status, evidence_too_many.
    """
    name, content = _read(file)
    content_type = _kind_of(name, content)
    application = lock(application)
    if application.status not in (Status.DRAFT, Status.NEEDS_INFORMATION):
        raise NotAllowed("wrong_status", action="add_evidence", status=application.status)
    sha256 = hashlib.sha256(content).hexdigest()
    known = application.evidence.filter(sha256=sha256).first()
    if known is not None:
        return known
    if application.evidence.count() >= MOST_FILES:
        raise NotAllowed("evidence_too_many", limit=MOST_FILES)
    evidence = Evidence.objects.create(
        application=application,
        name=name,
        content_type=content_type,
        size=len(content),
        sha256=sha256,
        stored_sha256=sha256,
        uploaded_by=str(by.pk),
    )
    _write(_path(evidence), content)  # a rollback leaves a file nobody refers to, never a hole
    audit.record("evidence.added", on=evidence, by=by, data={"application": application.pk, "sha256": sha256})
    return evidence


@audit.transaction
def remove(evidence: Evidence, *, by: audit.Actor) -> None:
    """Take a file back while the owner has the ball."""
    application = lock(evidence.application)
    if application.status not in (Status.DRAFT, Status.NEEDS_INFORMATION):
        raise NotAllowed("wrong_status", action="remove_evidence", status=application.status)
    audit.record("evidence.removed", on=evidence, by=by, data={"application": application.pk})
    path = _path(evidence)
    evidence.delete()
    database.on_commit(lambda: path.unlink(missing_ok=True))


def open_file(evidence: Evidence) -> BinaryIO:
    """The file's content. Raises FileNotFoundError where it is gone."""
    return _path(evidence).open("rb")


def _path(evidence: Evidence) -> Path:
    return Path(settings.MEDIA_ROOT) / evidence.application_id / evidence.sha256


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, also where the machine stops in between."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with open(part, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
        os.fsync(file.fileno())
    os.replace(part, path)


def _read(file: "UploadedFile[Any]") -> tuple[str, bytes]:
    if not file.size:
        raise _problem("evidence_empty")
    if file.size > LARGEST:
        raise _problem("evidence_too_large")
    printable = "".join(character for character in str(file.name) if character.isprintable())
    return printable[-120:], file.read()


def _kind_of(name: str, content: bytes) -> str:
    """The content type that both the name and the content agree on."""
    ending = name.rpartition(".")[2].lower()
    claimed = next((kind for kind, (endings, _) in _KINDS.items() if ending in endings), None)
    if claimed is None:
        raise _problem("evidence_kind")
    image_formats = _KINDS[claimed][1]
    if image_formats:
        _check_image(content, image_formats)
    else:
        _check_pdf(content)
    return claimed


def _check_pdf(content: bytes) -> None:
    if not content.startswith(b"%PDF-"):
        raise _problem("evidence_not_what_it_says")
    if b"%%EOF" not in content[-2048:]:
        raise _problem("evidence_broken")


def _check_image(content: bytes, image_formats: tuple[str, ...]) -> None:
    """Decode it whole, by the decoder of its kind only, once the header has said that it is not a bomb."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            image = Image.open(io.BytesIO(content), formats=image_formats)
            width, height = image.size
            if width * height > MOST_MEGAPIXELS * 1_000_000:
                raise _problem("evidence_too_many_pixels", limit=MOST_MEGAPIXELS)
            with _one_at_a_time:
                image.load()
    except Invalid:
        raise
    except Image.DecompressionBombError as wrong:
        raise _problem("evidence_too_many_pixels", limit=MOST_MEGAPIXELS) from wrong
    except UnidentifiedImageError as wrong:
        raise _problem("evidence_not_what_it_says") from wrong
    except Exception as wrong:  # a decoder that chokes raises whatever it likes; the file is what is wrong
        raise _problem("evidence_broken") from wrong


def _problem(code: str, **params: int) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/file", dict(params))], **params)
