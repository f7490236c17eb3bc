"""Files on their way in: what is far too large is not kept even while it comes, and a file is called what it is."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from accounts.verification.evidence import LARGEST

ENVELOPE = 2**14  # bytes more than any file may have are taken, so that the services refuse it in their words
TOO_LARGE = "file_too_large"  # in the request's META

_ENDINGS = (
    (b"\xff\xd8\xff", 0, "jpg"),
    (b"\x89PNG\r\n\x1a\n", 0, "png"),
    (b"WEBP", 8, "webp"),
    (b"%PDF-", 0, "pdf"),
)


class DropsTheTooLarge(FileUploadHandler):
    """Stands first in FILE_UPLOAD_HANDLERS. A file beyond every limit is read to its end and not kept: whoever sends
    it gets a page with a sentence, where a browser whose form is cut off would show an error of its own."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        self._size += len(raw_data)
        if self._size > LARGEST + ENVELOPE:
            assert self.request is not None
            self.request.META.setdefault(TOO_LARGE, self.field_name)
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def named(file: "UploadedFile[Any]") -> "UploadedFile[Any]":
    """By its content, where that is known: phones send pictures without an ending, and messengers with a wrong one."""
    start = file.read(16)
    file.seek(0)
    ending = next((end for sign, at, end in _ENDINGS if start[at : at + len(sign)] == sign), None)
    name = str(file.name or "")
    if ending and name.rpartition(".")[2].lower() not in _same(ending):
        file.name = f"{name or 'file'}.{ending}"
    return file


def _same(ending: str) -> tuple[str, ...]:
    return ("jpg", "jpeg") if ending == "jpg" else (ending,)
