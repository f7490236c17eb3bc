"""A page that the case has left behind: who did what since, and what was typed."""

import re
from datetime import timedelta

import pytest

from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Claim, Status
from tests.factories import age, make_claimed, owner_of
from tests.verification.desk import address, case_of, desk, form_on, press, send, text

ASKED = {"field": "website", "text": "Which street?"}


def told(page: str) -> list[str]:
    """What the refusal says that happened since."""
    alert = re.search(r'role="alert">(.*?)</div>', page, re.DOTALL)
    assert alert is not None
    return re.findall(r"<li>(.*?)</li>", alert[1])


def test_who_did_what_since_is_told(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    ritas = desk(rita)
    form = form_on(text(ritas.get(case_of(application))), "approve")
    age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
    verification.claim(application, by=rudi)
    verification.ask(application, by=rudi, **ASKED)
    response = send(ritas, form, tier="verified", note="All is well")
    page = text(response)
    assert response.status_code == 409
    assert [re.sub(r"^\S+( [ap]\.m\.)? ", "", line) for line in told(page)] == [
        "Rudi: claimed",
        "Rudi: owner was asked",
    ]
    assert "All is well" in page
    application.refresh_from_db()
    assert application.status == Status.NEEDS_INFORMATION


def test_nothing_is_told_that_was_on_the_page(rita: User) -> None:
    application = make_claimed(rita)
    response = press(desk(rita), application, "decline", reason="made_up")
    assert response.status_code == 422
    assert told(text(response)) == []


@pytest.mark.parametrize("seen", ["", "-1", "x", "1e3", "٣", "9" * 40, "1; DROP TABLE"])
def test_a_made_up_position_in_the_journal_tells_nothing(rita: User, seen: str) -> None:
    application = make_claimed(rita)
    ritas = desk(rita)
    form = form_on(text(ritas.get(case_of(application))), "approve")
    verification.release(application, by=rita)
    response = send(ritas, form, tier="verified", seen=seen)
    assert (response.status_code, told(text(response))) == (409, [])


def test_a_claim_that_somebody_else_has_now(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    ritas = desk(rita)
    form = form_on(text(ritas.get(case_of(application))), "decline")
    age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
    verification.claim(application, by=rudi)
    response = send(ritas, form, reason="not_a_business", note="A long note of mine")
    page = text(response)
    assert response.status_code == 409
    assert "Rudi is working on this until" in page
    assert "A long note of mine" in page
    assert "to be copied" in page
    assert 'name="claim"' not in page  # it is not to be had


def test_a_claim_that_ran_out_is_taken_again_with_the_same_form(rita: User) -> None:
    application = make_claimed(rita)
    ritas = desk(rita)
    form = form_on(text(ritas.get(case_of(application))), "decline")
    age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
    response = send(ritas, form, reason="not_a_business", note="A long note of mine")
    page = text(response)
    assert response.status_code == 409
    assert "A long note of mine" in page
    again = form_on(page, "decline")
    assert re.search(r'<button type="submit" class="button" name="claim" value="1">', page)
    assert send(ritas, again, reason="not_a_business", claim="1").status_code == 302
    application.refresh_from_db()
    assert application.status == Status.DECIDED


def test_the_form_is_offered_again_where_the_case_came_back(rita: User) -> None:
    application = make_claimed(rita)
    ritas = desk(rita)
    form = form_on(text(ritas.get(case_of(application))), "approve")
    verification.ask(application, by=rita, **ASKED)
    verification.answer(application, text="Jalan Melati 3", by=owner_of(application.account))
    verification.claim(application, by=rita)
    response = send(ritas, form, tier="confirmed", note="Typed before")
    page = text(response)
    assert response.status_code == 409
    assert [line.rpartition(": ")[2] for line in told(page)] == [
        "owner was asked",
        "owner answered",
        "claimed",
    ]
    assert "Typed before" in page
    assert send(ritas, form_on(page, "approve"), tier="confirmed").status_code == 302


def test_a_note_is_kept_also_from_a_stale_page(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    rudis = desk(rudi)
    form = form_on(text(rudis.get(case_of(application))), "note")
    verification.ask(application, by=rita, **ASKED)
    assert send(rudis, form, text="Seen the shop").status_code == 302
    assert application.notes.get().text == "Seen the shop"


def test_the_address_of_a_refused_form_leads_back_to_the_case(rita: User) -> None:
    application = make_claimed(rita)
    for page in ("approve", "note"):
        assert desk(rita).get(address(application, page)).headers["Location"] == case_of(application)
