"""Blind reviews: which approvals are drawn, who judges them, and what is not shown before the answer."""

import re
from typing import Any

import pytest
from django.contrib.admin.utils import quote
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.audit.models import Event, LogEntry
from accounts.errors import DomainError, Forbidden
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import quality
from accounts.verification import services as verification
from accounts.verification.models import Application, Evidence, Outcome, QualityCheck
from tests.factories import (
    approve_now,
    bar_now,
    decline_now,
    make_claimed,
    make_reviewer,
    make_submitted,
    owner_of,
    take_effect_now,
)
from tests.racing import outcomes, race
from tests.staff import browser_of

DESK = reverse("admin:verification_qualitycheck_changelist")


@pytest.fixture(autouse=True)
def every_approval(settings: Any) -> None:
    settings.QUALITY_SHARE = 100


def drawn(by: User, **facts: Any) -> QualityCheck:
    """An approval in effect that is to be judged again."""
    application = approve_now(make_submitted(**facts), by=by)
    return QualityCheck.objects.get(decision__application=application)


def page_of(check: QualityCheck) -> str:
    return reverse("admin:verification_qualitycheck_change", args=[check.pk])


def listed(check: QualityCheck) -> str:
    """Its address as Django's lists write it."""
    return reverse("admin:verification_qualitycheck_change", args=[quote(check.pk)])


def answer_of(check: QualityCheck) -> str:
    return reverse("admin:verification_qualitycheck_answer", args=[check.pk])


def text(response: Any) -> str:
    return str(response.content.decode())


def test_an_approval_that_took_effect_is_drawn_with_it(rita: User) -> None:
    check = drawn(rita)
    event = Event.objects.get(on=check.pk)
    assert (event.kind, event.by, event.data) == ("quality.drawn", "system", {"decision": check.decision.pk})
    assert check.author == rita and check.checked_at is None


def test_with_a_share_of_nothing_none_is_drawn(settings: Any, rita: User) -> None:
    settings.QUALITY_SHARE = 0
    approve_now(make_submitted(), by=rita)
    assert not QualityCheck.objects.exists()


def test_only_what_took_effect_as_an_approval_is_drawn(rita: User) -> None:
    decline_now(make_submitted(), by=rita)
    bar_now(make_submitted(), by=rita)
    application = make_claimed(rita)
    verification.approve(application, tier="verified", by=rita)
    verification.take_back(application, by=rita)
    assert not QualityCheck.objects.exists()


def test_the_share_is_what_the_settings_say(settings: Any) -> None:
    """Of 40,000 draws at 5 % six standard deviations are 262: a fair draw misses once in five hundred million runs."""
    settings.QUALITY_SHARE = 5
    assert abs(sum(quality.is_drawn() for _ in range(40_000)) - 2000) < 262


def test_another_reviewer_answers_once(rita: User, rudi: User, sinta: User) -> None:
    check = quality.answer(drawn(rita), agrees=False, note="The name is another's.", by=rudi)
    assert (check.checked_by, check.agrees, check.note) == (rudi, False, "The name is another's.")
    event = Event.objects.filter(on=check.pk).latest("seq")
    assert (event.kind, event.by, event.data) == ("quality.checked", rudi.pk, {"agrees": False})
    with pytest.raises(DomainError) as refusal:
        quality.answer(check, agrees=True, by=sinta)
    assert refusal.value.code == "quality_checked_already" and "Rudi" in refusal.value.text.en


def test_who_would_not_have_approved_says_why(rita: User, rudi: User) -> None:
    check = drawn(rita)
    with pytest.raises(DomainError) as refusal:
        quality.answer(check, agrees=False, note="  ", by=rudi)
    assert refusal.value.code == "quality_note_required"
    check.refresh_from_db()
    assert check.checked_at is None


def test_nobody_checks_what_they_had_a_part_in(rita: User, rudi: User, sinta: User) -> None:
    application = make_claimed(rita, category="health")
    verification.approve(application, tier="verified", by=rita)
    verification.overrule(application, reason="look again", by=sinta)
    alone = make_reviewer()
    verification.claim(application, by=alone)
    application = verification.approve(application, tier="verified", by=alone)
    take_effect_now(application)
    check = QualityCheck.objects.get(decision__application=application)
    for person in (rita, sinta, alone):
        assert not quality.to_do(by=person).exists()
        with pytest.raises(DomainError) as refusal:
            quality.answer(check, agrees=True, by=person)
        assert refusal.value.code == "quality_own_decision"
    assert quality.to_do(by=rudi).get() == check


def test_the_seconder_does_not_check_it(rita: User, rudi: User) -> None:
    application = make_claimed(rita, category="health")
    application = verification.approve(application, tier="verified", by=rita)
    take_effect_now(verification.second(application, by=rudi))
    check = QualityCheck.objects.get()
    with pytest.raises(DomainError) as refusal:
        quality.answer(check, agrees=True, by=rudi)
    assert refusal.value.code == "quality_own_decision"
    assert not quality.to_do(by=rudi).exists()


def test_no_member_of_the_business_checks_it(rita: User, rudi: User) -> None:
    check = drawn(rita)
    check.decision.application.account.business.memberships.create(person=rudi)
    assert not quality.to_do(by=rudi).exists()
    with pytest.raises(Forbidden) as refusal:
        quality.answer(check, agrees=True, by=rudi)
    assert refusal.value.code == "own_business"


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_who_only_reads_does_not_answer(role: Role, rita: User) -> None:
    with pytest.raises(Forbidden):
        quality.answer(drawn(rita), agrees=True, by=make_reviewer(role=role))


