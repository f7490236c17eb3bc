"""R7 on a live account: what a client platform declared personal is a case, and a reviewer settles it either way."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.audit.models import Event, LogEntry
from accounts.badges.models import BadgeStatus
from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Membership, NumberDispute, NumberUse
from accounts.clients import services as clients
from accounts.clients.models import ClientApp
from accounts.errors import Forbidden, Invalid, NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.verification import services as verification
from tests.factories import badge_of, make_approved, make_claimed, make_submitted, owner_of, prove
from tests.racing import outcomes, race
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("no_undo_window")
LIST = reverse("admin:businesses_numberdispute_changelist")


def disputed(account: Account, kai: ClientApp) -> NumberDispute:
    ownership.declare_personal(str(account.number), by=kai)
    return NumberDispute.objects.get(account=account, client=kai, settled_at=None)


def at(page: str, dispute: NumberDispute) -> str:
    return reverse(f"admin:businesses_numberdispute_{page}", args=[dispute.pk])


def test_R7_the_account_keeps_its_number_and_nothing_else_changes(kai: ClientApp, sinta: User) -> None:
    account = make_approved()
    dispute = ownership.settle_dispute(disputed(account, kai), note="rang them", by=sinta)
    assert (dispute.outcome, dispute.settled_by) == ("kept", sinta)
    assert NumberUse.objects.get(number=account.number).account == account
    assert badge_of(account).status == BadgeStatus.ACTIVE
    event = Event.objects.get(kind="number.dispute_settled")
    assert event.data == {"account": account.pk, "outcome": "kept"}


def test_R7_the_account_loses_a_personal_number_its_badge_and_itself(kai: ClientApp, sinta: User) -> None:
    account = make_approved()
    number, told = str(account.number), Message.objects.count()
    other = clients.create_app("Other", "other@app.example", by=kai)
    also = disputed(account, other)
    dispute = ownership.give_up_number(disputed(account, kai), note="a private line", by=sinta)
    also.refresh_from_db()
    assert (dispute.outcome, also.outcome, also.settled_by) == ("given_up", "given_up", sinta)
    badge = badge_of(account)
    assert (badge.status, badge.reason) == (BadgeStatus.REVOKED, "number_unproven")
    account.refresh_from_db()
    assert (account.number, account.closed_at is None) == (None, False)
    assert NumberUse.objects.get(number=number).declared_by == kai
    assert Message.objects.filter(template="badge_revoked").count() == Message.objects.count() - told == 1
    with pytest.raises(NotAllowed, match="number_is_personal"):
        make_submitted(number=number)
    ownership.release_personal(number, by=kai)
    make_submitted(number=number)


def test_R7_a_number_that_was_only_applied_for_is_lost_without_the_account(
    kai: ClientApp, sinta: User
) -> None:
    application = make_claimed(sinta)
    ownership.declare_personal(application.number, by=kai)
    ownership.give_up_number(NumberDispute.objects.get(), note="a private line", by=sinta)
    assert NumberUse.objects.get(number=application.number).declared_by == kai
    assert Account.objects.get(pk=application.account_id).closed_at is None
    prove(application)
    with pytest.raises(NotAllowed, match="number_taken"):
        verification.approve(application, tier="verified", by=sinta)


def test_R7_another_number_of_the_account_leaves_its_badge_alone(kai: ClientApp, sinta: User) -> None:
    """The account moved on meanwhile; what it has now nobody declared personal."""
    account = make_approved()
    dispute = disputed(account, kai)
    NumberDispute.objects.update(number="+12025550177")
    ownership.give_up_number(dispute, note="a private line", by=sinta)
    account.refresh_from_db()
    assert badge_of(account).status == BadgeStatus.ACTIVE
    assert (account.closed_at, NumberUse.objects.get(number=account.number).account) == (None, account)


@pytest.mark.parametrize("settle", [ownership.settle_dispute, ownership.give_up_number])
def test_who_may_settle_and_how(kai: ClientApp, rita: User, sinta: User, settle: Any) -> None:
    account = make_approved()
    dispute = disputed(account, kai)
    with pytest.raises(Forbidden, match="permission_missing"):
        settle(dispute, note="no", by=rita)
    with pytest.raises(Invalid, match="reason_required"):
        settle(dispute, note=" ", by=sinta)
    with pytest.raises(Invalid, match="hidden_characters"):
        settle(dispute, note="turned \u202earound", by=sinta)
    Membership.objects.create(business=account.business, person=sinta)
    with pytest.raises(Forbidden, match="own_business"):
        settle(dispute, note="mine", by=sinta)
    Membership.objects.filter(person=sinta).delete()
    dispute.refresh_from_db()
    assert dispute.settled_at is None
    settle(dispute, note="looked into it", by=sinta)
    with pytest.raises(NotAllowed, match="dispute_settled"):
        settle(dispute, note="again", by=sinta)


def test_a_dispute_that_the_client_took_back_says_so(kai: ClientApp) -> None:
    dispute = disputed(make_approved(), kai)
    ownership.release_personal(dispute.number, by=kai)
    dispute.refresh_from_db()
    assert (dispute.outcome, dispute.settled_by) == ("withdrawn", None)


def test_two_who_settle_it_differently_at_once(
    committed: None, kai: ClientApp, sinta: User, rudi: User
) -> None:
    """Failed without the locks on account and dispute: both settled it."""
    dispute = disputed(make_approved(), kai)
    said = race(
        lambda: ownership.settle_dispute(dispute, note="theirs", by=sinta),
        lambda: ownership.give_up_number(dispute, note="private", by=rudi),
    )
    assert outcomes(said) == {"done": 1, "dispute_settled": 1}


def test_declared_by_another_while_the_number_is_given_up(
    committed: None, kai: ClientApp, sinta: User
) -> None:
    """No deadlock whoever comes first, and the number ends personal."""
    other = clients.create_app("Other", "other@app.example", by=kai)
    for _ in range(5):
        account = make_approved()
        number, dispute = str(account.number), disputed(account, kai)

        def declare(number: str = number) -> None:
            ownership.declare_personal(number, by=other)

        def give_up(dispute: NumberDispute = dispute) -> None:
            ownership.give_up_number(dispute, note="private", by=sinta)

        assert set(race(declare, give_up)) <= {"done", "number_declared_by_another"}
        assert NumberUse.objects.get(number=number).declared_by == kai


# --- in the admin ---


def test_the_list_shows_open_ones_first_with_their_age(
    kai: ClientApp, sinta: User, rita: User, django_assert_max_num_queries: Any
) -> None:
    settled = ownership.settle_dispute(disputed(make_approved(), kai), note="theirs", by=sinta)
    waiting = disputed(make_approved(), kai)
    browser = browser_of(rita)
    with django_assert_max_num_queries(12):
        page = browser.get(LIST).content.decode()
    assert waiting.pk in page and settled.pk not in page and "minute" in page
    page = browser.get(f"{LIST}?desk=all").content.decode()
    assert page.index(waiting.pk) < page.index(settled.pk)
    page = browser.get(f"{LIST}?desk=closed").content.decode()
    assert settled.pk in page and waiting.pk not in page


def test_its_page_says_who_has_the_number_and_how_that_was_shown(
    kai: ClientApp, sinta: User, django_assert_max_num_queries: Any
) -> None:
    account = make_approved(display_name="Kedai Kenanga")
    earlier = ownership.settle_dispute(disputed(account, kai), note="theirs", by=sinta)
    dispute = disputed(account, kai)
    browser = browser_of(sinta)
    with django_assert_max_num_queries(25):
        page = browser.get(at("change", dispute)).content.decode()
    for shown in (
        "Kedai Kenanga",
        "Kai&#x27;s messenger",
        str(account.number),
        badge_of(account).pk,
        "six-digit code",
        "the account's live number",
        at("change", earlier),
        at("settle", dispute),
        at("give_up", dispute),
        "account.opened",
    ):
        assert shown in page, shown
    assert LogEntry.objects.filter(kind="viewed", on=dispute.pk, by=sinta.pk).count() == 1


def test_the_number_is_given_up_by_a_post_only(kai: ClientApp, sinta: User) -> None:
    account = make_approved()
    dispute = disputed(account, kai)
    browser = browser_of(sinta)
    assert browser.get(at("give_up", dispute)).status_code == 200
    assert badge_of(account).status == BadgeStatus.ACTIVE
    assert browser.post(at("give_up", dispute), {"note": ""}).status_code == 422
    assert browser.post(at("give_up", dispute), {"note": "A private line."}).status_code == 302
    assert badge_of(account).status == BadgeStatus.REVOKED
    page = browser.get(at("change", dispute)).content.decode()
    assert "the number is personal" in page and "A private line." in page and "/give_up/" not in page


def test_the_page_of_a_closed_account_still_opens(kai: ClientApp, sinta: User) -> None:
    account = make_approved()
    dispute = disputed(account, kai)
    businesses.close_account(account, by=owner_of(account))
    assert browser_of(sinta).get(at("change", dispute)).status_code == 200
