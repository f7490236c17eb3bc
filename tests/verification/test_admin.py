"""The reviewers' desk, as a browser uses it: GET shows, POST acts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.badges.models import Badge, BadgeStatus
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.people.models import User
from accounts.proofs import services as proofs
from accounts.verification import evidence
from accounts.verification import services as verification
from accounts.verification.forms import ACTIONS
from accounts.verification.models import Application, Claim, Evidence, Kind, Source, Status
from tests.factories import (
    PDF,
    age,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_cohort,
    make_draft,
    make_owner,
    make_submitted,
    owner_of,
    prove,
)

QUEUE = reverse("admin:verification_application_changelist")


def desk(person: User, language: str = "en") -> Client:
    """A browser in which the person has signed in; it checks CSRF as the server does."""
    User.objects.filter(pk=person.pk).update(language=language)
    browser = Client(enforce_csrf_checks=True, headers={"Accept": "text/html"})
    browser.force_login(person)
    return browser


def case_of(application: Application) -> str:
    return reverse("admin:verification_application_change", args=[application.pk])


def text(response: Any) -> str:
    return str(response.content.decode())


def press(browser: Client, application: Application, action: str, **typed: str) -> HttpResponse:
    """Open the case, fill the action's form in and send it, hidden fields included."""
    return send(browser, form_on(text(browser.get(case_of(application))), action), **typed)


def form_on(page: str, action: str) -> tuple[str, dict[str, str]]:
    found = re.search(rf'<form method="post" action="([^"]*/{action}/)".*?</form>', page, re.DOTALL)
    assert found is not None, f"no form for {action}"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', found[0]))
    return found[1], hidden


def send(browser: Client, form: tuple[str, dict[str, str]], **typed: str) -> HttpResponse:
    return browser.post(form[0], {**form[1], **typed})  # type: ignore[return-value]  # the test client's own response


def offered(page: str) -> set[str]:
    return set(re.findall(r'<form method="post" action="[^"]*/(\w+)/"', page)) - {"logout"}


