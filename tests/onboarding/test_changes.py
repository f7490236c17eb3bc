"""What owners do after sending: answer, withdraw, object, change, renew, close; once each, however often they press."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.badges import services as badges
from accounts.badges.models import BadgeStatus
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, NumberUse
from accounts.onboarding.following.drawing import own_address
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Photo, Source, Status
from tests.factories import (
    PDF,
    age,
    approve_now,
    badge_of,
    decline_now,
    make_account,
    make_approved,
    make_business,
    make_draft,
    make_reviewer,
    make_submitted,
    prove,
    uploaded,
)
from tests.owners import owner_browser
from tests.verification.papers import photo

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


@pytest.fixture
def browser(ada: User) -> Client:
    return owner_browser(ada)


def send(browser: Client, step: str, thing: Application | Account, **typed: Any) -> Any:
    answer: Any = browser.post(reverse(step, args=[thing.pk]), typed)
    return answer


def next_page(browser: Client, answer: Any) -> str:
    assert answer.status_code == 302, answer.content.decode()[:3000]
    shown: Any = browser.get(answer["Location"], follow=True)
    assert shown.status_code == 200
    text: str = shown.content.decode()
    return text


def status_of(application: Application) -> str:
    return Application.objects.get(pk=application.pk).status


def now(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def only(account: Account, kind: str) -> Application:
    return Application.objects.get(account=account, kind=kind)


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


# Changing the profile.


def profile(account: Account, **typed: Any) -> dict[str, Any]:
    account = now(account)
    given = {"about": account.about, "contact_purposes": account.contact_purposes}
    return {"revision": account.revision, **given, **typed}


def test_R8_what_is_free_changes_at_once(browser: Client, account: Account) -> None:
    typed = profile(account, about="Open from 7 to 17.", contact_purposes=["delivery", "order_updates"])
    assert "Saved" in next_page(browser, send(browser, "change_profile", account, **typed))
    assert now(account).about == "Open from 7 to 17."
    assert now(account).contact_purposes == ["order_updates", "delivery"]
    assert send(browser, "change_profile", account, **typed).status_code == 302  # pressed twice
    assert now(account).revision == typed["revision"] + 1


def test_what_is_free_keeps_its_rules(browser: Client, account: Account) -> None:
    answer = send(browser, "change_profile", account, **profile(account, contact_purposes=[]))
    assert answer.status_code == 422 and "#id_contact_purposes_0" in answer.content.decode()
    assert send(browser, "change_profile", account, **profile(account, about="x" * 513)).status_code == 422
    assert send(browser, "change_profile", account, **profile(account, about="a\x00b")).status_code == 422


def test_two_tabs_do_not_write_over_each_other_unseen(browser: Client, account: Account) -> None:
    first, second = profile(account, about="The first tab."), profile(account, about="The second tab.")
    send(browser, "change_profile", account, **first)
    answer = send(browser, "change_profile", account, **second)
    shown = answer.content.decode()
    assert answer.status_code == 422 and "The second tab." in shown and "changed somewhere else" in shown
    assert now(account).about == "The first tab."
    revision = now(account).revision
    assert f'value="{revision}"' in shown
    send(browser, "change_profile", account, **{**second, "revision": revision})
    assert now(account).about == "The second tab."


# What is judged first.


def test_a_new_look_is_an_application(browser: Client, account: Account) -> None:
    typed = {"category": "retail", "website": "warung-ada.example"}
    assert "Being checked" in next_page(browser, send(browser, "change_look", account, **typed))
    application = only(account, Kind.PROFILE_CHANGE)
    assert (application.category, application.website) == ("retail", "https://warung-ada.example")
    assert application.source == Source.FORM and now(account).category == "food"
    send(browser, "change_look", account, **typed)
    assert Application.objects.filter(account=account, kind=Kind.PROFILE_CHANGE).count() == 1
    other = send(browser, "change_look", account, **{**typed, "category": "beauty"})
    assert other.status_code == 422 and "still being checked" in other.content.decode()


def test_a_new_photo_is_judged_first(browser: Client, account: Account) -> None:
    typed = {"category": account.category, "website": ""}
    picture = photo(size=(300, 200))
    for _ in range(2):
        answer = send(browser, "change_look", account, file=uploaded("shop.jpg", picture), **typed)
        assert answer["Location"] == reverse(
            "application_status", args=[only(account, Kind.PROFILE_CHANGE).pk]
        )
    application = only(account, Kind.PROFILE_CHANGE)
    assert application.photo and now(account).photo == "" and Photo.objects.count() == 1
    approve_now(application)
    assert now(account).photo == application.photo
    shown = browser.get(reverse("my_account", args=[account.pk])).content.decode()
    assert f'src="{own_address(application.photo)}"' in shown


def test_a_photo_of_what_is_refused_is_not_kept(browser: Client, account: Account) -> None:
    send(browser, "change_look", account, category="retail", website="")
    file = uploaded("shop.jpg", photo(size=(300, 200)))
    answer = send(browser, "change_look", account, category="retail", website="", file=file)
    assert answer.status_code == 422 and Photo.objects.count() == 0


def test_a_file_that_is_far_too_large_is_said_at_its_field(browser: Client, asked: Application) -> None:
    file = uploaded("shop.jpg", b"\xff\xd8\xff" + bytes(11 * 2**20))
    answer = send(browser, "answer_question", asked, question=question_of(asked), text="Here.", file=file)
    assert answer.status_code == 422 and "#id_file" in answer.content.decode()
    assert status_of(asked) == Status.NEEDS_INFORMATION


def test_nothing_new_is_no_application(browser: Client, account: Account) -> None:
    answer = send(browser, "change_look", account, category=account.category, website="")
    assert answer.status_code == 422
    assert not Application.objects.filter(account=account, kind=Kind.PROFILE_CHANGE).exists()


def test_a_website_that_is_none(browser: Client, account: Account) -> None:
    answer = send(browser, "change_look", account, category="food", website="http://localhost/")
    assert answer.status_code == 422 and "#id_website" in answer.content.decode()


def test_the_old_name_stays_until_the_new_one_is_approved(browser: Client, account: Account) -> None:
    answer = send(browser, "change_name", account, display_name="  Toko Roti Ibu Ada ")
    assert "Being checked" in next_page(browser, answer)
    application = only(account, Kind.NAME_CHANGE)
    assert application.display_name == "Toko Roti Ibu Ada" and now(account).live_name == "Warung Bu Ada"
    approve_now(application)
    assert now(account).live_name == "Toko Roti Ibu Ada"


def test_a_name_that_breaks_a_rule_is_refused_with_the_rule(browser: Client, account: Account) -> None:
    for name in ("", "✓ Warung", "x" * 300, "Warung\u202eada", "a\x00b"):
        answer = send(browser, "change_name", account, display_name=name)
        assert answer.status_code == 422 and "#id_display_name" in answer.content.decode(), name
    same = send(browser, "change_name", account, display_name="Warung Bu Ada")
    assert same.status_code == 422
    assert not Application.objects.filter(account=account, kind=Kind.NAME_CHANGE).exists()


def test_a_warning_is_read_first_and_does_not_block(browser: Client, account: Account) -> None:
    make_approved(display_name="Kedai Melati Jaya")
    typed = {"display_name": "Kedai Me1ati Jaya"}
    warned = send(browser, "change_name", account, **typed)
    shown = warned.content.decode()
    assert warned.status_code == 200 and 'name="judged" value="Kedai Me1ati Jaya"' in shown
    assert not Application.objects.filter(account=account, kind=Kind.NAME_CHANGE).exists()
    send(browser, "change_name", account, judged="Kedai Me1ati Jaya", **typed)
    assert only(account, Kind.NAME_CHANGE).status == Status.SUBMITTED


def test_a_question_about_a_new_name_is_answered_with_another(
    browser: Client, account: Account, ada: User
) -> None:
    send(browser, "change_name", account, display_name="Toko Roti Ibu Ada")
    application = only(account, Kind.NAME_CHANGE)
    reviewer = make_reviewer()
    verification.claim(application, by=reviewer)
    verification.ask(application, field="display_name", text="Which is on the sign?", by=reviewer)
    answer = send(browser, "change_name", account, display_name="Dapur Ibu Tini")
    assert answer["Location"] == reverse("answer_question", args=[application.pk])
    assert only(account, Kind.NAME_CHANGE).display_name == "Dapur Ibu Tini"


# Lasting.


def older(account: Account, days: int) -> None:
    age(badge_of(account), timedelta(days=days), "issued_at", "term_ends_at", "expires_at")


def test_a_renewal_takes_two_taps(browser: Client, account: Account) -> None:
    older(account, 310)
    assert "Send the renewal" in browser.get(reverse("renew_badge", args=[account.pk])).content.decode()
    answers = [send(browser, "renew_badge", account) for _ in range(2)]
    application = only(account, Kind.RENEWAL)
    assert {answer["Location"] for answer in answers} == {
        reverse("application_status", args=[application.pk])
    }
    assert application.status == Status.SUBMITTED and badge_of(account).renewal_pending
    page = browser.get(reverse("renew_badge", args=[account.pk]))
    assert page["Location"] == reverse("application_status", args=[application.pk])


def test_too_early_a_renewal_says_from_when_on(browser: Client, account: Account) -> None:
    shown = browser.get(reverse("renew_badge", args=[account.pk])).content.decode()
    assert "You can renew from" in shown and "Send the renewal" not in shown
    assert send(browser, "renew_badge", account).status_code == 422


def test_a_badge_is_asked_back(browser: Client, account: Account) -> None:
    badges.suspend(badge_of(account), reason="spam", by=make_reviewer())
    answer = send(browser, "reinstate_badge", account, file=uploaded())
    assert "Being checked" in next_page(browser, answer)
    application = only(account, Kind.REINSTATEMENT)
    assert application.status == Status.SUBMITTED and application.evidence.count() == 1
    approve_now(application)
    assert badge_of(account).status == BadgeStatus.ACTIVE


def test_nothing_was_taken_away(browser: Client, account: Account) -> None:
    answer = send(browser, "reinstate_badge", account)
    assert answer.status_code == 422
    assert not Application.objects.filter(account=account, kind=Kind.REINSTATEMENT).exists()


# Closing.


def test_closing_takes_a_tick_and_ends_everything(browser: Client, account: Account) -> None:
    number = account.number
    assert send(browser, "close_account", account).status_code == 422
    assert now(account).closed_at is None
    send(browser, "change_name", account, display_name="Toko Roti Ibu Ada")
    for _ in range(2):
        assert "was closed on" in next_page(browser, send(browser, "close_account", account, sure="on"))
    assert badge_of(account).status == BadgeStatus.REVOKED
    assert not NumberUse.objects.filter(number=number).exists()
    assert only(account, Kind.NAME_CHANGE).status == Status.WITHDRAWN


@pytest.mark.parametrize(
    "step", ["change_profile", "change_look", "change_name", "renew_badge", "reinstate_badge"]
)
def test_nothing_is_changed_on_a_closed_account(
    browser: Client, account: Account, ada: User, step: str
) -> None:
    businesses.close_account(account, by=ada)
    page = browser.get(reverse(step, args=[account.pk]))
    assert page["Location"] == reverse("my_account", args=[account.pk])
    typed = {
        "display_name": "Toko Roti Ibu Ada",
        "category": "retail",
        "about": "x",
        "contact_purposes": "delivery",
    }
    answer = send(browser, step, account, **typed)
    assert "This account is closed" in next_page(browser, answer)
    assert Application.objects.open().filter(account=account).count() == 0


def test_a_draft_can_be_thrown_away(browser: Client, ada: User) -> None:
    draft = make_draft(make_account(make_business(ada)))
    send(browser, "withdraw_application", draft)
    assert status_of(draft) == Status.WITHDRAWN
