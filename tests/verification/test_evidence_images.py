"""Pictures are kept as pixels: upright, of the same kind, and without anything beside them."""

import hashlib
import io
from threading import BoundedSemaphore
from typing import Any

import pytest
from PIL import Image, ImageCms

from accounts.errors import Invalid, TooMany
from accounts.verification import evidence
from accounts.verification import evidence_images as images
from accounts.verification.models import Evidence
from tests.factories import make_draft, owner_of, uploaded
from tests.verification.papers import GPS, photo

KINDS = [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]


@pytest.mark.parametrize(("image_format", "content_type"), KINDS)
def test_nothing_is_left_of_what_stood_beside_the_pixels(image_format: str, content_type: str) -> None:
    sent = photo(image_format)
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS)
    assert b"Rahasia" in sent
    kept = images.cleaned(sent, content_type)
    picture = Image.open(io.BytesIO(kept))
    assert picture.format == image_format
    assert not picture.getexif()
    assert not picture.getexif().get_ifd(GPS)
    for left in ("exif", "xmp", "icc_profile", "comment", "Comment", "XML:com.adobe.xmp", "photoshop"):
        assert left not in picture.info
    for trace in (
        b"Rahasia",
        b"Exif",
        b"Kamera",
        b"xmpmeta",
        b"rumah",
        b"ICC",
        b"iCCP",
        b"tEXt",
        b"iTXt",
        b"eXIf",
    ):
        assert trace not in kept


@pytest.mark.parametrize(("image_format", "content_type"), KINDS)
def test_it_stands_upright_as_the_camera_meant(image_format: str, content_type: str) -> None:
    picture = Image.open(io.BytesIO(images.cleaned(photo(image_format), content_type))).convert("RGB")
    assert picture.size == (40, 60)
    red, _, blue = picture.getpixel((20, 5)), None, picture.getpixel((20, 55))
    assert isinstance(red, tuple) and isinstance(blue, tuple)
    assert red[0] > 200 > 60 > red[2]
    assert blue[2] > 200 > 60 > blue[0]


def test_an_orientation_that_is_none_does_not_matter() -> None:
    picture = Image.open(io.BytesIO(images.cleaned(photo(orientation=99), "image/jpeg")))
    assert picture.size == (60, 40)


def test_a_huge_picture_is_made_smaller_and_a_small_one_is_not() -> None:
    wide = io.BytesIO()
    Image.new("L", (9000, 300)).save(wide, "PNG")
    picture = Image.open(io.BytesIO(images.cleaned(wide.getvalue(), "image/png")))
    assert picture.size == (images.LONGEST_SIDE, 137)
    assert Image.open(io.BytesIO(images.cleaned(photo(), "image/jpeg"))).size == (40, 60)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_to_hold_a_pixel_is_kept_and_has_a_thumbnail(mode: str) -> None:
    content = io.BytesIO()
    Image.new(mode, (300, 20)).save(content, "PNG")
    kept = images.cleaned(content.getvalue(), "image/png")
    small = Image.open(io.BytesIO(images.thumbnail(kept, "image/png", 100)))
    assert small.size == (100, 7)


def test_bright_and_dark_stay_so_in_sixteen_bits() -> None:
    content = io.BytesIO()
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 0x4000)
    picture.putpixel((1, 0), 0xC000)
    picture.save(content, "PNG")
    kept = Image.open(io.BytesIO(images.cleaned(content.getvalue(), "image/png")))
    assert [kept.getpixel((at, 0)) for at in (0, 1)] == [0x40, 0xC0]


def test_a_profile_of_its_own_colours_goes_and_transparency_stays() -> None:
    content = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGBA", (4, 4), (10, 20, 30, 40)).save(content, "PNG", icc_profile=profile)
    kept = Image.open(io.BytesIO(images.cleaned(content.getvalue(), "image/png")))
    assert kept.getpixel((0, 0)) == (10, 20, 30, 40)
    assert "icc_profile" not in kept.info


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<html><script>alert(1)</script></html>", "evidence_not_what_it_says"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "evidence_not_what_it_says"),
        (photo("PNG"), "evidence_not_what_it_says"),
        (photo()[:300], "evidence_broken"),
    ],
)
def test_what_is_no_picture_of_its_kind_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        images.cleaned(content, "image/jpeg")
    assert refusal.value.code == code


