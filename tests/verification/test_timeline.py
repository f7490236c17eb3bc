"""The history of a case: one list of everything, the last at the end."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.businesses import ownership
from accounts.businesses.models import NumberDispute
from accounts.clients.models import ClientApp
from accounts.errors import DomainError
from accounts.people.models import User
from accounts.reports.models import Report
from accounts.verification import papers, readings, timeline
from accounts.verification import services as verification
from accounts.verification.fetching import fetch
from accounts.verification.models import Application
from accounts.verification.notes import write_note
from accounts.verification.timeline import KINDS, Moment
from tests.factories import approve_now, make_claimed, make_draft, make_submitted, owner_of
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def history(application: Application) -> list[Moment]:
    application = Application.objects.select_related("account__business").get(pk=application.pk)
    return timeline.timeline(fetch(application)).moments


def step(moments: list[Moment], what: str) -> Moment:
    found = [moment for moment in moments if str(moment.what) == what]
    assert found, f"{what} is not in {[str(moment.what) for moment in moments]}"
    return found[-1]


def texts(moment: Moment) -> list[str]:
    return [str(one.text) for one in moment.words]


@pytest.mark.parametrize(("language", "said"), [("en", "without papers"), ("id", "tanpa dokumen")])
def test_a_field_that_nobody_asks_about_has_words_too(rita: User, language: str, said: str) -> None:
    application = make_draft()
    papers.go_without(application, True, by=owner_of(application.account))
    with override(language):
        [moment] = [one for one in history(application) if str(one.what) == str(KINDS["application.changed"])]
        assert said in str(moment.told)


def test_the_last_comes_last_and_each_step_has_its_words(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, field="website", text="Which street?", by=rita)
    verification.answer(application, text="Jalan Melati 3", by=owner_of(application.account))
    write_note(application, text="Ask Rudi too", by=rita)
    readings.record(application, field="legal_name", value="CV Lain", source="AHU", by=rita)
    verification.claim(application, by=rita)
    verification.ask(application, field="website", text="Which city?", by=rita)
    moments = history(application)
    assert [moment.at for moment in moments] == sorted(moment.at for moment in moments)
    asked = [texts(moment) for moment in moments if str(moment.what) == "owner was asked"]
    assert asked == [["Which street?"], ["Which city?"]]
    answered = step(moments, "owner answered")
    assert (texts(answered), answered.side) == (["Jalan Melati 3"], "owner")
    note = step(moments, "internal note")
    assert (texts(note), note.words[0].internal, note.side, note.by) == (
        ["Ask Rudi too"],
        True,
        "staff",
        "Rita",
    )
    read = step(moments, "a source was read")
    assert texts(read) == ["legal name: CV Lain (different)"]
    assert read.data == {"field": "legal_name", "match": "different"}
    steps = [str(moment.what) for moment in moments]
    assert steps.index("business opened") < steps.index("account opened") < steps.index("submitted")
    assert {str(moment.what) for moment in moments} >= {
        "submitted",
        "claimed",
        "evidence added",
        "business opened",
    }


def test_decisions_stand_with_reason_message_and_note(rita: User, rudi: User) -> None:
    application = make_claimed(rita)
    verification.approve(application, tier="verified", second_wished=True, note="Looks fine", by=rita)
    verification.overrule(application, reason="Of another shop", by=rudi)
    moments = history(application)
    assert texts(step(moments, "approval decided")) == ["Looks fine"]
    overruled = step(moments, "overruled")
    assert (texts(overruled), overruled.by) == (["Of another shop"], "Rudi")


def test_a_decline_names_its_reason_in_the_readers_language(rita: User) -> None:
    application = make_claimed(rita)
    verification.decline(application, reason="evidence_insufficient", message="Send the deed", by=rita)
    words = step(history(application), "decline decided").words
    assert [str(one.label) for one in words] == ["reason", "to the owner"]
    with override("id"):
        assert "Bukti" in str(step_in_any(history(application), "application.decline_decided"))


def step_in_any(moments: list[Moment], kind: str) -> list[str]:
    return [text for moment in moments if moment.what == KINDS[kind] for text in texts(moment)]


def test_the_number_the_badge_and_a_dispute_are_part_of_it(rita: User, rudi: User, kai: ClientApp) -> None:
    application = make_submitted()
    verification.record_call_back(application, note="Ada answered", by=rita)
    approve_now(application)
    application.account.refresh_from_db()
    ownership.declare_personal(str(application.account.number), by=kai)
    moments = history(application)
    assert texts(step(moments, "number proven")) == ["Ada answered"]
    assert step(moments, "badge issued")
    assert step(moments, "number declared personal").by == kai.name
    ownership.settle_dispute(NumberDispute.objects.get(), note="They were asked", by=rudi)
    assert texts(step(history(application), "dispute about the number settled")) == ["They were asked"]


def test_reports_stand_there_and_do_not_drown_the_rest(kai: ClientApp, monkeypatch: Any) -> None:
    application = make_submitted()
    for day in range(1, 6):
        Report.objects.create(
            account=application.account,
            client=kai,
            reporter=b"x" * 32,
            number=application.number,
            reason="fraud",
            text=f"They took my money {day}",
            day=f"2026-01-0{day}",
        )
    monkeypatch.setattr(timeline, "MOST_REPORTS", 2)
    moments = history(application)
    reported = [moment for moment in moments if str(moment.what) == "reported by a user"]
    assert len(reported) == 2
    assert texts(reported[0])[0] == "fraud"
    assert reported[0].by == kai.name


def test_what_the_staff_tried_in_vain(rita: User, olga: User, rudi: User) -> None:
    application = make_claimed(rita)
    for person in (rudi, olga):
        with pytest.raises(DomainError):
            verification.approve(application, tier="verified", by=person)
    with pytest.raises(DomainError):
        verification.answer(application, text="x", by=owner_of(application.account))
    refused = [moment for moment in history(application) if moment.refused]
    assert [(moment.by, moment.data["action"]) for moment in refused] == [
        ("Rudi", "approve"),
        ("Olga", "approve"),
    ]
    assert texts(refused[1]) == ["Your role does not allow this."]


def test_an_older_past_is_in_the_journal(rita: User, monkeypatch: Any) -> None:
    application = make_claimed(rita)
    monkeypatch.setattr(timeline, "LONGEST", 3)
    application = Application.objects.select_related("account__business").get(pk=application.pk)
    found = timeline.timeline(fetch(application))
    assert (len(found.moments), found.cut) == (3, True)
    assert str(found.moments[-1].what) == "claimed"
    page = browser_of(rita).get(reverse("admin:verification_application_change", args=[application.pk]))
    assert f"/admin/audit/event/?on={application.pk}" in page.content.decode()


def test_it_asks_the_database_the_same_however_long_it_is(rita: User, rudi: User) -> None:
    def asked(application: Application) -> int:
        application = Application.objects.select_related("account__business").get(pk=application.pk)
        with CaptureQueriesContext(connection) as queries:
            timeline.timeline(fetch(application))
        return len(queries)

    short, long = make_claimed(rita), make_claimed(rita)
    for number in range(4):
        verification.claim(long, by=rita)
        verification.ask(long, field="website", text=f"Question {number}?", by=rita)
        verification.answer(long, text="Yes", by=owner_of(long.account))
        write_note(long, text="Note", by=rudi)
        readings.record(long, field="number", value="1", source=f"S{number}", by=rudi)
    assert asked(long) == asked(short) <= 16


def test_the_page_filters_it_without_a_script_and_says_the_zone(rita: User) -> None:
    application = make_claimed(rita)
    verification.ask(application, field="website", text="<b>Long</b> " + "x" * 400, by=rita)
    page = browser_of(rita).get(reverse("admin:verification_application_change", args=[application.pk]))
    found = re.search(r'<section class="module timeline".*?</section>', page.content.decode(), re.DOTALL)
    assert found is not None
    assert re.findall(r'type="radio" name="timeline-of" id="([\w-]+)"', found[0]) == [
        "timeline-all",
        "timeline-staff",
        "timeline-owner",
    ]
    assert {"staff", "owner"} <= set(re.findall(r'<li class="side-(\w+)', found[0]))
    assert " WIB</time>" in found[0]
    assert "<details><summary>" in found[0] and "<b>Long</b>" not in found[0]