def test_the_database_refuses_the_author_too(rita: User) -> None:
    check = drawn(rita)
    with pytest.raises(IntegrityError, match="nobody_checks_their_own_approval"), transaction.atomic():
        QualityCheck.objects.filter(pk=check.pk).update(
            checked_by=rita, checked_at="2026-01-01T00:00Z", agrees=True
        )


def test_of_two_who_answer_at_once_one_wins(committed: None, rita: User, rudi: User, sinta: User) -> None:
    """Seen to fail, both done, without the row lock that `quality.answer` takes first."""
    for _ in range(5):
        check = drawn(rita)
        results = race(
            lambda check=check: quality.answer(check, agrees=True, by=rudi),
            lambda check=check: quality.answer(check, agrees=False, note="No.", by=sinta),
        )
        assert outcomes(results) == {"done": 1, "quality_checked_already": 1}
        assert Event.objects.filter(on=check.pk, kind="quality.checked").count() == 1


def test_the_desk_has_the_oldest_first_and_nothing_of_ones_own(rita: User, rudi: User) -> None:
    old, new = drawn(rita), drawn(rita)
    own = drawn(rudi)
    page = text(browser_of(rudi).get(DESK))
    assert page.index(listed(old)) < page.index(listed(new))
    assert listed(own) not in page


def test_nothing_on_the_page_tells_how_it_was_decided(rita: User, rudi: User, sinta: User) -> None:
    application = make_claimed(rita, category="health")
    verification.ask(application, field="website", text="Which street?", by=rita)
    verification.answer(application, text="Jalan Mawar", by=owner_of(application.account))
    verification.claim(application, by=rita)
    application = verification.approve(application, tier="confirmed", note="Seemed fine to me", by=rita)
    take_effect_now(verification.second(application, note="And to me", by=rudi))
    check = QualityCheck.objects.get()
    page = text(browser_of(sinta).get(page_of(check)))
    shown = re.sub(r"<[^>]+>", " ", page[page.index("<h1") :])
    for about_the_answer in ("I would have approved it", "not have approved it"):
        shown = shown.replace(about_the_answer, "")
    for telling in ("Rita", "Rudi", "Seemed fine", "And to me", "confirmed", "approved", "seconded"):
        assert telling not in shown, telling
    case = reverse("admin:verification_application_change", args=[application.pk])
    assert f'href="{case}"' not in page
    evidence = Evidence.objects.get(application=application)
    assert reverse("admin:verification_application_evidence", args=[application.pk, evidence.pk]) in page
    assert "Which street?" in page and "Jalan Mawar" in page and application.display_name in page


def test_after_the_answer_the_decision_is_shown(rita: User, rudi: User) -> None:
    check = drawn(rita)
    browser = browser_of(rudi)
    response = browser.post(answer_of(check), {"agrees": "no", "note": "Not this name."}, follow=True)
    page = text(response)
    assert "would not have approved it" in page and "Rita" in page and "Not this name." in page
    case = reverse("admin:verification_application_change", args=[check.decision.application_id])
    assert f'href="{case}"' in page and answer_of(check) not in page


def test_a_refused_answer_keeps_what_was_typed(rita: User, rudi: User, sinta: User) -> None:
    check = drawn(rita)
    browser = browser_of(sinta)
    response = browser.post(answer_of(check), {"agrees": "no", "note": ""})
    assert response.status_code == 422 and "Write why" in text(response)
    assert browser.post(answer_of(check), {"note": "half"}).status_code == 422
    quality.answer(check, agrees=True, by=rudi)
    response = browser.post(answer_of(check), {"agrees": "no", "note": "Long thoughts"})
    assert response.status_code == 409 and "Long thoughts" in text(response) and "Rudi" in text(response)


def test_looking_changes_nothing_and_stands_in_the_log(rita: User, rudi: User) -> None:
    check = drawn(rita)
    before = Event.objects.count()
    assert browser_of(rudi).get(page_of(check)).status_code == 200
    assert browser_of(rudi).get(answer_of(check)).status_code == 302
    check.refresh_from_db()
    assert Event.objects.count() == before and check.checked_at is None
    assert LogEntry.objects.filter(kind="viewed", by=rudi.pk, on=check.pk).exists()


def test_disagreements_are_listed_for_seniors(rita: User, rudi: User) -> None:
    agreed, disagreed = drawn(rita), drawn(rita)
    quality.answer(agreed, agrees=True, by=rudi)
    quality.answer(disagreed, agrees=False, note="No.", by=rudi)
    page = text(browser_of(rudi).get(f"{DESK}?desk=disagreed"))
    assert listed(disagreed) in page and listed(agreed) not in page
    assert "desk=disagreed" not in text(browser_of(rita).get(DESK))
    both = text(browser_of(rita).get(f"{DESK}?desk=answered"))
    assert listed(disagreed) in both and listed(agreed) in both


def test_a_reader_sees_no_form(rita: User) -> None:
    check = drawn(rita)
    for person in (rita, make_reviewer(role=Role.AUDITOR)):
        page = text(browser_of(person).get(page_of(check)))
        assert answer_of(check) not in page and "Somebody else answers" in page


def test_the_page_is_there_in_indonesian(rita: User, rudi: User) -> None:
    assert browser_of(rudi, language="id").get(page_of(drawn(rita))).status_code == 200
    assert Application.objects.get().decisions.get().outcome == Outcome.APPROVE
