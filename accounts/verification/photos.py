"""Photos of accounts that are uploaded here: square, written anew, and public only once they are approved.

`Application.photo` and `Account.photo` hold an address below `PUBLIC_URL`, as they hold one elsewhere on the web.
"""

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction as database

from accounts import ids
from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.verification import evidence
from accounts.verification.evidence_images import square
from accounts.verification.models import Application, Photo

CONTENT_TYPE = "image/jpeg"
_FOLDER = "photos"  # of MEDIA_ROOT, and of the public addresses


@audit.transaction
def keep(account: Account, *, file: "UploadedFile[Any]", by: audit.Actor) -> Photo:
    """Keep a picture for the account, to be applied for; the same one again is the one that is there.

    Raises Invalid: evidence_empty, evidence_too_large, evidence_heic, evidence_not_what_it_says, evidence_broken,
    evidence_too_many_pixels, photo_too_small; TooMany pictures_busy; NotAllowed account_closed.
    """
    content = square(evidence.content_of_upload(file))
    account = businesses.locked(account)
    if account.closed_at:  # while the picture was read: what is erased at this moment gets nothing new
        raise NotAllowed("account_closed")
    sha256 = hashlib.sha256(content).hexdigest()
    photo, added = Photo.objects.get_or_create(
        account=account, sha256=sha256, defaults={"uploaded_by": str(by.pk)}
    )
    if added:
        evidence.write(_path(photo), content)
        audit.record("photo.added", on=account, by=by, data={"photo": photo.pk, "sha256": sha256})
    return photo


@audit.transaction
def forget_unused(account: Account, *, by: audit.Actor) -> None:
    """Delete what nobody applies for, or sees, any more. Called under the lock of the account."""
    applied_for = Application.objects.open().filter(account=account).values_list("photo", flat=True)
    used = [photo for photo in map(id_in, [account.photo, *applied_for]) if photo]
    for photo in Photo.objects.filter(account=account).exclude(pk__in=used):
        forget(photo, by=by)


@audit.transaction
def forget(photo: Photo, *, by: audit.Actor) -> None:
    """Delete it for good. Called under the lock of its account."""
    audit.record("photo.removed", on=photo.account, by=by, data={"photo": photo.pk})
    account = photo.account
    photo.delete()
    database.on_commit(lambda: _sweep(account))


def _sweep(account: Account) -> None:
    with database.atomic():
        businesses.locked(account)  # somebody may just be adding it again
        evidence.keep_only(_folder(account.pk), {_path(photo).name for photo in account.photos.all()})


def address(photo: Photo) -> str:
    return f"{settings.PUBLIC_URL}/{_FOLDER}/{photo.pk}.jpg"


def id_in(address: str) -> str | None:
    """The id of the photo that an address of ours leads to; None for one elsewhere."""
    before, _, name = address.rpartition("/")
    photo = name.removesuffix(".jpg")
    try:
        ids.to_uuid("pho", photo)
    except ValueError:
        return None
    return photo if before == f"{settings.PUBLIC_URL}/{_FOLDER}" and name.endswith(".jpg") else None


def is_here(address: str) -> bool:
    """Whether the address leads to the registry itself, however it is written."""
    return urlsplit(address).hostname == urlsplit(settings.PUBLIC_URL).hostname


def is_of(account: Account, address: str) -> bool:
    """Whether the address is that of a photo which was uploaded for this account."""
    photo = id_in(address)
    return photo is not None and Photo.objects.filter(pk=photo, account=account).exists()


def content_of(photo: Photo) -> bytes:
    """Raises FileNotFoundError."""
    return _path(photo).read_bytes()


def _path(photo: Photo) -> Path:
    return _folder(photo.account_id) / f"{photo.sha256}.jpg"


def _folder(account_id: str) -> Path:
    return Path(settings.MEDIA_ROOT) / _FOLDER / account_id
