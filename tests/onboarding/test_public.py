"""The page that a customer's phone is led to: the card, and one page for everything the registry says nothing of."""

import copy
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import ids
from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.policies import PILOT_TIERS
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.people.models import User
from tests.factories import (
    age,
    badge_of,
    bar_now,
    decline_now,
    make_account,
    make_approved,
    make_business,
    make_draft,
    make_owner,
    make_reviewer,
    make_submitted,
)
from tests.owners import owner_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(ada: User) -> Account:
    business = make_business(ada, legal_name="CV Ada Jaya")
    return make_approved(account=make_account(business), display_name="Warung Bu Ada")


def look(account_id: str, *, language: str = "en") -> Any:
    answer: Any = Client(headers={"Accept": "text/html", "Accept-Language": language}).get(
        reverse("public_page", args=[account_id])
    )
    return answer


def test_the_card_is_drawn(account: Account, settings: Any) -> None:
    answer = look(account.pk)
    shown = answer.content.decode()
    assert answer.status_code == 200
    for words in ("Warung Bu Ada", "mark-pin colour-green", "CV Ada Jaya", "Verified since", "Good until"):
        assert words in shown
    assert settings.PUBLIC_URL.partition("://")[2] in shown
    assert len(answer.content) < 50_000


def test_R1_how_the_mark_looks_is_data(account: Account) -> None:
    """The tick later turned blue; a symbol that no style sheet knows is written out."""
    tiers: dict[str, Any] = copy.deepcopy(PILOT_TIERS)
    tiers["verified"]["mark"] |= {"symbol": "tick", "colour": "blue"}
    badges.publish_policy("blue", tiers, by=audit.SYSTEM)
    assert "mark-tick colour-blue" in look(account.pk).content.decode()
    tiers["verified"]["mark"] |= {"symbol": "comet", "colour": "infrared"}
    badges.publish_policy("newer", tiers, by=audit.SYSTEM)
    shown = look(account.pk).content.decode()
    assert "mark-word colour-other" in shown and ">comet<" in shown


def test_both_languages(account: Account) -> None:
    assert "Verified business" in look(account.pk).content.decode()
    assert "Bisnis terverifikasi" in look(account.pk, language="id").content.decode()


def test_it_says_nothing_that_the_card_does_not(ada: User) -> None:
    """Neither who owns it, nor a sole trader's own name."""
    business = make_business(
        ada, kind="sole_trader", legal_name="Siti Rahmawati", registration_number="91201"
    )
    shown = look(make_approved(account=make_account(business)).pk).content.decode()
    for hidden in ("Siti Rahmawati", "91201", "ada@owner.example", business.pk):
        assert hidden not in shown


def hidden_accounts(ada: User) -> dict[str, str]:
    """Each cause for which the registry says nothing."""
    closed = make_approved()
    businesses.close_account(closed, by=ada)
    revoked_long_ago = make_approved()
    badges.revoke(badge_of(revoked_long_ago), reason="fraud", by=make_reviewer())
    age(badge_of(revoked_long_ago), timedelta(days=91), "ended_at")
    return {
        "unknown": ids.new_id("acc"),
        "new": make_account().pk,
        "draft": make_draft().account_id,
        "submitted": make_submitted().account_id,
        "declined": decline_now(make_submitted()).account_id,
        "barred": bar_now(make_submitted()).account_id,
        "closed": closed.pk,
        "revoked long ago": revoked_long_ago.pk,
    }


@pytest.mark.parametrize("language", ["en", "id"])
def test_what_is_hidden_is_one_page_byte_for_byte(
    ada: User, language: str, django_assert_num_queries: Any
) -> None:
    answers = {}
    for cause, account_id in hidden_accounts(ada).items():
        with django_assert_num_queries(2):
            answers[cause] = look(account_id, language=language)
    pages = {(answer.status_code, answer.content, str(answer.headers)) for answer in answers.values()}
    assert len(pages) == 1
    unknown = answers["unknown"]
    assert unknown.status_code == 404 and not unknown.cookies and b"csrf" not in unknown.content


@pytest.mark.parametrize("how, words", [("suspend", "is suspended"), ("revoke", "was revoked")])
def test_a_badge_that_was_taken_away_shows_at_once_with_its_reason(
    account: Account, how: str, words: str
) -> None:
    assert look(account.pk).status_code == 200
    getattr(badges, how)(badge_of(account), reason="spam", by=make_reviewer())
    answer = look(account.pk)
    shown = answer.content.decode()
    assert words in shown and "It sends messages nobody asked for." in shown
    assert "Warung Bu Ada" not in shown and "mark-pin" not in shown
    assert answer["Cache-Control"] == "no-cache"


def test_a_badge_that_ended_leaves_the_number(account: Account) -> None:
    age(badge_of(account), timedelta(days=400), "issued_at", "term_ends_at", "expires_at")
    age(account, timedelta(days=400), "confirmed_at")
    shown = look(account.pk).content.decode()
    assert "The badge ended on" in shown and "mark-pin" not in shown


def test_a_number_that_moved_on_is_not_told_of(account: Account) -> None:
    """The old account's page draws nothing of whoever has the number now."""
    number = account.number
    assert number
    businesses.close_account(account, by=make_owner("Ola", "ola@owner.example"))
    make_approved(number=number, display_name="Toko Lain Sekali")
    assert look(account.pk).status_code == 404


def test_nobody_is_asked_who_they_are(account: Account, mallory: User) -> None:
    anybody, signed_in = (
        look(account.pk),
        owner_browser(mallory).get(reverse("public_page", args=[account.pk])),
    )
    assert b"sessionid" not in str(anybody.cookies).encode()
    assert signed_in.status_code == 200 and b"Mallory" not in signed_in.content
    assert anybody["X-Robots-Tag"] == "noindex"


def test_what_cannot_be_an_account_is_no_page_either(db: None) -> None:
    for account_id in ("acc_1", "biz_01h2xcejqtf2nbrexx3vqjhp41", "acc_" + "z" * 26):
        assert Client(headers={"Accept": "text/html"}).get(f"/b/{account_id}/").status_code == 404


def test_it_is_only_looked_at(account: Account) -> None:
    assert Client().post(reverse("public_page", args=[account.pk])).status_code == 405
