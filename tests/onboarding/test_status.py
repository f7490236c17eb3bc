"""One page after sending: how it stands, what is missing, what was said, and nothing of what goes on inside."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts import clock
from accounts.onboarding.following import waiting
from accounts.onboarding.following.waiting import wait_of
from accounts.people.models import User
from accounts.proofs.models import NumberProof
from accounts.verification import services as verification
from accounts.verification import workhours
from accounts.verification.models import Application, Reason, Status
from tests.factories import (
    age,
    approve_now,
    bar_now,
    decline_now,
    make_account,
    make_business,
    make_cohort,
    make_draft,
    make_reviewer,
    make_submitted,
    owner_of,
    prove,
    take_effect_now,
)
from tests.owners import owner_browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    cache.clear()


def address(application: Application, step: str = "application_status") -> str:
    return reverse(step, args=[application.pk])


def page(application: Application, reader: User, *, language: str = "en", query: str = "") -> Any:
    answer: Any = owner_browser(reader, language=language).get(address(application) + query)
    assert answer.status_code == 200
    return answer


def text(answer: Any) -> str:
    """Without what differs from page to page: the tokens of its forms."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def hers(ada: User, **facts: Any) -> Application:
    return make_submitted(make_account(make_business(ada)), **facts)


def asked(application: Application, reviewer: User | None = None, **words: str) -> Application:
    reviewer = reviewer or make_reviewer()
    prove(application)
    verification.claim(application, by=reviewer)
    words = words or {"field": "about", "text": "Which street is it in?"}
    return verification.ask(application, by=reviewer, **words)


def asked_often(application: Application, rounds: int, text: str, answer: str) -> Application:
    reviewer = make_reviewer()
    application = asked(application, reviewer, field="about", text=text)
    for place in range(rounds):
        application = verification.answer(
            application, text=f"{answer} {place}", by=owner_of(application.account)
        )
        application = asked(application, reviewer, field="about", text=text)
    return application


def test_a_draft_leads_on_to_its_list(ada: User) -> None:
    draft = make_draft(make_account(make_business(ada)))
    answer = owner_browser(ada).get(address(draft))
    assert answer["Location"] == reverse("task_list", args=[draft.pk])


@pytest.mark.parametrize("language, words", [("en", "Being checked"), ("id", "Sedang diperiksa")])
def test_what_goes_on_inside_does_not_show(ada: User, sinta: User, language: str, words: str) -> None:
    """Claimed, deferred, waiting for a second reviewer, decided and undoable: the same page, byte for byte."""
    application = hers(ada, cohort=make_cohort(four_eyes=True))
    prove(application)
    before = text(page(application, ada, language=language))
    reviewer = make_reviewer()
    verification.claim(application, by=reviewer)
    seen = [text(page(application, ada, language=language))]
    later = clock.here(clock.now()).date() + timedelta(days=3)
    application = verification.defer(application, until=later, by=reviewer)
    seen.append(text(page(application, ada, language=language)))
    application = verification.resume(application, by=reviewer)
    verification.claim(application, by=reviewer)
    application = verification.approve(application, tier="verified", by=reviewer)
    assert application.status == Status.AWAITING_SECOND
    seen.append(text(page(application, ada, language=language)))
    application = verification.second(application, by=sinta)
    assert application.status == Status.DECIDED
    seen.append(text(page(application, ada, language=language)))
    assert words in before
    assert seen == [before] * 4


def test_the_reference_and_what_is_missing(ada: User) -> None:
    application = hers(ada)
    answer = page(application, ada)
    assert application.reference and application.reference in text(answer)
    missing = answer.context["missing"]
    assert [one.text for one in missing] == [one.text.en for one in verification.requirements(application)]
    assert missing[0].address == reverse("prove_number", args=[application.pk])
    prove(application)
    assert page(application, ada).context["missing"] == []


def test_only_who_was_sent_earlier_and_waits_is_before(ada: User) -> None:
    """A draft, one that its owner has to answer, and one that is decided do not stand in the row."""
    make_draft()
    asked(make_submitted())
    decline_now(make_submitted())
    earlier = make_submitted()
    application = hers(ada)
    make_submitted()
    wait = wait_of(application)
    assert wait is not None and wait.ahead == 1 and not wait.more
    verification.withdraw(earlier, by=ada)
    wait = wait_of(application)
    assert wait is not None and wait.ahead == 0


def test_risk_does_not_show_in_the_place(ada: User) -> None:
    application = hers(ada)
    first = wait_of(application)
    later = make_submitted()
    Application.objects.filter(pk=later.pk).update(risk=9)
    again = wait_of(application)
    assert first is not None and again is not None and again.ahead == first.ahead == 0


