"""What is shown of a file of evidence, and the mark that its opening stands in the log.

Whoever opens the viewer is logged once; the pictures within are handed out to that person for a while, page by page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.core import signing

from accounts.people.models import User
from accounts.verification import evidence as files
from accounts.verification import pdf_pages
from accounts.verification.evidence_images import thumbnail
from accounts.verification.models import Evidence

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MARK_LASTS = 3600  # seconds
PAGES_AT_ONCE = 3  # a frame without scripts loads its pictures at once, seen or not

_signer = signing.TimestampSigner(salt="verification.evidence")


class Size(StrEnum):
    SMALL = "small"
    WHOLE = "whole"
    LARGE = "large"


@dataclass(frozen=True)
class Entry:
    """A file as the case page lists it. `mark` lets its thumbnail be fetched; empty for who may not see files."""

    file: Evidence
    kind: str
    uploader: "StrOrPromise"
    mark: str

    @property
    def has_thumbnail(self) -> bool:
        """A PDF whose pages nobody could count has none that could be drawn."""
        return self.file.content_type != files.PDF or self.file.pages is not None


@dataclass(frozen=True)
class Shown:
    """One page of the viewer: a picture is its own only page. `wrong` is a code: why there is nothing to see."""

    numbers: list[int]
    pages: int
    more: int = 0
    wrong: str = ""

    @property
    def before(self) -> int | None:
        """Where the pages before begin."""
        return max(self.numbers[0] - PAGES_AT_ONCE, 1) if self.numbers and self.numbers[0] > 1 else None

    @property
    def after(self) -> int | None:
        showable = min(self.pages, pdf_pages.MOST_PAGES)
        return self.numbers[-1] + 1 if self.numbers and self.numbers[-1] < showable else None


def mark(evidence: Evidence, *, by: User, small: bool = False) -> str:
    """For an address: `by` is known to look at the file, or at its thumbnail on the case page."""
    return _signer.sign(_marked(evidence, by, small)).partition(":")[2]


def is_marked(evidence: Evidence, sent: str, *, by: User, small: bool = False) -> bool:
    try:
        _signer.unsign(f"{_marked(evidence, by, small)}:{sent}", max_age=MARK_LASTS)
    except signing.BadSignature:
        return False
    return True


def _marked(evidence: Evidence, by: User, small: bool) -> str:
    return f"{by.pk}.{evidence.pk}.{'small' if small else 'whole'}"


def entries(evidence: Iterable[Evidence], *, names: "Mapping[str, StrOrPromise]", by: User) -> list[Entry]:
    """`names` are those of the uploaders, by id."""
    may = by.has_perm("verification.view_evidence")
    return [
        Entry(
            file,
            file.content_type.rpartition("/")[2].upper(),
            names.get(file.uploaded_by, file.uploaded_by),
            mark(file, by=by, small=True) if may else "",
        )
        for file in evidence
    ]


def shown(evidence: Evidence, *, first: int = 1, only: int | None = None) -> Shown:
    """Which pages the viewer draws: some from `first` on, or `only` one, large."""
    if not files.is_there(evidence):
        return Shown([], 0, wrong="gone")
    if evidence.content_type != files.PDF:
        return Shown([1], 1)
    pages = evidence.pages
    if pages is None:  # kept before pages were counted, or not to be read then
        try:
            pages = pdf_pages.count(files.content_of(evidence))
        except pdf_pages.Unreadable:
            return Shown([], 0, wrong="unreadable")
        except pdf_pages.Busy:
            return Shown([], 0, wrong="busy")
    showable = min(pages, pdf_pages.MOST_PAGES)
    start = min(max(only or first, 1), showable)
    end = start if only else min(start + PAGES_AT_ONCE - 1, showable)
    return Shown(list(range(start, end + 1)), pages, more=pages - showable)


def picture(evidence: Evidence, number: int, size: Size) -> tuple[bytes, str]:
    """A page as a picture, and its content type.

    Raises FileNotFoundError, IndexError where there is no such page, pdf_pages.Unreadable, pdf_pages.Busy.
    """
    if not 1 <= number <= (pdf_pages.MOST_PAGES if evidence.content_type == files.PDF else 1):
        raise IndexError(number)
    content = files.content_of(evidence)
    if evidence.content_type == files.PDF:
        sides = {
            Size.SMALL: pdf_pages.THUMBNAIL_SIDE,
            Size.WHOLE: pdf_pages.LONGEST_SIDE,
            Size.LARGE: pdf_pages.LONGEST_SIDE_ENLARGED,
        }
        return pdf_pages.draw(content, number, sides[size]), "image/png"
    if size == Size.SMALL:
        return thumbnail(content, evidence.content_type, pdf_pages.THUMBNAIL_SIDE), "image/png"
    return content, evidence.content_type