class TestQueue:
    def names(self, browser: Client, query: str = "") -> list[str]:
        page = text(browser.get(f"{QUEUE}{query}"))
        return re.findall(r'class="field-name">\s*<a [^>]*>([^<]*)</a>', page)

    def test_the_oldest_comes_first(self, rita: User) -> None:
        first, second = make_submitted(), make_submitted()
        age(second, timedelta(days=2), "submitted_at")
        assert self.names(desk(rita)) == [second.display_name, first.display_name]

    def test_each_desk_holds_what_its_name_says(self, rita: User, rudi: User) -> None:
        mine = make_claimed(rita)
        his = make_claimed(rudi)
        free = make_submitted()
        lease_over = make_claimed(rudi)
        age(Claim.objects.get(application=lease_over), timedelta(hours=1), "taken_at", "until")
        asked = make_claimed(rita)
        verification.ask(asked, text="Which street?", by=rita)
        put_off = make_claimed(rita)
        verification.defer(put_off, until=clock.now().date() + timedelta(days=9), by=rita)
        held = make_claimed(rita)
        verification.approve(held, tier="verified", second_wished=True, by=rita)
        decided = make_claimed(rita)
        verification.decline(decided, reason="not_a_business", by=rita)
        draft = make_draft()
        over = make_claimed(rita)
        verification.withdraw(over, by=owner_of(over.account))

        def on(choice: str) -> set[str]:
            return set(self.names(desk(rita), f"?desk={choice}"))

        def named(*applications: Application) -> set[str]:
            return {application.display_name for application in applications}

        assert on("decide") == named(mine, his, free, lease_over, held)
        assert set(self.names(desk(rita))) == on("decide")
        assert on("unclaimed") == named(free, lease_over)
        assert on("mine") == named(mine, held, decided)
        assert on("second") == named(held)
        assert on("owner") == named(asked)
        assert on("deferred") == named(put_off)
        assert on("decided") == named(decided)
        assert on("ended") == named(over)
        assert on("all") == {*on("decide"), *named(asked, put_off, decided, over, draft)}
        assert set(self.names(desk(rita), "?status__exact=draft")) == named(draft)

    def test_an_answer_waits_on_the_desk_of_whoever_asked(self, rita: User, rudi: User) -> None:
        asked = make_claimed(rita)
        verification.ask(asked, text="Which street?", by=rita)
        verification.answer(asked, text="Jalan Melati 3", by=owner_of(asked.account))
        assert self.names(desk(rita), "?desk=mine") == [asked.display_name]
        assert self.names(desk(rudi), "?desk=unclaimed") == []
        assert self.names(desk(rita), "?desk=unclaimed") == [asked.display_name]

    def test_it_filters_by_what_calls_for_two(self, rita: User) -> None:
        businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
        alike = make_submitted(display_name="Bank C0ntoh")
        protected = make_submitted(make_account(category="health"))
        strict = make_submitted(cohort=make_cohort(four_eyes=True))
        plain = make_submitted()
        browser = desk(rita)
        assert set(self.names(browser, "?four_eyes=protected")) == {alike.display_name}
        assert set(self.names(browser, "?four_eyes=due")) == {
            alike.display_name,
            protected.display_name,
            strict.display_name,
        }
        assert self.names(browser, "?four_eyes=one") == [plain.display_name]
        assert self.names(browser, f"?cohort__id__exact={strict.cohort_id}") == [strict.display_name]
        assert self.names(browser, "?category__exact=health") == [protected.display_name]
        assert self.names(browser, "?kind__exact=renewal") == []

    def test_it_finds_by_name_legal_name_number_and_id(self, rita: User) -> None:
        account = make_account(make_business(legal_name="PT Sumber Rejeki"))
        wanted = make_submitted(account, display_name="Toko Melati")
        make_submitted()
        verification.withdraw(wanted, by=owner_of(account))  # a search looks beyond the open ones
        browser = desk(rita)
        spaced = f"{wanted.number[:2]} {wanted.number[2:5]}-{wanted.number[5:]}"
        for typed in [
            "melati",
            "sumber rej",
            spaced.replace("+", "%2B"),
            wanted.number.replace("+", "%2B"),
            wanted.pk,
            wanted.pk.upper(),
            account.pk,
            account.business_id,
        ]:
            assert self.names(browser, f"?q={typed}") == ["Toko Melati"], typed
        for typed in ["app_0", "acc_zzz", "0000", "%25", "nothing of this name"]:
            assert self.names(browser, f"?q={typed}") == [], typed

    def test_it_asks_the_database_as_often_for_many_as_for_one(self, rita: User, rudi: User) -> None:
        browser = desk(rita)

        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as asked:
                assert browser.get(QUEUE).status_code == 200
            return len(asked)

        make_claimed(rita)
        one = queries()
        for _ in range(2):
            make_claimed(rudi, cohort=make_cohort())
            make_submitted()
        assert queries() == one == 5  # session, person, cohorts, count, page

    def test_its_links_lead_to_the_cases(self, rita: User) -> None:
        application = make_submitted()
        browser = desk(rita)
        link = re.search(r'class="field-name">\s*<a href="([^"]*)"', text(browser.get(QUEUE)))
        assert link is not None
        page = browser.get(link[1])
        assert page.status_code == 200
        assert application.number in text(page)

    def test_it_shows_who_works_on_a_case_and_until_when(self, rita: User) -> None:
        application = make_claimed(rita)
        page = text(desk(rita).get(QUEUE))
        assert re.search(r'class="field-holder">Rita, \d', page)
        age(Claim.objects.get(application=application), timedelta(hours=1), "taken_at", "until")
        assert 'field-holder">Rita' not in text(desk(rita).get(QUEUE))


