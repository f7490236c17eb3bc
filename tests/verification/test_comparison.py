"""Field by field: what the applicant wrote, what a source says; and what a reviewer notes of a source."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils.translation import override

from accounts.audit.models import Event, LogEntry
from accounts.businesses.models import Membership
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.proofs.models import NumberProof
from accounts.verification import readings
from accounts.verification import services as verification
from accounts.verification.comparison import Row, compare
from accounts.verification.fetching import fetch
from accounts.verification.matching import READABLE, Match
from accounts.verification.models import Application, Claim, Kind, Reading, Source
from tests.factories import (
    age,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_draft,
    make_owner,
    make_submitted,
    owner_of,
)
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def rows_of(application: Application, by: User) -> dict[str, Row]:
    application = Application.objects.select_related("account__business").get(pk=application.pk)
    proofs = NumberProof.objects.of(application.account, application.number).select_related("recorded_by")
    rows = compare(fetch(application), proofs=proofs, by=by)
    return {row.field: row for row in rows}


def said(row: Row) -> list[tuple[str, str, Match]]:
    return [(str(one.source), str(one.value), one.match) for one in row.says]


def reading_of(application: Application) -> str:
    return reverse("admin:verification_application_reading", args=[application.pk])


class TestWhatTheRegistryKnows:
    def test_every_field_has_a_row(self, rita: User) -> None:
        rows = rows_of(make_submitted(), rita)
        assert list(rows) == [*READABLE, "photo", "about", "contact_purposes"]
        assert all(row.form is not None for name, row in rows.items() if name in READABLE)

    def test_the_number_and_its_proofs(self, rita: User) -> None:
        application = make_submitted()
        assert [one.match for one in rows_of(application, rita)["number"].says] == [Match.UNCHECKED]
        verification.record_call_back(application, note="Ada answered", by=rita)
        (proof,) = rows_of(application, rita)["number"].says
        assert (proof.source, proof.value, proof.match) == (
            "call-back by a reviewer",
            application.number,
            Match.SAME,
        )
        assert (proof.by, proof.note) == ("Rita", "Ada answered")
        NumberProof.objects.update(failed_at="2026-01-01T00:00:00Z")
        (proof,) = rows_of(application, rita)["number"].says
        assert (proof.match, proof.note) == (Match.DIFFERENT, "No longer proven.")

    def test_the_country_of_the_number(self, rita: User) -> None:
        abroad = rows_of(make_submitted(), rita)["country"]
        assert said(abroad) == [("the number's country", "US", Match.DIFFERENT)]
        at_home = make_submitted(number="+6281234567890")
        assert said(rows_of(at_home, rita)["country"]) == [("the number's country", "ID", Match.SAME)]

    def test_the_legal_name_and_what_it_is_worth(self, rita: User) -> None:
        company = make_submitted(
            make_account(make_business(legal_name="PT Kopi Enak")), display_name="Kopi Enak"
        )
        assert said(rows_of(company, rita)["display_name"]) == [
            ("legal name", "PT Kopi Enak", Match.SPELLING)
        ]
        trader = make_submitted(make_account(make_business(kind="sole_trader", legal_name="Siti Aminah")))
        (says,) = rows_of(trader, rita)["display_name"].says
        assert says.match == Match.DIFFERENT
        assert "A sole trader's legal name" in str(says.note)

    @pytest.mark.parametrize(
        ("email", "website", "match"),
        [
            ("ada@toko-ada.example", "https://www.toko-ada.example/menu", Match.SAME),
            ("ada@mail.toko-ada.example", "https://toko-ada.example", Match.SAME),
            ("ada@other.example", "https://toko-ada.example", Match.DIFFERENT),
            ("ada@ada.example", "https://toko-ada.example", Match.DIFFERENT),
            ("ada@gmail.com", "https://toko-ada.example", Match.UNCHECKED),
        ],
    )
    def test_the_website_and_the_owners_mail(
        self, rita: User, email: str, website: str, match: Match
    ) -> None:
        account = make_account(make_business(make_owner("Ada", email)))
        (says,) = rows_of(make_submitted(account, website=website), rita)["website"].says
        assert (says.value, says.match) == (email.partition("@")[2], match)

    def test_what_is_live_against_what_is_wished_for(self, rita: User) -> None:
        account = make_approved(display_name="Kedai Lama")
        change = make_draft(account, kind=Kind.NAME_CHANGE, display_name="Kedai Baru")
        rows = rows_of(change, rita)
        assert ("live now", "Kedai Lama", Match.DIFFERENT) in said(rows["display_name"])
        assert ("live now", account.number, Match.SAME) in said(rows["number"])
        assert rows["display_name"].asked_for and not rows["number"].asked_for
        assert not any("live" in str(one.source) for one in rows_of(make_submitted(), rita)["category"].says)

    def test_what_stood_in_the_imported_list(self, rita: User) -> None:
        account = make_approved(display_name="Kedai Lama")
        Application.objects.filter(account=account).update(source=Source.IMPORT)
        change = make_draft(account, kind=Kind.NAME_CHANGE, display_name="Kedai Baru")
        assert ("imported list", "Kedai Lama", Match.DIFFERENT) in said(rows_of(change, rita)["display_name"])

    def test_it_asks_the_database_the_same_however_much_there_is(
        self, rita: User, django_assert_num_queries: Any
    ) -> None:
        application = make_claimed(rita)
        for _ in range(5):
            readings.record(application, field="legal_name", value="X", source=f"S{_}", by=rita)
        application = Application.objects.select_related("account__business").get(pk=application.pk)
        fetch(application)
        with django_assert_num_queries(1):  # the list's application
            compare(application, proofs=[], by=rita)


class TestReadings:
    def test_the_newest_of_a_source_counts_and_older_ones_stay(self, rita: User) -> None:
        application = make_submitted(make_account(make_business(legal_name="PT Maju Jaya")))
        file = application.evidence.get()
        first = readings.record(application, field="legal_name", value="PT Mundur", evidence=file.pk, by=rita)
        age(first, timedelta(minutes=5), "read_at")
        readings.record(application, field="legal_name", value="MAJU JAYA", evidence=file.pk, by=rita)
        readings.record(application, field="legal_name", value="PT Maju Jaya", source="AHU", by=rita)
        says = rows_of(application, rita)["legal_name"].says
        assert [(one.source, one.match) for one in says] == [("AHU", Match.SAME), ("nib.pdf", Match.SPELLING)]
        assert (says[1].file, says[1].by) == (file, "Rita")
        assert Reading.objects.count() == 3

    def test_the_journal_says_which_field_and_how_it_matched_and_no_more(self, rita: User) -> None:
        application = make_submitted(make_account(make_business(legal_name="PT Maju Jaya")))
        made = readings.record(application, field="legal_name", value="Rahasia", source="AHU", by=rita)
        event = Event.objects.get(kind="application.reading_recorded")
        assert (event.on, event.by) == (application.pk, rita.pk)
        assert event.data == {"reading": made.pk, "field": "legal_name", "match": "different"}

    def test_it_renews_ones_own_claim_and_needs_none(self, rita: User, rudi: User) -> None:
        application = make_claimed(rita)
        age(Claim.objects.get(), timedelta(minutes=20), "taken_at", "until")
        until = Claim.objects.get().until
        readings.record(application, field="number", value="0812", source="call", by=rudi)
        assert Claim.objects.get().until == until
        readings.record(application, field="number", value="0812", source="call", by=rita)
        assert Claim.objects.get().until > until

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"field": "status"}, "choice_unknown"),
            ({"field": "about"}, "choice_unknown"),
            ({"value": "  "}, "required"),
            ({"source": ""}, "reading_one_source"),
            ({"evidence": "evd_01h2xcejqtf2nbrexx3vqjhp41"}, "reading_one_source"),
            ({"source": "", "evidence": "evd_01h2xcejqtf2nbrexx3vqjhp41"}, "choice_unknown"),
            ({"source": "", "evidence": "x"}, "choice_unknown"),
            ({"value": "x" * 201}, "value_too_long"),
            ({"source": "x" * 81}, "value_too_long"),
            ({"value": "a\u202eb"}, "hidden_characters"),
            ({"value": "a\nb"}, "hidden_characters"),
        ],
    )
    def test_what_can_not_be_noted(self, rita: User, facts: dict[str, str], code: str) -> None:
        application = make_submitted()
        with pytest.raises(DomainError) as refusal:
            readings.record(
                application, **{"field": "number", "value": "0812", "source": "call", **facts}, by=rita
            )
        assert code in (refusal.value.code, *(problem.code for problem in refusal.value.problems))
        assert not Reading.objects.exists()

    def test_a_file_of_another_case_is_no_source(self, rita: User) -> None:
        other = make_submitted().evidence.get()
        with pytest.raises(DomainError) as refusal:
            readings.record(make_submitted(), field="number", value="0812", evidence=other.pk, by=rita)
        assert refusal.value.problems[0].code == "choice_unknown"

    def test_who_may_not(self, rita: User, olga: User, ada: User) -> None:
        application = make_submitted()
        Membership.objects.create(business=application.account.business, person=rita)
        for person, code in [
            (rita, "own_business"),
            (olga, "permission_missing"),
            (ada, "permission_missing"),
        ]:
            with pytest.raises(DomainError) as refusal:
                readings.record(application, field="number", value="0812", source="call", by=person)
            assert refusal.value.code == code
        assert LogEntry.objects.filter(kind="refused", data__action="verification.record").count() == 3
        assert rows_of(application, rita)["number"].form is None
        assert rows_of(application, olga)["number"].form is None

    def test_nothing_more_is_noted_when_the_case_is_over_or_overfull(
        self, rita: User, monkeypatch: Any
    ) -> None:
        application = make_submitted()
        monkeypatch.setattr(readings, "MOST_READINGS", 1)
        readings.record(application, field="number", value="0812", source="call", by=rita)
        with pytest.raises(DomainError, match="readings_too_many"):
            readings.record(application, field="number", value="0812", source="call", by=rita)
        verification.withdraw(application, by=owner_of(application.account))
        with pytest.raises(DomainError, match="wrong_status"):
            readings.record(application, field="number", value="0812", source="call", by=rita)
        assert rows_of(application, rita)["number"].form is None


class TestOnThePage:
    def test_what_a_source_says_is_noted_by_a_small_form(self, rita: User) -> None:
        application = make_submitted()
        browser = browser_of(rita)
        answer = browser.post(
            reading_of(application),
            {"field": "legal_name", "value": "CV Ada", "source": "AHU", "evidence": ""},
        )
        case = reverse("admin:verification_application_change", args=[application.pk])
        assert (answer.status_code, answer["Location"]) == (302, f"{case}#field-legal_name")
        page = browser.get(case).content.decode()
        assert "AHU" in page and "CV Ada" in page and "≠" in page

    def test_what_was_typed_is_kept_when_it_is_refused(self, rita: User) -> None:
        application = make_submitted()
        typed = {"field": "legal_name", "value": "CV <b>Ada</b>", "source": "", "evidence": ""}
        answer = browser_of(rita).post(reading_of(application), typed)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="CV &lt;b&gt;Ada&lt;/b&gt;"' in page and "<b>Ada</b>" not in page
        assert "one of the two" in page
        assert not Reading.objects.exists()

    @pytest.mark.parametrize("field", ["", "status", "%s%(x)s", "<script>", "x" * 500])
    def test_a_made_up_field_is_refused(self, rita: User, field: str) -> None:
        answer = browser_of(rita).post(
            reading_of(make_submitted()), {"field": field, "value": "1", "source": "2"}
        )
        assert answer.status_code == 422
        assert "<script>" not in answer.content.decode().replace("<script src", "")

    def test_it_takes_a_token_and_a_get_does_nothing(self, rita: User) -> None:
        application = make_submitted()
        typed = {"field": "number", "value": "1", "source": "2"}
        assert browser_of(rita, csrf=True).post(reading_of(application), typed).status_code == 403
        assert browser_of(rita).get(reading_of(application), typed).status_code == 302
        assert not Reading.objects.exists()

    def test_who_only_looks_on_has_no_form(self, olga: User) -> None:
        application = make_submitted()
        browser = browser_of(olga)
        case = reverse("admin:verification_application_change", args=[application.pk])
        assert "/reading/" not in browser.get(case).content.decode()
        typed = {"field": "number", "value": "1", "source": "2"}
        assert browser.post(reading_of(application), typed).status_code == 403
