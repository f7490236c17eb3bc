"""The photo of an account: a square of pixels and nothing else, shown to nobody before it is approved."""

import io
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.badges import services as badges
from accounts.badges.cards import card
from accounts.businesses.models import Account
from accounts.display import queries
from accounts.errors import Invalid, NotAllowed
from accounts.onboarding.applying.proof_questions import add_photo
from accounts.people.models import User
from accounts.privacy import erasure
from accounts.verification import photos
from accounts.verification import services as verification
from accounts.verification.evidence_images import LEAST_SIDE, PHOTO_SIDE, square
from accounts.verification.models import Application, Kind, Photo, Source
from tests.factories import (
    approve_now,
    badge_of,
    make_account,
    make_approved,
    make_business,
    make_draft,
    owner_of,
    uploaded,
)
from tests.onboarding.applying import page, send
from tests.owners import owner_browser
from tests.verification.papers import photo

pytestmark = pytest.mark.django_db
LARGE = (400, 300)


def picture(image_format: str = "JPEG", **facts: Any) -> Any:
    return uploaded(f"shop.{image_format.lower()}", photo(image_format, **{"size": LARGE, **facts}))


class TestSquare:
    @pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
    def test_it_is_the_middle_upright_and_nothing_else(self, image_format: str) -> None:
        kept = Image.open(io.BytesIO(square(photo(image_format, size=LARGE))))
        assert (kept.format, kept.size, kept.mode) == ("JPEG", (PHOTO_SIDE, PHOTO_SIDE), "RGB")
        assert "exif" not in kept.info and "icc_profile" not in kept.info and "comment" not in kept.info
        above, below = (cast(tuple[int, ...], kept.getpixel((256, height))) for height in (100, 400))
        assert above[0] > 200 > 60 > above[2] and below[2] > 200 > 60 > below[0]  # turned as the camera meant

    def test_what_is_transparent_becomes_white(self) -> None:
        content = io.BytesIO()
        Image.new("RGBA", LARGE, (0, 0, 0, 0)).save(content, "PNG")
        assert Image.open(io.BytesIO(square(content.getvalue()))).getpixel((5, 5)) == (255, 255, 255)

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (photo(size=(LEAST_SIDE - 1, 900)), "photo_too_small"),
            (photo(size=LARGE)[:2000], "evidence_broken"),
            (b"<svg onload='alert(1)'/>", "evidence_not_what_it_says"),
            (b"%PDF-1.4", "evidence_not_what_it_says"),
        ],
    )
    def test_what_is_no_photo_is_refused(self, content: bytes, code: str) -> None:
        with pytest.raises(Invalid, match=code):
            square(content)


