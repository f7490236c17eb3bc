"""The case page: what a reviewer reads, and that reading changes nothing."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.audit.models import Event, LogEntry
from accounts.businesses import services as businesses
from accounts.people.models import User
from accounts.verification import evidence
from accounts.verification import services as verification
from accounts.verification.forms import ACTIONS
from accounts.verification.models import Application, Claim, Kind, Source
from tests.factories import (
    PDF,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_draft,
    make_submitted,
    owner_of,
    prove,
)
from tests.verification.desk import QUEUE, case_of, desk, offered, text


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
        assert offered(page) == {"claim", "call_back", "note"}

    def test_look_alikes_say_where_and_why(self, rita: User) -> None:
        businesses.protect("Bank Contoh", category="finance", country="ID", by=audit.SYSTEM)
        live = make_approved(display_name="Kedai Mawar Merah")
        first = text(desk(rita).get(case_of(make_submitted(display_name="Bank C0ntoh"))))
        assert "protected name, ID" in first
        assert "two reviewers needed" in first
        second = text(desk(rita).get(case_of(make_submitted(display_name="Kedai Mawar Merrah"))))
        assert reverse("admin:businesses_account_change", args=[live.pk]) in second

    def test_a_question_shows_its_reason_in_words_and_the_field(self, rita: User) -> None:
        application = make_claimed(rita)
        verification.ask(application, reason="category_unclear", by=rita)
        page = text(desk(rita).get(case_of(application)))
        shown = re.search(r'<section[^>]* aria-labelledby="questions-h">.*?</section>', page, re.DOTALL)
        assert shown is not None
        assert "The category is not clear" in shown[0]
        assert "About the field: category" in shown[0]

    def test_a_decision_that_can_be_taken_back_stands_open_and_an_earlier_one_folded(
        self, rita: User
    ) -> None:
        application = make_claimed(rita)
        verification.decline(application, reason="not_a_business", by=rita)
        verification.take_back(application, by=rita)
        verification.claim(application, by=rita)
        verification.decline(application, reason="not_a_business", by=rita)
        page = text(desk(rita).get(case_of(application)))
        assert re.findall(r"</?(?:article|details)\b", page[page.index('class="module decide"') :])[:4] == [
            "<details",
            "</details",
            "<article",
            "</article",
        ]

    def test_a_change_is_shown_against_what_is_live(self, rita: User) -> None:
        account = make_approved(display_name="Kedai Lama")
        change = make_draft(account, kind=Kind.NAME_CHANGE, display_name="Kedai Baru")
        change = verification.submit(change, by=owner_of(account))
        page = text(desk(rita).get(case_of(change)))
        row = re.search(r'<tbody id="field-display_name" class="differing">.*?</tbody>', page, re.DOTALL)
        assert row is not None
        assert "Kedai Lama" in row[0]
        assert '<bdi class="wrote asked">Kedai Baru</bdi>' in row[0]

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
        page = re.sub(r"<label[^>]*><input[^>]*>", "", page)  # a field within its label
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
