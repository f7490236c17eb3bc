"""Nothing is done, one message says why, and what was typed is still there."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.urls import reverse

from accounts.audit.models import Event, LogEntry
from accounts.people.models import User
from accounts.proofs import services as proofs
from accounts.verification import services as verification
from accounts.verification.models import Claim, Status
from tests.factories import (
    age,
    make_account,
    make_business,
    make_claimed,
    make_owner,
    make_submitted,
    owner_of,
)
from tests.staff import browser_of
from tests.verification.desk import QUEUE, case_of, desk, form_on, offered, press, send, text


class TestRefusals:
    """Nothing is done, one message says why, and what was typed is still there."""

    def refused(self, response: HttpResponse, status: int, *said: str) -> str:
        page = text(response)
        assert response.status_code == status
        assert page.count('role="alert"') == 1
        for words in said:
            assert words in page
        return page

    def test_of_two_who_decide_one_wins_and_the_other_reads_who_did(self, rita: User, rudi: User) -> None:
        application = make_claimed(rita)
        ritas = desk(rita)
        form = form_on(text(ritas.get(case_of(application))), "decline")
        age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
        press(desk(rudi), application, "claim")
        assert press(desk(rudi), application, "approve", tier="verified").status_code == 302
        before = Event.objects.count()
        response = send(ritas, form, reason="fraud", note="A long note of mine")
        assert response.status_code == 422  # fraud is no reason for a decline
        page = self.refused(
            send(ritas, form, reason="not_a_business", note="A long note of mine"),
            409,
            "Rudi has decided already",
            "A long note of mine",
        )
        assert "to be copied" in page
        assert Event.objects.count() == before
        assert application.decisions.get().author == rudi

    def test_a_claim_of_somebody_else(self, rita: User, rudi: User) -> None:
        application = make_submitted()
        ritas = desk(rita)
        form = form_on(text(ritas.get(case_of(application))), "claim")
        verification.claim(application, by=rudi)
        self.refused(send(ritas, form), 409, "Rudi is working on this until")

    def test_a_claim_lost_in_between_keeps_the_text(self, rita: User) -> None:
        application = make_claimed(rita)
        ritas = desk(rita)
        form = form_on(text(ritas.get(case_of(application))), "ask")
        age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
        page = self.refused(send(ritas, form, text="Di jalan mana?"), 409, "Claim the application first")
        assert "Di jalan mana?" in page

    def test_a_case_that_came_back_changed_is_read_again_first(self, rita: User) -> None:
        application = make_claimed(rita)
        ritas = desk(rita)
        form = form_on(text(ritas.get(case_of(application))), "approve")
        verification.ask(application, field="about", text="Name?", by=rita)
        application.refresh_from_db()
        owner = owner_of(application.account)
        verification.change(
            application, revision=application.revision, by=owner, display_name="Toko Lain Sekali"
        )
        verification.answer(application, text="Here", by=owner)
        verification.claim(application, by=rita)
        page = self.refused(
            send(ritas, form, tier="verified", note="Well done"), 409, "changed in the meantime"
        )
        assert LogEntry.objects.filter(kind="refused", on=application.pk, data__code="stale").exists()
        application.refresh_from_db()
        assert application.status == Status.SUBMITTED
        again = form_on(page, "approve")  # what stands on this page has been read
        assert send(ritas, again, tier="verified").status_code == 302

    def test_a_call_back_is_for_the_number_that_was_read(self, rita: User) -> None:
        application = make_claimed(rita)
        verification.ask(application, field="about", text="Number?", by=rita)
        ritas = desk(rita)
        form = form_on(text(ritas.get(case_of(application))), "call_back")
        application.refresh_from_db()
        owner = owner_of(application.account)
        verification.change(application, revision=application.revision, by=owner, number="+12075550199")
        self.refused(send(ritas, form, note="Somebody answered"), 409, "Somebody answered")
        assert not proofs.is_proven(application.account, "+12075550199")

    def test_a_number_not_proven(self, rita: User) -> None:
        application = make_submitted()
        verification.claim(application, by=rita)
        self.refused(press(desk(rita), application, "approve", tier="verified"), 409, "not proven yet")

    @pytest.mark.parametrize(
        ("action", "typed", "kept"),
        [
            ("decline", {"reason": "", "note": "kept note"}, "kept note"),
            ("decline", {"reason": "made_up", "message": "kept message"}, "kept message"),
            ("bar", {"reason": "not_a_business", "note": "kept note"}, "kept note"),
            ("approve", {"tier": "golden", "note": "kept note"}, "kept note"),
            ("ask", {"text": "   "}, "Question to the owner"),
            ("ask", {"text": "x" * 2001}, "x" * 2001),
            ("ask", {"text": "bell \x07 kept"}, "kept"),
            ("ask", {"text": "nul \x00 kept"}, "kept"),
            ("defer", {"until": "yesterday"}, "yesterday"),
            ("defer", {"until": "2001-01-01"}, "2001-01-01"),
            ("approve", {"tier": "verified", "revision": "", "note": "kept note"}, "kept note"),
            ("approve", {"tier": "verified", "revision": "x", "note": "kept note"}, "kept note"),
            ("call_back", {"note": ""}, "Who answered"),
        ],
    )
    def test_a_form_that_can_not_be_accepted(
        self, rita: User, action: str, typed: dict[str, str], kept: str
    ) -> None:
        application = make_claimed(rita)
        before = Event.objects.count()
        self.refused(press(desk(rita), application, action, **typed), 422, kept)
        assert Event.objects.count() == before
        application.refresh_from_db()
        assert application.status == Status.SUBMITTED

    def test_a_member_of_the_business(self, rita: User) -> None:
        business = make_business(owner=make_owner("Ada", "ada@owner.example"))
        application = make_submitted(make_account(business))
        ritas = desk(rita)
        form = form_on(text(ritas.get(case_of(application))), "claim")
        business.memberships.create(person=rita)
        self.refused(send(ritas, form), 403, "You are a member of this business")
        assert offered(text(ritas.get(case_of(application)))) == set()

    def test_nobody_is_the_second_to_themselves(self, rudi: User, sinta: User) -> None:
        application = make_claimed(rudi)
        verification.approve(application, tier="verified", second_wished=True, by=rudi)
        address = reverse("admin:verification_application_second", args=[application.pk])
        browser = desk(rudi)
        token = form_on(text(desk(sinta).get(case_of(application))), "second")[1]
        browser.get(QUEUE)
        plain = browser_of(rudi)
        self.refused(plain.post(address, {"revision": token["revision"]}), 409, "the second")

    def test_refusals_speak_the_readers_language(self, rita: User) -> None:
        application = make_submitted()
        verification.claim(application, by=rita)
        response = press(desk(rita, "id"), application, "approve", tier="verified")
        self.refused(response, 409, "Nomor belum dibuktikan")

    def test_without_the_token_of_the_form(self, rita: User) -> None:
        application = make_submitted()
        address = reverse("admin:verification_application_claim", args=[application.pk])
        assert desk(rita).post(address, {"revision": "1"}).status_code == 403
        assert not Claim.objects.filter(application=application).exists()

    def test_somebody_disabled_is_out_at_once(self, rita: User) -> None:
        application = make_submitted()
        browser = desk(rita)
        form = form_on(text(browser.get(case_of(application))), "claim")
        User.objects.filter(pk=rita.pk).update(is_active=False)
        assert send(browser, form).status_code == 302
        assert "/login/" in send(browser, form)["Location"]
        assert not Claim.objects.filter(application=application).exists()
