"""Pictures: decoded whole, and written anew without what a camera or a program put beside the pixels."""

import io
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from accounts.errors import DomainError, Invalid, Problem, TooMany

MOST_MEGAPIXELS = 50
MOST_MEGAPIXELS_OF_WEBP = 20  # its decoder holds five copies; no camera writes it
LARGE = 17_000_000  # pixels: more than a phone's usual photo has, or anything that is kept here
SECONDS_OF_A_LARGE_ONE = 5
LONGEST_SIDE = 4096  # pixels: a sheet of A4 at 350 an inch
PHOTO_SIDE = 512  # pixels of an account's photo, as it is kept
LEAST_SIDE = 192  # pixels: what is smaller is a blur beside a name
_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
)

# Of the few threads that a web worker has (WEB_THREADS), large pictures keep two, whoever sends how many: one that is
# decoded, which takes up to 400 MB and three seconds, and one that waits.
_one_at_a_time = threading.Lock()
_room_for_large = threading.BoundedSemaphore(2)
_two_at_a_time = threading.BoundedSemaphore(2)

# How a kind is read and written, and the ways to hold a pixel that it is written in. The reader of JPEG takes MPO
# too, the two pictures that some cameras make at once.
FORMATS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "image/jpeg": ("JPEG", {"quality": 90, "comment": b""}, ("L", "RGB")),
    "image/png": ("PNG", {}, ("1", "L", "LA", "RGB", "RGBA")),
    "image/webp": ("WEBP", {"quality": 90}, ("RGB", "RGBA")),
}


def cleaned(content: bytes, content_type: str) -> bytes:
    """The same picture, of the same kind, upright, and nothing else: no place, no camera, no comment, no preview.

    Of several pictures in one file, the first. Raises Invalid: evidence_not_what_it_says, evidence_broken,
    evidence_too_many_pixels; TooMany pictures_busy.
    """
    image_format, options, modes = FORMATS[content_type]

    def write(picture: Image.Image) -> bytes:
        return _written(_bare(picture, modes), image_format, **options)

    return _read(content, (image_format,), write)


def square(content: bytes) -> bytes:
    """The middle of a picture, as the JPEG that is shown beside a name. What is transparent becomes white.

    Raises Invalid as `cleaned`, and photo_too_small.
    """

    def write(picture: Image.Image) -> bytes:
        if min(picture.size) < LEAST_SIDE:
            raise problem("photo_too_small", limit=LEAST_SIDE)
        picture.draft("RGB", (2 * PHOTO_SIDE, 2 * PHOTO_SIDE))  # a JPEG is not decoded larger than needed
        whole = _bare(picture, ("RGB", "RGBA"))
        middle = ImageOps.fit(whole, (PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
        if middle.mode == "RGBA":
            white = Image.new("RGBA", middle.size, "white")
            middle = Image.alpha_composite(white, middle)
        return _written(middle.convert("RGB"), "JPEG", quality=85, optimize=True)

    return _read(content, tuple(image_format for image_format, _, _ in FORMATS.values()), write)


def is_heic(content: bytes) -> bool:
    """What iPhones write where nobody told them otherwise (ISO/IEC 23008-12): read by few programs but theirs."""
    return content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS


def _read(content: bytes, formats: tuple[str, ...], write: Callable[[Image.Image], bytes]) -> bytes:
    """How large a picture is stands in its first bytes: one that is too large is never decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            picture = Image.open(io.BytesIO(content), formats=formats)
            width, height = picture.size
            most = MOST_MEGAPIXELS_OF_WEBP if picture.format == "WEBP" else MOST_MEGAPIXELS
            if width * height > most * 1_000_000:
                raise problem("evidence_too_many_pixels", limit=most)
            with _turn(width * height):
                return write(picture)
    except DomainError:
        raise
    except Image.DecompressionBombError as wrong:
        raise problem("evidence_too_many_pixels", limit=MOST_MEGAPIXELS) from wrong
    except UnidentifiedImageError as wrong:
        raise problem("evidence_not_what_it_says") from wrong
    except Exception as wrong:  # a decoder that chokes raises whatever it likes; the file is what is wrong
        raise problem("evidence_broken") from wrong


@contextmanager
def _turn(pixels: int) -> Iterator[None]:
    """Raises TooMany pictures_busy: whoever waited for a third large one would keep a thread from everybody else."""
    if pixels <= LARGE:
        with _two_at_a_time:
            yield
        return
    if not _room_for_large.acquire(blocking=False):
        raise TooMany("pictures_busy", retry_after=SECONDS_OF_A_LARGE_ONE)
    try:
        with _one_at_a_time:
            yield
    finally:
        _room_for_large.release()


def thumbnail(content: bytes, content_type: str, side: int) -> bytes:
    """A small PNG of a picture that was cleaned before."""
    image_format = FORMATS[content_type][0]
    with _two_at_a_time, Image.open(io.BytesIO(content), formats=(image_format,)) as picture:
        picture.thumbnail((side, side))
        return _written(_bare(picture, ("L", "RGB", "RGBA")), "PNG")


def _bare(picture: Image.Image, modes: tuple[str, ...]) -> Image.Image:
    """Decoded: pixels alone, and no more of them than anybody can read."""
    picture.load()
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value / 256).convert("L")  # else the brighter half turns white
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # first: the rest takes memory by the pixel
    upright = picture
    with suppress(Exception):  # an orientation that can't be read is none
        upright = ImageOps.exif_transpose(picture)
    if upright.mode not in modes or "transparency" in upright.info:
        upright = upright.convert("RGBA" if upright.has_transparency_data and "RGBA" in modes else "RGB")
    upright.info = {}  # the encoders would write some of it
    return upright


def _written(picture: Image.Image, image_format: str, **options: Any) -> bytes:
    content = io.BytesIO()
    picture.save(content, image_format, **options)
    return content.getvalue()


def problem(code: str, **params: int) -> Invalid:
    return Invalid(code, problems=[Problem(code, "/file", dict(params))], **params)