class TestCasePage:
    def test_it_shows_what_a_reviewer_needs(self, rita: User, rudi: User) -> None:
        businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
        business = make_business(legal_name="CV Contoh Abadi", registration_number="NIB-77")
        application = make_submitted(
            make_account(business, about="Kue basah"), display_name="Bank C0ntoh Resmi"
        )
        page = text(desk(rita).get(case_of(application)))
        for shown in [
            "Bank C0ntoh Resmi",
            application.number,
            "Kue basah",
            "CV Contoh Abadi",
            "NIB-77",
            owner_of(application.account).email,
            "nib.pdf",
            "name_claims_verified",
            "The number is not proven yet",
            "Nobody has claimed it",
            "submitted",
            "evidence added",
            "the name the user saved",
            "mark-pin colour-green",
            "mark-tick colour-grey",
            "bubble colour-yellow",
            "can't be deleted",
        ]:
            assert str(shown) in page, shown
        assert offered(page) == {"claim", "call_back"}

    def test_look_alikes_say_where_and_why(self, rita: User) -> None:
        businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
        live = make_approved(display_name="Kedai Mawar Merah")
        first = text(desk(rita).get(case_of(make_submitted(display_name="Bank C0ntoh"))))
        assert "protected name, ID" in first
        assert "two reviewers needed" in first
        second = text(desk(rita).get(case_of(make_submitted(display_name="Kedai Mawar Merrah"))))
        assert reverse("admin:businesses_account_change", args=[live.pk]) in second

    def test_a_change_is_shown_against_what_is_live(self, rita: User) -> None:
        account = make_approved(display_name="Kedai Lama")
        change = make_draft(account, kind=Kind.NAME_CHANGE, display_name="Kedai Baru")
        change = verification.submit(change, by=owner_of(account))
        page = text(desk(rita).get(case_of(change)))
        row = re.search(r'<tr class="differs">.*?</tr>', page, re.DOTALL)
        assert row is not None
        assert "Kedai Lama" in row[0]
        assert "<strong>Kedai Baru</strong>" in row[0]

    def test_a_get_changes_nothing(self, rita: User) -> None:
        application = make_claimed(rita)
        browser = desk(rita)
        before = (Event.objects.count(), Application.objects.values().get(pk=application.pk))
        assert browser.get(case_of(application)).status_code == 200
        for action in ACTIONS:
            address = reverse(f"admin:verification_application_{action}", args=[application.pk])
            if rita.has_perm(ACTIONS[action].permission):
                assert browser.get(address).headers["Location"] == case_of(application)
        assert before == (Event.objects.count(), Application.objects.values().get(pk=application.pk))
        assert Claim.objects.filter(application=application, reviewer=rita).exists()

    def test_who_looked_is_in_the_log(self, rita: User) -> None:
        application = make_submitted()
        desk(rita).get(case_of(application))
        seen = LogEntry.objects.get(kind="viewed")
        assert (seen.by, seen.on) == (rita.pk, application.pk)

    def test_markup_in_a_name_is_text(self, rita: User) -> None:
        business = make_business(legal_name="<script>alert(1)</script> Ltd")
        application = make_draft(
            make_account(business, about="<img src=x>"), display_name="<script>alert(2)</script>"
        )
        browser = desk(rita)
        for page in (browser.get(case_of(application)), browser.get(f"{QUEUE}?desk=all")):
            assert "<script>alert" not in text(page)
            assert "<img src=x" not in text(page)
            assert "&lt;script&gt;alert(2)" in text(page)

    def test_it_speaks_the_readers_language(self, rita: User) -> None:
        application = make_submitted()
        indonesian = text(desk(rita, "id").get(case_of(application)))
        assert '<html lang="id"' in indonesian
        assert "Nomor belum dibuktikan" in indonesian
        assert "Bisnis terverifikasi" in indonesian
        english = text(desk(rita, "en").get(case_of(application)))
        assert '<html lang="en"' in english
        assert "Verified business" in english

    def test_no_script_or_style_stands_in_the_page(self, rita: User) -> None:
        application = make_claimed(rita)
        for page in (text(desk(rita).get(case_of(application))), text(desk(rita).get(QUEUE))):
            assert not re.search(r"<script(?![^>]* src=)(?![^>]*application/json)[^>]*>", page)
            assert not re.search(r"<style|\son\w+=|\sstyle=", page)

    def test_every_field_has_a_label_and_every_id_is_unique(self, rita: User) -> None:
        page = text(desk(rita).get(case_of(make_claimed(rita))))
        ids = re.findall(r'\sid="([^"]*)"', page)
        assert len(ids) == len(set(ids))
        labelled = set(re.findall(r'<label[^>]* for="([^"]*)"', page))
        for field in re.findall(r"<(?:input|textarea|select)\b[^>]*>", page):
            if 'type="hidden"' in field or 'type="submit"' in field:
                continue
            found = re.search(r'\sid="([^"]*)"', field)
            assert found is not None, field
            assert found[1] in labelled or "aria-label" in field, field

    def test_an_unknown_or_made_up_id_is_no_page(self, rita: User) -> None:
        for made_up in ["app_01h2xcejqtf2nbrexx3vqjhp41", "app_x", "1", "acc_01h2xcejqtf2nbrexx3vqjhp41"]:
            assert desk(rita).get(f"{QUEUE}{made_up}/change/").status_code == 404
            assert desk(rita).get(f"{QUEUE}{made_up}/evidence/evd_x/").status_code == 404

    def test_it_does_not_ask_more_for_more_evidence(self, rita: User) -> None:
        application = make_draft()
        browser = desk(rita)

        def queries() -> int:
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(case_of(application)).status_code == 200
            return len(asked)

        one = queries()
        for number in range(4):
            file = SimpleUploadedFile(f"{number}.pdf", PDF + bytes([48 + number]))
            evidence.add(application, file=file, by=owner_of(application.account))
        assert queries() == one


