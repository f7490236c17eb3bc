"""Papers from a phone: what is sent, what is kept of it, who sees it, and what a bad file does."""

import io
import tracemalloc
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse
from PIL import Image

from accounts.people.models import User
from accounts.verification import evidence
from accounts.verification.models import Application, Evidence
from tests.factories import PDF, uploaded
from tests.onboarding.applying import page, send
from tests.owners import owner_browser
from tests.verification.papers import GPS, photo, with_script

pytestmark = pytest.mark.django_db
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 500


def refused(answer: Any, *words: str) -> None:
    text = answer.content.decode()
    assert answer.status_code == 422
    assert all(word in text for word in words), text
    assert 'href="#id_file"' in text
    assert not Evidence.objects.exists()


class TestKept:
    def test_the_page_comes_back_with_a_small_picture_of_it(
        self, browser: Client, draft: Application
    ) -> None:
        answer = send(browser, draft, "evidence", kind="identity", file=uploaded("ktp.jpg", photo()))
        assert answer["Location"] == page(draft, "evidence")
        file = Evidence.objects.get()
        assert (file.kind, file.name, file.uploaded_by) == (
            "identity",
            "ktp.jpg",
            browser.session["_auth_user_id"],
        )
        picture = reverse("evidence_picture", args=[draft.pk, file.pk])
        assert picture in browser.get(page(draft, "evidence")).content.decode()
        shown = browser.get(picture)
        assert (shown["Content-Type"], shown["Cache-Control"]) == ("image/png", "private, no-store")
        assert max(Image.open(io.BytesIO(shown.content)).size) <= 160

    def test_where_it_was_taken_is_gone(self, browser: Client, draft: Application) -> None:
        sent = photo()
        assert Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS)
        send(browser, draft, "evidence", kind="place", file=uploaded("place.jpg", sent))
        kept = evidence.content_of(Evidence.objects.get())
        assert not Image.open(io.BytesIO(kept)).getexif() and b"Rahasia" not in kept

    def test_a_file_and_a_photo_at_once_are_two(self, browser: Client, draft: Application) -> None:
        both = {"file": uploaded(), "camera": uploaded("image.jpg", photo())}
        assert send(browser, draft, "evidence", kind="registration", **both).status_code == 302
        assert Evidence.objects.count() == 2

    def test_the_same_file_again_shows_what_is_said_last(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "evidence", kind="registration", file=uploaded())
        send(browser, draft, "evidence", kind="tax", file=uploaded())
        assert Evidence.objects.get().kind == "tax"

    def test_a_picture_is_called_what_it_is(self, browser: Client, draft: Application) -> None:
        """Phones hand over pictures without an ending, messengers with a wrong one."""
        send(browser, draft, "evidence", kind="place", file=uploaded("1000012345", photo()))
        send(browser, draft, "evidence", kind="place", file=uploaded("shop.png", photo("WEBP")))
        assert {file.content_type for file in Evidence.objects.all()} == {"image/jpeg", "image/webp"}

    def test_an_animated_picture_is_its_first_frame(self, browser: Client, draft: Application) -> None:
        frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
        content = io.BytesIO()
        frames[0].save(content, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
        assert getattr(Image.open(content), "n_frames", 1) == 3
        send(browser, draft, "evidence", kind="other", file=uploaded("dance.webp", content.getvalue()))
        kept = Image.open(io.BytesIO(evidence.content_of(Evidence.objects.get())))
        assert getattr(kept, "n_frames", 1) == 1
        red, _, blue = kept.convert("RGB").getpixel((25, 25))
        assert red > 200 and blue < 60

    def test_a_pdf_with_a_script_is_only_ever_drawn(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "evidence", kind="registration", file=uploaded("nib.pdf", with_script()))
        file = Evidence.objects.get()
        shown = browser.get(reverse("evidence_picture", args=[draft.pk, file.pk]))
        assert shown["Content-Type"] == "image/png" and shown.content.startswith(b"\x89PNG")
        assert shown["Content-Security-Policy"].startswith("sandbox")

    def test_a_pdf_that_can_not_be_drawn_has_no_picture(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "evidence", kind="registration", file=uploaded("nib.pdf", PDF))
        shown = browser.get(reverse("evidence_picture", args=[draft.pk, Evidence.objects.get().pk]))
        assert shown.status_code == 404
        assert b"<img" not in browser.get(page(draft, "evidence")).content


class TestTakenBack:
    def test_once_and_a_second_tap_is_harmless(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "evidence", kind="registration", file=uploaded())
        remove = reverse("remove_evidence", args=[draft.pk, Evidence.objects.get().pk])
        for _ in range(2):
            assert browser.post(remove)["Location"] == page(draft, "evidence")
        assert not Evidence.objects.exists()

    def test_not_after_it_was_sent(self, browser: Client, draft: Application) -> None:
        send(browser, draft, "evidence", kind="registration", file=uploaded())
        Application.objects.update(status="submitted")
        browser.post(reverse("remove_evidence", args=[draft.pk, Evidence.objects.get().pk]))
        assert Evidence.objects.exists()


class TestBadFiles:
    def test_a_photo_of_an_iphone_is_told_how_to_be_taken(self, browser: Client, draft: Application) -> None:
        for name in ("IMG_1.HEIC", "IMG_1.jpg"):
            refused(
                send(browser, draft, "evidence", kind="place", file=uploaded(name, HEIC)), "Most Compatible"
            )

    def test_two_hundred_megapixels_are_refused_unread(self, browser: Client, draft: Application) -> None:
        content = io.BytesIO()
        Image.new("1", (20_000, 10_000)).save(content, "PNG")
        tracemalloc.start()
        answer = send(
            browser, draft, "evidence", kind="place", file=uploaded("field.png", content.getvalue())
        )
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        refused(answer, "50 megapixels")
        assert peak < 20 * 2**20

    def test_a_photo_cut_off_half_way(self, browser: Client, draft: Application) -> None:
        whole = photo(size=(600, 400))
        half = uploaded("place.jpg", whole[: len(whole) // 2])
        refused(send(browser, draft, "evidence", kind="place", file=half), "can&#x27;t be opened")

    def test_a_form_cut_off_half_way(self, browser: Client, draft: Application) -> None:
        body = encode_multipart(
            BOUNDARY, {"kind": "place", "file": uploaded("place.jpg", photo(size=(600, 400)))}
        )
        answer = browser.generic("POST", page(draft, "evidence"), body[: len(body) // 2], MULTIPART_CONTENT)
        assert answer.status_code in (400, 422)
        assert not Evidence.objects.exists()

    @pytest.mark.parametrize(
        ("name", "content", "words"),
        [
            ("nib.pdf", b"", "is empty"),
            ("list.xlsx", b"PK\x03\x04" + b"\x00" * 50, "Send a JPEG"),
            ("nib.pdf", PDF[:20], "can&#x27;t be opened"),
            ("logo.svg", b"<svg onload='alert(1)'/>", "Send a JPEG"),
        ],
    )
    def test_what_is_no_evidence_is_a_sentence(
        self, browser: Client, draft: Application, name: str, content: bytes, words: str
    ) -> None:
        refused(send(browser, draft, "evidence", kind="other", file=uploaded(name, content)), words)

    def test_no_file_at_all(self, browser: Client, draft: Application) -> None:
        refused(send(browser, draft, "evidence", kind="other"), "Choose a file")

    @pytest.mark.parametrize("more", [1, 2 * 2**20, 30 * 2**20])
    def test_one_that_is_too_large_is_a_page_and_not_kept_on_the_way(
        self, browser: Client, draft: Application, more: int, monkeypatch: Any
    ) -> None:
        large = SimpleUploadedFile("film.pdf", b"%PDF-1.4\n" + b"\n" * (evidence.LARGEST + more))
        answer = send(browser, draft, "evidence", kind="other", file=large)
        refused(answer, "10 MB at most")
        kept = answer.wsgi_request.FILES.get("file")
        assert kept is None or kept.size <= evidence.LARGEST + 2**14 + 2**16

    def test_twenty_are_enough(self, browser: Client, draft: Application, monkeypatch: Any) -> None:
        monkeypatch.setattr(evidence, "MOST_FILES", 1)
        send(browser, draft, "evidence", kind="other", file=uploaded())
        answer = send(browser, draft, "evidence", kind="other", file=uploaded("b.jpg", photo()))
        assert answer.status_code == 422 and "At most 1 files" in answer.content.decode()


def test_a_connection_that_breaks_leaves_nothing(ada: User, draft: Application) -> None:
    """The body promises more than comes: nothing is kept, and the next request is answered."""

    class Broken(io.BytesIO):
        def read(self, *size: Any) -> bytes:
            found = super().read(*size)
            if not found:
                raise OSError("the phone is out of reach")
            return found

    browser = owner_browser(ada, csrf=True)
    body = encode_multipart(
        BOUNDARY, {"kind": "place", "file": uploaded("place.jpg", photo(size=(900, 900)))}
    )
    answer = browser.generic(
        "POST",
        page(draft, "evidence"),
        b"",
        content_type=MULTIPART_CONTENT,
        **{"wsgi.input": Broken(body[: len(body) // 2]), "CONTENT_LENGTH": str(len(body))},
    )
    assert answer.status_code in (302, 400, 403)
    assert not Evidence.objects.exists()
    assert browser.get(page(draft, "evidence")).status_code == 200
