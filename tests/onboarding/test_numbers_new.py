"""An owner has a new number: the badge keeps to the old one, or waits for the new one."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.badges.cards import card
from accounts.badges.models import BadgeStatus
from accounts.businesses.models import Account, NumberUse
from accounts.display import queries
from accounts.errors import Invalid, NotAllowed
from accounts.people.models import User
from accounts.proofs import clockwork
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberClaim
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Source, Status
from tests.factories import approve_now, badge_of, make_account, make_business, make_reviewer, next_number
from tests.onboarding.proving import code_for, owner_and, said
from tests.owners import owner_browser
from tests.proofs.claiming import claimed, run_out_of_time
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db")
WRITTEN, NEW = "0812-3456-7890", "+6281234567890"


def begin(browser: Client, account: Account, works: str, number: str = WRITTEN) -> Application:
    address = reverse("change_number", args=[account.pk])
    answer = browser.post(address, {"number": number, "still_works": works})
    change = Application.objects.get(account=account, kind=Kind.NUMBER_CHANGE)
    assert (answer.status_code, answer["Location"]) == (302, reverse("prove_number", args=[change.pk]))
    return change


def prove_and_send(browser: Client, change: Application) -> Application:
    browser.post(reverse("send_number_code", args=[change.pk]), {"sms": ""})
    page = browser.post(
        reverse("prove_number", args=[change.pk]), {"code": code_for(change.number)}, follow=True
    )
    assert reverse("send_new_number", args=[change.pk]) in said(page)
    browser.post(reverse("send_new_number", args=[change.pk]))
    change.refresh_from_db()
    assert change.status == Status.SUBMITTED
    return change


def tier_of(number: str) -> str | None:
    found = queries.find([number])
    assert found.policy is not None
    return card(found.rows[0], found.policy)["tier"]  # type: ignore[no-any-return]  # a card is any JSON


def test_while_the_old_number_works_it_keeps_the_badge(ada: User) -> None:
    account, browser = owner_and(ada)
    old = str(account.number)
    change = begin(browser, account, "yes")
    assert change.number == NEW, "0812… of an account from Indonesia"
    assert (badge_of(account).status, tier_of(old)) == (BadgeStatus.ACTIVE, "verified")
    change = prove_and_send(browser, change)
    assert (tier_of(old), tier_of(NEW)) == ("verified", None)
    approve_now(change)
    assert (tier_of(old), tier_of(NEW)) == (None, "verified")
    assert not NumberUse.objects.filter(number=old).exists(), "the old one is free"


def test_when_the_old_number_is_gone_the_badge_waits_for_the_new_one(ada: User) -> None:
    account, browser = owner_and(ada)
    old = str(account.number)
    change = begin(browser, account, "no")
    badge = badge_of(account)
    assert (badge.status, badge.reason) == (BadgeStatus.SUSPENDED, "number_unproven")
    assert (tier_of(old), tier_of(NEW)) == (None, None)
    change = prove_and_send(browser, change)
    assert badge_of(account).status == BadgeStatus.SUSPENDED, "proven, but not approved"
    approve_now(change)
    assert (badge_of(account).status, tier_of(NEW)) == (BadgeStatus.ACTIVE, "verified")


def test_what_is_not_proven_is_not_approved(ada: User) -> None:
    """However often it is sent: without the code the badge stays suspended."""
    account, browser = owner_and(ada)
    change = begin(browser, account, "no")
    browser.post(reverse("send_new_number", args=[change.pk]))
    change.refresh_from_db()
    reviewer = make_reviewer()
    verification.claim(change, by=reviewer)
    with pytest.raises(NotAllowed, match="number_not_proven"):
        verification.approve(change, tier="verified", by=reviewer)
    assert badge_of(account).status == BadgeStatus.SUSPENDED


def test_who_lost_the_number_to_a_claim_moves_to_another(ada: User, mallory: User) -> None:
    account, browser = owner_and(mallory)
    claim = claimed(ada, account)
    run_out_of_time(claim)
    clockwork.tick()
    account.refresh_from_db()
    assert account.number is None
    address = reverse("change_number", args=[account.pk])
    page = said(browser.get(address))
    assert "has no number any more" in page
    assert "still_works" not in page
    browser.post(address, {"number": WRITTEN})
    change = prove_and_send(browser, Application.objects.get(account=account, kind=Kind.NUMBER_CHANGE))
    approve_now(change)
    moved = Account.objects.get(pk=account.pk)
    assert (moved.number, badge_of(moved).status, tier_of(NEW)) == (NEW, BadgeStatus.ACTIVE, "verified")


def test_saying_that_it_is_gone_gives_it_to_who_claims_it(ada: User, mallory: User) -> None:
    account, browser = owner_and(mallory)
    claim = claimed(ada, account)
    begin(browser, account, "no")
    assert NumberClaim.objects.get().outcome == "given"
    assert NumberUse.objects.get(number=claim.number).account == claim.account


@pytest.mark.parametrize(
    "number, works, sentence",
    [
        ("", "yes", "missing"),
        ("0812", "yes", "no such number"),
        ("0812", "no", "no such number"),
        ("62812345678", "yes", "two numbers"),
        (WRITTEN, "", "required"),
        (WRITTEN, "perhaps", "not one of"),
        ("same", "no", "present one"),
        ("same", "yes", "present one"),
    ],
)
def test_what_is_refused_changes_nothing(number: str, works: str, sentence: str, ada: User) -> None:
    account, browser = owner_and(ada)
    number = str(account.number) if number == "same" else number
    answer = browser.post(
        reverse("change_number", args=[account.pk]), {"number": number, "still_works": works}
    )
    assert answer.status_code == 422
    assert sentence in said(answer)
    assert badge_of(account).status == BadgeStatus.ACTIVE
    assert proofs.is_proven(account, str(account.number))
    assert not Application.objects.filter(kind=Kind.NUMBER_CHANGE).exists()


def test_the_wish_is_written_anew_until_it_is_sent(ada: User) -> None:
    account, browser = owner_and(ada)
    begin(browser, account, "yes", number=next_number())
    assert "+1 " in said(browser.get(reverse("change_number", args=[account.pk]))), "shown back in groups"
    change = begin(browser, account, "yes")
    assert change.number == NEW
    change = prove_and_send(browser, change)
    assert browser.get(reverse("change_number", args=[account.pk]))["Location"] == reverse(
        "application_status", args=[change.pk]
    )
    again = browser.post(
        reverse("change_number", args=[account.pk]), {"number": next_number(), "still_works": "yes"}
    )
    assert again.status_code == 422


def test_an_account_without_a_name_has_no_number_to_change(ada: User) -> None:
    account = make_account(make_business(ada))
    answer = owner_browser(ada).get(reverse("change_number", args=[account.pk]))
    assert answer["Location"] == reverse("my_account", args=[account.pk])


def test_an_account_that_lost_its_number_can_still_be_looked_at(ada: User, mallory: User, rudi: User) -> None:
    account, browser = owner_and(mallory)
    run_out_of_time(claimed(ada, account))
    clockwork.tick()
    for name in ("my_account", "prove_again", "badge_sheet", "public_page", "change_name", "reinstate_badge"):
        assert browser.get(reverse(name, args=[account.pk])).status_code in (200, 302, 404), name
    assert browser.get(reverse("my")).status_code == 200
    staff = browser_of(rudi)
    for page in ("admin:businesses_account_change", "admin:businesses_account_history"):
        assert staff.get(reverse(page, args=[account.pk])).status_code in (200, 302)
    for kind in (Kind.RENEWAL, Kind.NAME_CHANGE, Kind.REINSTATEMENT):
        with pytest.raises((NotAllowed, Invalid)):
            profile = {"display_name": "Warung Baru Ada"} if kind == Kind.NAME_CHANGE else {}
            wish = verification.start(account, kind=kind, source=Source.FORM, by=mallory, **profile)
            verification.submit(wish, by=mallory)
    with pytest.raises(NotAllowed, match="account_already_approved"):
        verification.start(account, kind=Kind.NEW, source=Source.FORM, by=mallory)
