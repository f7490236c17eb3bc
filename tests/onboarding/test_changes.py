"""What owners change after the approval: at once what is free, judged first what is not; once each, however often."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.badges import services as badges
from accounts.badges.models import BadgeStatus
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, NumberUse
from accounts.people.models import User
from accounts.verification import photos
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Photo, Source, Status
from tests.factories import (
    age,
    approve_now,
    badge_of,
    bar_now,
    make_account,
    make_approved,
    make_business,
    make_draft,
    make_reviewer,
    make_submitted,
    uploaded,
)
from tests.onboarding.following import next_page, now, only, send, status_of
from tests.verification.papers import photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(ada: User) -> Account:
    return make_approved(account=make_account(make_business(ada)), display_name="Warung Bu Ada")


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
    assert f'src="{reverse("photo", args=[photos.id_in(application.photo)])}"' in shown


def test_a_photo_of_what_is_refused_is_not_kept(browser: Client, account: Account) -> None:
    send(browser, "change_look", account, category="retail", website="")
    file = uploaded("shop.jpg", photo(size=(300, 200)))
    answer = send(browser, "change_look", account, category="retail", website="", file=file)
    assert answer.status_code == 422 and Photo.objects.count() == 0


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
    assert "The name is like one that exists already." in shown and "<bdi>Kedai Melati Jaya</bdi>" in shown
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


def test_whoever_was_refused_for_good_leaves_nothing_behind(browser: Client, account: Account) -> None:
    bar_now(make_submitted(make_account(account.business)))
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
