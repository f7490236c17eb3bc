"""What owners do after sending: answer, withdraw, object, apply again; once each, however often they press."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.businesses.models import Account, NumberUse
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Source, Status
from tests.factories import (
    PDF,
    decline_now,
    make_account,
    make_approved,
    make_business,
    make_reviewer,
    make_submitted,
    prove,
    uploaded,
)
from tests.onboarding.following import next_page, only, send, status_of
from tests.owners import owner_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(ada: User) -> Account:
    return make_approved(account=make_account(make_business(ada)), display_name="Warung Bu Ada")


@pytest.fixture
def asked(ada: User) -> Application:
    application = make_submitted(make_account(make_business(ada)))
    reviewer = make_reviewer()
    prove(application)
    verification.claim(application, by=reviewer)
    return verification.ask(application, field="about", text="Which street?", by=reviewer)


# Answering.


def question_of(application: Application) -> str:
    return application.questions.latest("asked_at").pk


def test_an_answer_goes_back_to_the_reviewers(browser: Client, asked: Application) -> None:
    answer = send(browser, "answer_question", asked, question=question_of(asked), text="Jalan Melati 3")
    assert "Your answer was sent" in next_page(browser, answer)
    assert status_of(asked) == Status.SUBMITTED
    assert asked.questions.get().answer == "Jalan Melati 3"


def test_a_paper_can_come_with_it(browser: Client, asked: Application) -> None:
    before = asked.evidence.count()
    file = uploaded("nib2.pdf", PDF + b"\n%%EOF\n")
    send(browser, "answer_question", asked, question=question_of(asked), text="Here it is.", file=file)
    assert asked.evidence.count() == before + 1 and status_of(asked) == Status.SUBMITTED


def test_a_paper_that_cannot_be_read_is_said_at_its_field(browser: Client, asked: Application) -> None:
    file = uploaded("nib.exe", b"MZ")
    answer = send(browser, "answer_question", asked, question=question_of(asked), text="Here.", file=file)
    assert answer.status_code == 422 and "#id_file" in answer.content.decode()
    assert "Here." in answer.content.decode() and status_of(asked) == Status.NEEDS_INFORMATION


def test_an_empty_answer_is_asked_for_again(browser: Client, asked: Application) -> None:
    answer = send(browser, "answer_question", asked, question=question_of(asked), text="  ")
    assert answer.status_code == 422 and "#id_text" in answer.content.decode()


def test_pressed_twice_it_is_one_answer(browser: Client, asked: Application) -> None:
    typed = {"question": question_of(asked), "text": "Jalan Melati 3"}
    first, second = (send(browser, "answer_question", asked, **typed) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert asked.questions.count() == 1


def test_an_answer_that_came_too_late_keeps_its_text(browser: Client, asked: Application, ada: User) -> None:
    question = question_of(asked)
    verification.answer(asked, text="Said in another tab.", by=ada)
    answer = send(browser, "answer_question", asked, question=question, text="My long answer.")
    shown = answer.content.decode()
    assert answer.status_code == 422 and "My long answer." in shown and "answered already" in shown
    assert asked.questions.get().answer == "Said in another tab."


def test_no_answer_is_given_to_a_question_that_was_asked_since(
    browser: Client, asked: Application, ada: User
) -> None:
    old = question_of(asked)
    reviewer = asked.questions.get().asked_by
    verification.answer(asked, text="The first answer.", by=ada)
    verification.claim(asked, by=reviewer)
    verification.ask(asked, field="about", text="And which number?", by=reviewer)
    answer = send(browser, "answer_question", asked, question=old, text="About the street.")
    assert answer.status_code == 422 and status_of(asked) == Status.NEEDS_INFORMATION


@pytest.mark.parametrize("question", ["", "qst_1", "../x", "\x00"])
def test_a_question_that_is_none(browser: Client, asked: Application, question: str) -> None:
    assert send(browser, "answer_question", asked, question=question, text="Yes.").status_code == 422


def test_without_a_question_there_is_nothing_to_answer(browser: Client, ada: User) -> None:
    application = make_submitted(make_account(make_business(ada)))
    page = browser.get(reverse("answer_question", args=[application.pk]))
    assert page["Location"] == reverse("application_status", args=[application.pk])


def test_a_session_that_ended_loses_no_answer(asked: Application, ada: User) -> None:
    """What was typed comes back after the sign-in; the very page asks for it once more."""
    address = reverse("answer_question", args=[asked.pk])
    stranger = Client(headers={"Accept": "text/html", "Accept-Language": "en"})
    stranger.post(address, {"question": question_of(asked), "text": "Typed for ten minutes."})
    kept = stranger.session["kept_form"]
    browser = owner_browser(ada)
    session = browser.session
    session["kept_form"] = kept
    session.save()
    assert "Typed for ten minutes." in browser.get(address).content.decode()


# Withdrawing and objecting.


def test_withdrawing_asks_first_and_frees_the_number(browser: Client, ada: User) -> None:
    application = make_submitted(make_account(make_business(ada)))
    asks = browser.get(reverse("withdraw_application", args=[application.pk])).content.decode()
    assert "Withdraw the application?" in asks and status_of(application) == Status.SUBMITTED
    for _ in range(2):
        assert "was withdrawn" in next_page(browser, send(browser, "withdraw_application", application))
    assert status_of(application) == Status.WITHDRAWN
    assert not NumberUse.objects.filter(number=application.number).exists()


def test_a_decision_that_can_be_undone_is_not_told_of_by_a_refusal(browser: Client, ada: User) -> None:
    application = make_submitted(make_account(make_business(ada)))
    reviewer = make_reviewer()
    prove(application)
    verification.claim(application, by=reviewer)
    verification.approve(application, tier="verified", by=reviewer)
    assert (
        "Withdraw the application"
        in browser.get(reverse("application_status", args=[application.pk])).content.decode()
    )
    answer = send(browser, "withdraw_application", application)
    shown = answer.content.decode()
    assert answer.status_code == 422 and "look again in a few minutes" in shown
    assert "decided" not in shown and "approved" not in shown


def test_an_objection_is_read_by_somebody_else_once(browser: Client, ada: User) -> None:
    application = decline_now(make_submitted(make_account(make_business(ada))))
    for _ in range(2):
        shown = next_page(browser, send(browser, "contest_decision", application, text="Look again, please."))
        assert "Being checked" in shown and "Look again, please." in shown
    assert status_of(application) == Status.SUBMITTED
    again = send(browser, "contest_decision", application, text="And once more.")
    assert again.status_code == 422 and "And once more." in again.content.decode()


def test_applying_again_takes_the_answers_along(browser: Client, ada: User) -> None:
    application = make_submitted(make_account(make_business(ada)))
    verification.withdraw(application, by=ada)
    answers = [send(browser, "apply_again", application) for _ in range(2)]
    draft = Application.objects.get(account=application.account, status=Status.DRAFT)
    assert {answer["Location"] for answer in answers} == {reverse("application_status", args=[draft.pk])}
    assert (draft.display_name, draft.number) == (application.display_name, application.number)
    assert draft.source == Source.FORM


def test_applying_again_for_what_is_open_or_approved_is_refused(browser: Client, account: Account) -> None:
    approved = only(account, Kind.NEW)
    assert "no longer possible" in next_page(browser, send(browser, "apply_again", approved))


def test_a_file_that_is_far_too_large_is_said_at_its_field(browser: Client, asked: Application) -> None:
    file = uploaded("shop.jpg", b"\xff\xd8\xff" + bytes(11 * 2**20))
    answer = send(browser, "answer_question", asked, question=question_of(asked), text="Here.", file=file)
    assert answer.status_code == 422 and "#id_file" in answer.content.decode()
    assert status_of(asked) == Status.NEEDS_INFORMATION
