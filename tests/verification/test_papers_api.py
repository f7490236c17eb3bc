"""Traders without papers, as a partner app applies for them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.verification.models import Application
from tests.factories import make_cohort
from tests.partner import Partner, refused
from tests.verification.papers import photo

pytestmark = pytest.mark.django_db
REFERENCE = {"name": "Pak Harjo", "contact": "0813 1111 2222", "relation": "menjual beras"}


@pytest.fixture
def app(kais_key: str) -> Partner:
    return Partner(kais_key)


def missing(answer: object) -> set[str]:
    return {one["code"] for one in answer.json()["requirements"]}  # type: ignore[attr-defined]  # a response


def test_a_place_and_a_reference_stand_in_for_papers(app: Partner) -> None:
    application = app.draft(cohort=make_cohort().pk)
    address = f"/v1/applications/{application}"
    assert "evidence_missing" in missing(app.get(address))
    changed = app.patch(address, {"without_papers": True}, app.get(address).headers["ETag"])
    assert {"place_photo_missing", "trade_reference_missing"} <= missing(changed)
    changed = app.patch(address, {"trade_reference": REFERENCE}, changed.headers["ETag"])
    assert changed.json()["trade_reference"] == {**REFERENCE, "contact": "+6281311112222"}
    place = SimpleUploadedFile("place.jpg", photo())
    assert app.http.post(f"{address}/evidence", {"file": place, "kind": "place"}).status_code == 201
    sent = app.post(f"{address}/submit")
    assert sent.status_code == 200 and sent.json()["without_papers"]
    assert sent.json()["reference"] == Application.objects.get().reference != ""


def test_all_of_a_change_or_nothing(app: Partner) -> None:
    application = app.draft()
    address = f"/v1/applications/{application}"
    tag = app.get(address).headers["ETag"]
    changes = {"display_name": "Roti Lain", "without_papers": True, "trade_reference": {"name": "Pak Harjo"}}
    refused(app.patch(address, changes, tag), 422, "reference_contact_invalid", "/trade_reference/contact")
    assert app.get(address).headers["ETag"] == tag
    assert Application.objects.get().display_name != "Roti Lain"


def test_nobody_vouches_for_themselves(app: Partner) -> None:
    application = app.draft()
    address = f"/v1/applications/{application}"
    own = {**REFERENCE, "contact": Application.objects.get().number}
    answer = app.patch(address, {"trade_reference": own}, app.get(address).headers["ETag"])
    refused(answer, 422, "reference_is_the_applicant", "/trade_reference/contact")