class TestUpload:
    def test_it_is_shown_back_and_applied_for(self, browser: Client, draft: Application) -> None:
        answer = send(browser, draft, "photo", file=picture())
        assert answer["Location"] == page(draft, "photo")
        draft.refresh_from_db()
        kept = Photo.objects.get()
        assert draft.photo == photos.address(kept)
        assert reverse("photo", args=[kept.pk]) in browser.get(page(draft, "photo")).content.decode()

    def test_the_camera_is_another_way(self, browser: Client, draft: Application) -> None:
        assert send(browser, draft, "photo", camera=picture()).status_code == 302
        assert Photo.objects.exists()

    def test_another_one_takes_its_place_and_the_file_goes(
        self, browser: Client, draft: Application, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            send(browser, draft, "photo", file=picture())
            send(browser, draft, "photo", file=picture("PNG", orientation=1))
        draft.refresh_from_db()
        assert photos.id_in(draft.photo) == Photo.objects.get().pk
        assert len(list((settings.MEDIA_ROOT / "photos").rglob("*.jpg"))) == 1

    def test_it_is_taken_back(
        self, browser: Client, draft: Application, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            send(browser, draft, "photo", file=picture())
            browser.post(page(draft, "photo"), {"remove": "1"})
        draft.refresh_from_db()
        assert draft.photo == "" and not Photo.objects.exists()
        assert list((settings.MEDIA_ROOT / "photos").rglob("*.jpg")) == []

    def test_the_same_one_again_is_the_one_that_is_there(self, browser: Client, draft: Application) -> None:
        for _ in range(2):
            send(browser, draft, "photo", file=picture())
        assert Photo.objects.count() == 1
        assert Event.objects.filter(kind="photo.added").count() == 1

    def test_one_that_is_too_small_is_a_sentence_at_the_field(
        self, browser: Client, draft: Application
    ) -> None:
        answer = send(browser, draft, "photo", file=picture(size=(100, 100)))
        assert answer.status_code == 422
        assert 'href="#id_file"' in answer.content.decode() and "too small" in answer.content.decode()

    def test_an_upload_that_came_to_nothing_leaves_no_file_behind_the_last_one(
        self, draft: Application, ada: User, settings: Any, django_capture_on_commit_callbacks: Any
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            add_photo(draft, picture(), by=ada)
            with pytest.raises(NotAllowed), audit.together():
                photos.keep(draft.account, file=picture("PNG", orientation=1), by=ada)
                raise NotAllowed("wrong_status")
        folder = settings.MEDIA_ROOT / "photos" / draft.account_id
        assert (Photo.objects.count(), len(list(folder.iterdir()))) == (1, 2)
        with django_capture_on_commit_callbacks(execute=True):
            erasure.erase(ada, by=ada)
        assert list(folder.iterdir()) == []

    def test_a_closed_account_takes_none(self, draft: Application, ada: User) -> None:
        """Its closing was waited for while the picture was read."""
        before = Account.objects.get(pk=draft.account_id)
        erasure.erase(ada, by=ada)
        with pytest.raises(NotAllowed, match="account_closed"):
            photos.keep(before, file=picture(), by=ada)
        assert not Photo.objects.exists()

    def test_no_other_account_can_have_it(self, browser: Client, draft: Application) -> None:
        foreign = make_draft()
        kept = photos.keep(foreign.account, file=picture(), by=owner_of(foreign.account))
        with pytest.raises(Invalid, match="website_invalid"):
            verification.change(draft, revision=1, by=audit.SYSTEM, photo=photos.address(kept))

    @pytest.mark.parametrize("written", ["{}", "{}?x", "{}#x", "http://{host}:443/x", "HTTPS://USER.{host}"])
    def test_what_leads_here_is_a_photo_of_its_own_or_refused(
        self, draft: Application, settings: Any, written: str
    ) -> None:
        """Where the registry has a name, its addresses look like any other on the web."""
        settings.PUBLIC_URL = "https://registry.example"
        foreign = make_draft()
        kept = photos.address(photos.keep(foreign.account, file=picture(), by=owner_of(foreign.account)))
        address = written.format(kept, host="Registry.example")
        if "USER" in written:  # a host of its own
            assert verification.change(draft, revision=1, by=audit.SYSTEM, photo=address).photo == address
            return
        with pytest.raises(Invalid, match="website_invalid"):
            verification.change(draft, revision=1, by=audit.SYSTEM, photo=address)

    @pytest.mark.parametrize(
        "address",
        [
            "http://127.0.0.1:8000/photos/../x.jpg",
            "http://127.0.0.1:8000/photos/pho_1.jpg",
            "http://127.0.0.1/x.jpg",
        ],
    )
    def test_what_only_looks_like_ours_is_not(self, draft: Application, address: str) -> None:
        with pytest.raises(Invalid, match="website_invalid"):
            verification.change(draft, revision=1, by=audit.SYSTEM, photo=address)


class TestWhoSeesIt:
    def test_before_it_is_approved_its_members_only(
        self, ada: User, browser: Client, draft: Application, mallory: User
    ) -> None:
        add_photo(draft, picture(), by=ada)
        address = reverse("photo", args=[Photo.objects.get().pk])
        mine = browser.get(address)
        assert (mine.status_code, mine["Content-Type"]) == (200, "image/jpeg")
        assert mine["Cache-Control"] == "private, no-store"
        make_business(mallory)
        hers = owner_browser(mallory).get(address)
        nobodys = Client(headers={"Accept": "text/html"}).get(address)
        none = Client(headers={"Accept": "text/html"}).get(
            reverse("photo", args=["pho_01m813bhkter4rgsdjcmtck9vk"])
        )
        assert {answer.status_code for answer in (hers, nobodys, none)} == {404}
        assert nobodys.content == none.content

    def test_once_the_card_shows_it_everybody(self) -> None:
        account = make_account()
        application = make_draft(account)
        by = owner_of(account)
        add_photo(application, picture(), by=by)
        application.refresh_from_db()
        approve_now(verification.submit(application, by=by))
        account.refresh_from_db()
        kept = Photo.objects.get()
        found = queries.find([str(account.number)])
        assert found.policy and card(found.rows[0], found.policy)["account"]["photo"] == photos.address(kept)
        address = reverse("photo", args=[kept.pk])
        answer = Client().get(address)
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "public, max-age=86400, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Security-Policy"].startswith(
            "sandbox"
        )
        badges.suspend(badge_of(account), reason="spam", by=audit.SYSTEM)
        assert Client().get(address).status_code == 404

    def test_a_new_one_of_a_live_account_waits_for_its_approval(self) -> None:
        account = make_approved()
        by = owner_of(account)
        kept = photos.keep(account, file=picture(), by=by)
        wish = verification.start(
            account, kind=Kind.PROFILE_CHANGE, source=Source.FORM, by=by, photo=photos.address(kept)
        )
        address = reverse("photo", args=[kept.pk])
        assert Client().get(address).status_code == 404
        approve_now(verification.submit(wish, by=by))
        assert Client().get(address).status_code == 200