class TestDecisions:
    def test_the_plain_way_from_claim_to_badge(self, rita: User, no_undo_window: None) -> None:
        application = make_submitted()
        browser = desk(rita)
        assert press(browser, application, "claim").status_code == 302
        assert press(browser, application, "call_back", note="Bu Siti answered").status_code == 302
        assert proofs.methods(application.account, application.number) == ["call_back"]
        assert press(browser, application, "approve", tier="verified").status_code == 302
        account = Account.objects.get(pk=application.account_id)
        assert account.live_name == application.display_name
        badge = Badge.objects.get(account=account)
        assert (badge.status, badge.methods) == (BadgeStatus.ACTIVE, ["call_back", "documents"])

    @pytest.mark.parametrize(
        ("action", "typed", "status"),
        [
            ("approve", {"tier": "confirmed", "note": "Fine"}, Status.DECIDED),
            ("approve", {"tier": "verified", "second_wished": "on"}, Status.AWAITING_SECOND),
            ("decline", {"reason": "not_a_business", "message": "No shop there"}, Status.DECIDED),
            ("bar", {"reason": "fraud"}, Status.DECIDED),
            ("ask", {"text": "Which street?"}, Status.NEEDS_INFORMATION),
            ("defer", {"until": "2999-01-01"}, Status.DEFERRED),
            ("release", {}, Status.SUBMITTED),
        ],
    )
    def test_every_action_of_a_claim_holder(
        self, rita: User, action: str, typed: dict[str, str], status: Status
    ) -> None:
        application = make_claimed(rita)
        response = press(desk(rita), application, action, **typed)
        assert (response.status_code, response["Location"]) == (302, case_of(application))
        application.refresh_from_db()
        assert application.status == status
        assert not Claim.objects.filter(application=application).exists()

    def test_what_was_chosen_reaches_the_decision(self, rita: User) -> None:
        application = make_claimed(rita)
        press(
            desk(rita),
            application,
            "decline",
            reason="name_of_another",
            message="Please rename",
            note="cf. Toko A",
        )
        decision = application.decisions.get()
        assert (decision.outcome, decision.reason) == ("decline", "name_of_another")
        assert (decision.message, decision.note) == ("Please rename", "cf. Toko A")

    def test_four_eyes_agree_or_overrule(self, rita: User, rudi: User) -> None:
        for action, typed, status in [
            ("second", {"note": "Seen the papers"}, Status.DECIDED),
            ("overrule", {"reason": "The papers are of another shop"}, Status.SUBMITTED),
        ]:
            application = make_claimed(rita)
            press(desk(rita), application, "approve", tier="verified", second_wished="on")
            assert offered(text(desk(rita).get(case_of(application)))) == set()
            assert offered(text(desk(rudi).get(case_of(application)))) == {"second", "overrule"}
            assert press(desk(rudi), application, action, **typed).status_code == 302
            application.refresh_from_db()
            assert application.status == status

    def test_a_decision_is_taken_back_and_the_page_says_until_when(self, rita: User, rudi: User) -> None:
        application = make_claimed(rita)
        press(desk(rita), application, "approve", tier="verified")
        assert "Can be taken back until" in text(desk(rita).get(case_of(application)))
        assert offered(text(desk(rudi).get(case_of(application)))) == set()
        assert press(desk(rita), application, "take_back").status_code == 302
        application.refresh_from_db()
        assert application.status == Status.SUBMITTED

    def test_a_deferred_case_is_resumed(self, rita: User) -> None:
        application = make_claimed(rita)
        verification.defer(application, until=clock.now().date() + timedelta(days=3), by=rita)
        assert press(desk(rita), application, "resume").status_code == 302
        application.refresh_from_db()
        assert application.status == Status.SUBMITTED


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
        verification.ask(application, text="Name?", by=rita)
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
        verification.ask(application, text="Number?", by=rita)
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
        plain = Client(headers={"Accept": "text/html"})
        plain.force_login(rudi)
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


