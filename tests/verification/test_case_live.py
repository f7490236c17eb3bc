"""What an open page asks for: whose case it is and where it stands; and that typing keeps the claim."""

import re
from datetime import datetime, timedelta

import pytest

from accounts.audit.models import Event, LogEntry
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Claim, Status
from tests.factories import age, make_claimed, make_submitted
from tests.staff import browser_of
from tests.verification.desk import address, case_of, desk, press, send, text

ASKED = {"field": "website", "text": "Which street?"}


def test_who_has_it_and_until_when(rita: User, rudi: User) -> None:
    application = make_claimed(rudi)
    response = desk(rita).get(address(application, "live"))
    facts = response.json()
    claim = Claim.objects.get()
    assert (facts["holder"], facts["mine"]) == ("Rudi", False)
    assert facts["until"] == claim.until.isoformat()
    assert facts["said"].startswith("Claimed by Rudi until ")
    assert (facts["status"], facts["revision"]) == (Status.SUBMITTED, application.revision)
    assert facts["effective_at"] is None
    assert "no-store" in response["Cache-Control"]
    assert desk(rudi).get(address(application, "live")).json()["mine"] is True


def test_until_when_it_can_be_taken_back(rita: User) -> None:
    application = make_claimed(rita)
    verification.approve(application, tier="verified", by=rita)
    facts = desk(rita).get(address(application, "live")).json()
    effective_at = application.decisions.get().effective_at
    assert effective_at is not None and facts["effective_at"] == effective_at.isoformat()
    assert facts["revision"] == application.revision + 1
    assert (facts["holder"], facts["until"], facts["said"]) == ("", None, "")


def test_a_lease_that_ran_out_is_nobodys(rita: User) -> None:
    application = make_claimed(rita)
    age(Claim.objects.get(), timedelta(hours=1), "taken_at", "until")
    facts = desk(rita).get(address(application, "live")).json()
    assert (facts["holder"], facts["said"]) == ("", "Nobody has claimed it.")


def test_asking_changes_nothing(rita: User) -> None:
    application = make_claimed(rita)
    until = Claim.objects.get().until
    browser = browser_of(rita)
    before = (Event.objects.count(), LogEntry.objects.count())
    browser.get(address(application, "live"))
    browser.get(address(application, "renew"))
    assert browser.post(address(application, "live")).status_code == 405
    assert (Event.objects.count(), LogEntry.objects.count()) == before
    assert Claim.objects.get().until == until


def test_typing_renews_ones_own_lease(rita: User) -> None:
    application = make_claimed(rita)
    age(Claim.objects.get(), timedelta(minutes=20), "taken_at", "until")
    until = Claim.objects.get().until
    facts = browser_of(rita).post(address(application, "renew")).json()
    assert Claim.objects.get().until > until
    assert facts["until"] == Claim.objects.get().until.isoformat()


def test_a_lost_lease_is_not_renewed_and_the_answer_says_who_has_it(rita: User, rudi: User) -> None:
    application = make_claimed(rudi)
    until = Claim.objects.get().until
    facts = browser_of(rita).post(address(application, "renew")).json()
    assert (facts["holder"], Claim.objects.get().until) == ("Rudi", until)


def test_it_speaks_the_readers_language(rita: User) -> None:
    application = make_submitted()
    english = desk(rita).get(address(application, "live")).json()["said"]
    assert english == "Nobody has claimed it."
    assert desk(rita, "id").get(address(application, "live")).json()["said"] != english


class TestTheUndoStrip:
    """The latest decision that can be taken back stands on every other page of the desk."""

    @pytest.fixture
    def decided(self, rita: User) -> Application:
        application = verification.approve(make_claimed(rita), tier="verified", by=rita)
        Application.objects.filter(pk=application.pk).update(display_name="Toko <b>Melati</b>")
        return application

    def test_it_takes_back_with_one_click(self, rita: User, decided: Application) -> None:
        browser = desk(rita)
        page = text(browser.get(case_of(make_submitted())))
        strip = page[page.index('class="undo-strip"') - 200 :]
        assert 'data-key="u"' in strip
        until = re.search(r'data-undo-until="([^"]+)"', strip)
        effective_at = decided.decisions.get().effective_at
        assert until is not None and effective_at is not None
        assert abs(datetime.fromisoformat(until[1]) - effective_at) < timedelta(seconds=1)
        assert "Toko &lt;b&gt;Melati" in strip
        form = (address(decided, "take_back"), {"revision": str(decided.revision)})
        token = strip.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        assert send(browser, form, csrfmiddlewaretoken=token).status_code == 302
        decided.refresh_from_db()
        assert decided.status == Status.SUBMITTED

    def test_it_is_not_for_others_nor_on_the_case_itself(
        self, rita: User, rudi: User, decided: Application
    ) -> None:
        other = make_submitted()
        assert "undo-strip" not in text(desk(rudi).get(case_of(other)))
        assert "undo-strip" not in text(desk(rita).get(case_of(decided)))

    def test_it_goes_when_the_window_is_over(self, rita: User, decided: Application) -> None:
        other = make_submitted()
        age(decided.decisions.get(), timedelta(hours=1), "effective_at")
        assert "undo-strip" not in text(desk(rita).get(case_of(other)))


class TestDecideAndOpenTheNext:
    def test_the_next_case_is_claimed_and_the_last_can_be_taken_back(self, rita: User) -> None:
        first, second = make_claimed(rita), make_submitted()
        browser = desk(rita)
        response = press(browser, first, "approve", tier="verified", next="1")
        assert response["Location"] == case_of(second)
        assert Claim.objects.get().application == second
        page = text(browser.get(case_of(second)))
        assert f"{first.display_name}: Approval recorded." in page
        assert address(first, "take_back") in page

    def test_an_empty_queue_says_so(self, rita: User) -> None:
        browser = desk(rita)
        response = press(browser, make_claimed(rita), "decline", reason="not_a_business", next="1")
        assert response["Location"].endswith("/admin/verification/application/")
        assert not Claim.objects.exists()

    def test_what_is_refused_opens_nothing(self, rita: User) -> None:
        first = make_claimed(rita)
        make_submitted()
        response = press(desk(rita), first, "decline", reason="", next="1")
        assert response.status_code == 422
        assert Claim.objects.get().application == first
