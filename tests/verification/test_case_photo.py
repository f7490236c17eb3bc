"""The photo that is applied for, the trade reference and the reference number, as reviewers see them."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from accounts.verification import evidence, papers, photos
from accounts.verification import services as verification
from accounts.verification.models import Application
from tests.factories import make_draft, owner_of, uploaded
from tests.staff import browser_of
from tests.verification.papers import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def application() -> Application:
    draft = make_draft()
    by = owner_of(draft.account)
    kept = photos.keep(draft.account, file=uploaded("shop.jpg", photo(size=(300, 300))), by=by)
    verification.change(draft, revision=1, by=by, photo=photos.address(kept))
    papers.go_without(draft, True, by=by)
    papers.refer_to(draft, name="Pak Harjo", contact="0813 1111 2222", relation="menjual beras", by=by)
    evidence.add(draft, file=uploaded("place.jpg", photo()), kind="place", by=by)
    return verification.submit(draft, by=by)


def page(browser: Client, application: Application) -> str:
    address = reverse("admin:verification_application_change", args=[application.pk])
    return str(browser.get(address).content.decode())


def test_the_photo_is_shown_to_the_staff_from_an_address_of_theirs(
    application: Application, rita: User
) -> None:
    browser = browser_of(rita)
    address = reverse("admin:verification_application_photo", args=[application.pk])
    assert f'src="{address}"' in page(browser, application)
    shown = browser.get(address)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in shown["Cache-Control"] and "sandbox" in shown["Content-Security-Policy"]
    kept = photos.id_in(application.photo)
    assert Client().get(reverse("photo", args=[kept])).status_code == 404


def test_one_from_elsewhere_on_the_web_is_not_fetched(rita: User) -> None:
    application = make_draft(photo="https://warung.example/logo.png")
    browser = browser_of(rita)
    assert "<img" not in page(browser, application).partition('id="preview-h"')[2].partition("</section>")[0]
    address = reverse("admin:verification_application_photo", args=[application.pk])
    assert browser.get(address).status_code == 404


def test_who_vouches_for_a_trader_without_papers(application: Application, rita: User) -> None:
    text = page(browser_of(rita), application)
    for shown in ("Without papers", "Pak Harjo", "+6281311112222", "menjual beras", application.reference):
        assert shown in text
    assert "Photo of the place" in text or "photo of the place" in text.lower()


@pytest.mark.parametrize("spelt", [lambda text: text, str.lower, lambda text: text.replace("-", "")])
def test_a_case_is_found_by_the_reference_as_it_is_told_on_the_phone(
    spelt: object, application: Application, rita: User
) -> None:
    told = spelt(application.reference.replace("0", "O").replace("1", "l"))  # type: ignore[operator]  # a function
    queue = reverse("admin:verification_application_changelist")
    found = browser_of(rita).get(queue, {"q": told, "desk": "all"})
    assert application.pk in found.content.decode()