class TestEvidence:
    def address(self, file: Evidence, application: Application | None = None) -> str:
        owner = application or file.application
        return reverse("admin:verification_application_evidence", args=[owner.pk, file.pk])

    def test_a_file_comes_back_as_it_was_and_can_not_run(self, rita: User) -> None:
        file = make_submitted().evidence.get()
        response = desk(rita).get(self.address(file))
        assert b"".join(response) == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == 'attachment; filename="nib.pdf"'
        assert response["Content-Security-Policy"].startswith("sandbox;")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        assert LogEntry.objects.filter(kind="viewed", by=rita.pk, on=file.pk).count() == 1

    def test_a_file_of_another_application_is_not_there(self, rita: User) -> None:
        file, other = make_submitted().evidence.get(), make_submitted()
        assert desk(rita).get(self.address(file, other)).status_code == 404

    def test_a_file_that_is_gone(self, rita: User, settings: Any, tmp_path: Any) -> None:
        file = make_submitted().evidence.get()
        settings.MEDIA_ROOT = tmp_path / "elsewhere"
        assert desk(rita).get(self.address(file)).status_code == 404
        assert not LogEntry.objects.filter(on=file.pk).exists()


def test_an_imported_case_shows_its_source(rita: User) -> None:
    application = make_submitted()
    Application.objects.filter(pk=application.pk).update(source=Source.IMPORT)
    assert "imported list" in text(desk(rita).get(case_of(application)))


def test_a_proven_number_needs_no_call_back_by_code(rita: User) -> None:
    application = make_submitted()
    prove(application)
    page = text(desk(rita).get(case_of(application)))
    assert "six-digit code" in page
    assert "call_back" in offered(page)  # a second way to prove it may still be wanted