def test_two_pictures_in_one_file_of_a_camera_are_one() -> None:
    content = io.BytesIO()
    Image.new("RGB", (8, 6)).save(content, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 6))])
    kept = Image.open(io.BytesIO(images.cleaned(content.getvalue(), "image/jpeg")))
    assert (kept.format, kept.size) == ("JPEG", (8, 6))


def test_a_page_hidden_behind_a_picture_does_not_survive() -> None:
    polyglot = photo() + b"<html><script>alert(document.domain)</script></html>"
    assert b"script" not in images.cleaned(polyglot, "image/jpeg")


@pytest.mark.usefixtures("db")
class TestKept:
    def kept(self, content: bytes, name: str = "toko.jpg", application: Any = None) -> Evidence:
        application = application or make_draft()
        return evidence.add(application, file=uploaded(name, content), by=owner_of(application.account))

    def test_both_hashes_are_known_and_the_file_lies_under_that_of_what_is_kept(self, settings: Any) -> None:
        sent = photo()
        file = self.kept(sent)
        on_disk = evidence.content_of(file)
        assert file.sha256 == hashlib.sha256(sent).hexdigest()
        assert file.stored_sha256 == hashlib.sha256(on_disk).hexdigest() != file.sha256
        assert (settings.MEDIA_ROOT / file.application_id / file.stored_sha256).read_bytes() == on_disk
        assert (file.size, file.pages) == (len(sent), None)

    def test_the_same_upload_is_there_once_although_it_is_kept_otherwise(self) -> None:
        first = self.kept(photo())
        assert self.kept(photo(), "again.jpg", first.application) == first

    def test_two_uploads_that_are_kept_as_one_file_are_taken_back_one_by_one(
        self, django_capture_on_commit_callbacks: Any
    ) -> None:
        first = self.kept(photo(orientation=1))
        second = self.kept(evidence.content_of(first), "clean.jpg", first.application)
        if (
            second.stored_sha256 != first.stored_sha256
        ):  # a JPEG written again: told apart by one bit is enough
            Evidence.objects.filter(pk=second.pk).update(stored_sha256=first.stored_sha256)
            second.refresh_from_db()
        by = owner_of(first.application.account)
        with django_capture_on_commit_callbacks(execute=True):
            evidence.remove(first, by=by)
        assert evidence.is_there(second)
        with django_capture_on_commit_callbacks(execute=True):
            evidence.remove(second, by=by)
        assert not evidence.is_there(second)

    def test_a_file_of_an_older_installation_still_opens(self) -> None:
        file = self.kept(photo())
        old = photo("PNG")
        digest = hashlib.sha256(old).hexdigest()
        Evidence.objects.filter(pk=file.pk).update(sha256=digest, stored_sha256=digest)
        file.refresh_from_db()
        evidence.write(evidence._path(file), old)
        assert evidence.content_of(file) == old


def test_large_pictures_keep_two_threads_and_ordinary_ones_go_on(monkeypatch: Any) -> None:
    """Seen before: sixteen pictures of 130 kB and 49 megapixels each, and no look-up was answered for 19 seconds."""
    large = io.BytesIO()
    Image.new("1", (5000, 4000)).save(large, "PNG")
    monkeypatch.setattr(images, "_room_for_large", BoundedSemaphore(1))
    with images._room_for_large:
        with pytest.raises(TooMany, match="pictures_busy"):
            images.cleaned(large.getvalue(), "image/png")
        assert images.cleaned(photo(), "image/jpeg")
    assert images.cleaned(large.getvalue(), "image/png")
    assert images._room_for_large.acquire(blocking=False)


def test_a_webp_may_have_fewer_pixels_as_reading_it_takes_five_times_the_memory() -> None:
    content = io.BytesIO()
    Image.new("L", (6000, 3500)).convert("RGB").save(content, "WEBP", method=0)
    with pytest.raises(Invalid) as refused:
        images.cleaned(content.getvalue(), "image/webp")
    assert refused.value.params == {"limit": images.MOST_MEGAPIXELS_OF_WEBP}
