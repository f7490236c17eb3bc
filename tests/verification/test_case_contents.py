"""What strangers wrote stands on the case page as text; and the page costs the same however much there is."""

import re
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.people.models import User
from accounts.proofs.models import NumberProof
from accounts.verification import evidence
from accounts.verification import services as verification
from accounts.verification.models import Application, Evidence, Note, Question, Status
from tests.factories import PDF, age, make_claimed, owner_of
from tests.verification.desk import QUEUE, address, case_of, desk, form_on, press, send, text

MARKUP = "</title><script>alert(1)</script>\u202egpj.exe"  # and a name that reads backwards
MOST_QUERIES = 33  # of a case in full, the counts of all desks in the navigation included


def test_markup_and_turned_text_stay_text_wherever_they_come_from(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    Question.objects.create(
        application=application, asked_by=rudi, field="number", text=MARKUP, answer=MARKUP
    )
    Note.objects.create(application=application, author=rudi, text=MARKUP)
    Evidence.objects.filter(application=application).update(name=MARKUP[:120])
    User.objects.filter(pk=rudi.pk).update(name=f"Rudi {MARKUP}")
    Application.objects.filter(pk=application.pk).update(
        display_name=MARKUP, tags=["<b>tag</b>"], contested=True, contest_text=MARKUP
    )
    ritas = desk(rita)
    pages = [ritas.get(case_of(application)), ritas.get(QUEUE)]
    form = form_on(text(pages[0]), "decline")
    pages.append(send(ritas, form, reason="not_a_business", message=MARKUP))  # refused, and kept
    for page in pages:
        body = text(page)
        assert "<script>alert" not in body
        assert "</title><" not in body
        assert "<b>tag" not in body
    case = text(pages[0])
    assert "<h1><bdi>&lt;/title&gt;&lt;script&gt;" in case  # its direction ends where the name ends
    assert case.count("&lt;script&gt;alert(1)") >= 6


def test_the_live_state_is_data_and_no_page(rita: User, rudi: User) -> None:
    User.objects.filter(pk=rudi.pk).update(name="<script>alert(1)</script>")
    response = desk(rita).get(address(make_claimed(rudi), "live"))
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_it_costs_the_same_for_much_as_for_little(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.write_note(application, text="One", by=rita)
    verification.ask(application, field="website", text="Which?", by=rita)
    browser = desk(rita)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(case_of(application)).status_code == 200
        return len(asked)

    def more(number: int) -> None:
        file = SimpleUploadedFile(f"{number}.pdf", PDF + bytes([48 + number]))
        evidence.add(application, file=file, by=owner_of(application.account))
        verification.answer(application, text=f"Answer {number}", by=owner_of(application.account))
        verification.claim(application, by=rita)
        verification.write_note(application, text=f"Note {number}", by=rita)
        verification.decline(application, reason="not_a_business", by=rita)
        verification.take_back(application, by=rita)
        verification.claim(application, by=rita)
        verification.ask(application, field="website", text="Which?", by=rita)

    more(0)
    queries()
    one = queries()
    for number in range(1, 4):
        more(number)
    assert queries() == one
    verification.answer(application, text="Here", by=owner_of(application.account))
    verification.claim(application, by=rita)
    assert queries() <= MOST_QUERIES


class TestNews:
    """What somebody else undid is told until it was taken notice of."""

    def overruled(self, rita: User, rudi: User) -> Application:
        application = make_claimed(rita, display_name="Kedai Kenanga")
        verification.approve(application, tier="verified", second_wished=True, by=rita)
        return verification.overrule(application, reason="The papers are <b>old</b>", by=rudi)

    def test_on_the_case_and_on_the_queue(self, rita: User, rudi: User) -> None:
        self.overruled(rita, rudi)
        other = make_claimed(rudi)
        for page in (text(desk(rita).get(case_of(other))), text(desk(rita).get(QUEUE))):
            told = re.search(r'<section class="news".*?</section>', page, re.DOTALL)
            assert told is not None
            assert "Kedai Kenanga" in told[0]
            assert "Rudi" in told[0]
            assert "The papers are &lt;b&gt;old" in told[0]
        assert 'class="news"' not in text(desk(rudi).get(QUEUE))

    def test_it_goes_once_it_was_read(self, rita: User, rudi: User) -> None:
        self.overruled(rita, rudi)
        browser = desk(rita)
        response = press(browser, other := make_claimed(rudi), "note", text="x")
        assert response.status_code == 302
        page = text(browser.get(case_of(other)))
        found = re.search(r'action="([^"]*/acknowledge/[^"]*)"', page)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found is not None and token is not None
        form = (found[1], {"csrfmiddlewaretoken": token[1], "back": case_of(other)})
        assert browser.get(found[1]).status_code == 302
        assert 'class="news"' in text(browser.get(case_of(other)))  # a GET changes nothing
        assert send(browser, form)["Location"] == case_of(other)
        assert 'class="news"' not in text(browser.get(case_of(other)))

    def test_nobody_is_sent_elsewhere(self, rita: User, rudi: User) -> None:
        application = self.overruled(rita, rudi)
        decision = application.decisions.get()
        browser = desk(rita)
        token = form_on(text(browser.get(case_of(make_claimed(rudi)))), "note")[1]["csrfmiddlewaretoken"]
        target = f"{QUEUE}acknowledge/{decision.pk}/"
        for back in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""):
            response = send(browser, (target, {"csrfmiddlewaretoken": token}), back=back)
            assert response["Location"] == QUEUE

    def test_somebody_elses_stays_and_a_made_up_one_is_no_page(self, rita: User, rudi: User) -> None:
        decision = self.overruled(rita, rudi).decisions.get()
        browser = desk(rudi)
        token = form_on(text(browser.get(case_of(make_claimed(rudi)))), "note")[1]["csrfmiddlewaretoken"]
        send(browser, (f"{QUEUE}acknowledge/{decision.pk}/", {"csrfmiddlewaretoken": token}))
        decision.refresh_from_db()
        assert decision.told_at is None
        for made_up in ("dec_x", "1"):
            form = (f"{QUEUE}acknowledge/{made_up}/", {"csrfmiddlewaretoken": token})
            assert send(browser, form).status_code == 404

    def test_a_decision_that_fell_is_told_too(self, rita: User, rudi: User) -> None:
        application = make_claimed(rita)
        verification.approve(application, tier="verified", by=rita)
        NumberProof.objects.filter(account=application.account).delete()  # the guard that no longer holds
        age(application.decisions.get(), timedelta(hours=1), "effective_at")
        verification.take_effect(application)
        application.refresh_from_db()
        assert application.status == Status.SUBMITTED
        assert 'class="news"' in text(desk(rita).get(QUEUE))