def test_the_row_is_counted_only_so_far(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST_COUNTED", 2)
    for _ in range(4):
        make_submitted()
    wait = wait_of(hers(ada))
    assert wait is not None and wait.ahead == 2 and wait.more


@pytest.mark.parametrize("ahead, said", [(0, 0), (7, 7), (10, 10), (14, 10), (47, 50), (201, 200)])
def test_a_long_row_is_told_about(ahead: int, said: int) -> None:
    assert waiting._about(ahead) == said


def test_without_enough_decisions_the_promise_is_told(ada: User, settings: Any) -> None:
    application = hers(ada)
    wait = wait_of(application)
    assert wait is not None and wait.hours == 16 and not wait.from_figures
    assert "We promise an answer within 16 working hours" in text(page(application, ada))


def test_the_wait_is_the_median_of_real_decisions(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten decisions in the last weeks: half of them had waited no longer than so."""
    decisions = [decline_now(make_submitted()).decisions.get() for _ in range(10)]
    office = workhours.office()
    decided = office.add(clock.now(), timedelta(hours=-8))
    for place, decision in enumerate(decisions):
        type(decision).objects.filter(pk=decision.pk).update(decided_at=decided)
        sent = office.add(decided, -timedelta(hours=1 + place))
        Application.objects.filter(pk=decision.application_id).update(submitted_at=sent)
    wait = wait_of(hers(ada))
    assert wait is not None and wait.from_figures and wait.hours == 6  # 5.5, said in whole hours
    assert wait.expected is not None and wait.expected > clock.now() and not wait.is_late


def test_one_that_waits_for_long_is_told_so(ada: User) -> None:
    application = hers(ada)
    age(application, timedelta(days=30), "submitted_at", "due_at")
    wait = wait_of(application)
    assert wait is not None and wait.is_late and wait.expected is None
    assert "It is not forgotten" in text(page(application, ada))


def test_the_figures_are_asked_for_once_in_a_while(ada: User, django_assert_num_queries: Any) -> None:
    application = hers(ada)
    wait_of(application)
    with django_assert_num_queries(2):  # what time it is, and who is before
        wait_of(application)


def test_a_question_stands_on_the_page_with_its_answer(ada: User) -> None:
    application = asked(hers(ada))
    answer = page(application, ada)
    assert answer.context["asked"] == "Which street is it in?"
    assert address(application, "answer_question") in text(answer)
    assert answer.context["wait"] is None
    verification.answer(application, text="In Jalan Melati.", by=ada)
    said = text(page(application, ada))
    assert "In Jalan Melati." in said and "Which street is it in?" in said


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_coded_question_is_read_in_the_readers_language(ada: User, language: str) -> None:
    application = asked(hers(ada), reason="category_unclear")
    reason = Reason.objects.get(pk="category_unclear")
    answer = page(application, ada, language=language)
    assert answer.context["asked"] == getattr(reason, f"text_{language}")
    assert answer.context["look_at"] == reverse("question", args=[application.pk, "category"])


@pytest.mark.parametrize(
    ("field", "without_papers", "slug"),
    [("evidence", False, "evidence"), ("evidence", True, "place"), ("website", True, None)],
)
def test_what_is_asked_about_leads_to_a_page_that_asks_it(
    ada: User, field: str, without_papers: bool, slug: str | None
) -> None:
    application = hers(ada, website="")
    Application.objects.filter(pk=application.pk).update(without_papers=without_papers)
    application = asked(application, field=field, text="Is there another one?")
    answer = page(application, ada)
    assert answer.context["look_at"] == (reverse("question", args=[application.pk, slug]) if slug else "")
    assert not slug or owner_browser(ada).get(answer.context["look_at"]).status_code == 200


def test_who_reviews_is_never_told(ada: User) -> None:
    reviewer = make_reviewer("Wibisono")
    application = asked(hers(ada), reviewer)
    verification.answer(application, text="In Jalan Melati.", by=ada)
    assert "Wibisono" not in text(page(application, ada))
    verification.claim(application, by=reviewer)
    take_effect_now(verification.decline(application, reason="evidence_insufficient", by=reviewer))
    assert "Wibisono" not in text(page(Application.objects.get(pk=application.pk), ada))


def test_a_decline_says_why_and_what_can_be_done(ada: User) -> None:
    application = decline_now(hers(ada))
    answer = page(application, ada)
    assert answer.context["can_contest"] and answer.context["can_apply_again"]
    assert address(application, "contest_decision") in text(answer)
    assert answer.context["again_from"] > clock.now()
    decision = application.decisions.get()
    assert decision.wording["en"] in answer.context["said"][-1].text


def test_an_approval_leads_to_what_customers_see(ada: User) -> None:
    application = approve_now(hers(ada))
    answer = page(application, ada)
    assert reverse("my_account", args=[application.account_id]) in text(answer)
    assert "Customers see your badge now" in text(answer) and answer.context["missing"] == []


def test_what_was_refused_for_good_offers_nothing(ada: User) -> None:
    application = bar_now(hers(ada))
    shown = page(application, ada).context
    assert not (shown["can_contest"] or shown["can_withdraw"] or shown["can_apply_again"])


def test_a_long_conversation_is_shown_on_request(ada: User) -> None:
    application = asked_often(hers(ada), 4, "Which street is it in?", "Answer")
    assert "Answer 0" not in text(page(application, ada))
    assert "Answer 0" in text(page(application, ada, query="?all=1"))


def test_a_proof_that_fell_is_missing_again(ada: User) -> None:
    application = hers(ada)
    prove(application)
    NumberProof.objects.update(failed_at=clock.now())
    assert [one.text for one in page(application, ada).context["missing"]]


@pytest.mark.parametrize("rounds", [0, 5])
def test_a_page_costs_the_same_however_much_was_said(
    rounds: int, ada: User, django_assert_num_queries: Any
) -> None:
    application = asked_often(hers(ada), rounds, "y" * 2000, "x" * 3990)
    browser = owner_browser(ada)
    with django_assert_num_queries(13):
        answer = browser.get(address(application))
    assert len(answer.content) < 50_000
