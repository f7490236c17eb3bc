"""What a decision does when it takes effect."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings

from accounts import clock
from accounts.audit.models import Event
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus, Tier
from accounts.businesses import lookalikes
from accounts.businesses import services as businesses
from accounts.errors import NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.proofs import services as proofs
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Status
from tests.factories import (
    age,
    approve_now,
    badge_of,
    decline_now,
    let_undo_window_pass,
    make_approved,
    make_claimed,
    make_draft,
    make_submitted,
    next_number,
    owner_of,
    take_effect_now,
)
from tests.verification.deeds import ask_for, changed_cards, near_the_end, numbers_of, reread, statuses

pytestmark = pytest.mark.django_db


def test_an_approval_as_verified_makes_name_number_and_badge_live() -> None:
    application = approve_now(make_submitted(display_name="Warung Bu Siti"))
    account = reread(application.account)
    assert (account.live_name, account.number) == ("Warung Bu Siti", application.number)
    assert account.confirmed_at is not None
    badge = badge_of(account)
    assert (badge.status, badge.cause, badge.methods) == (
        BadgeStatus.ACTIVE,
        application.pk,
        ["documents", "phone_code"],
    )
    assert changed_cards("badge.issued") == changed_cards("account.approved") == {application.number}
    assert Message.objects.latest("id").template == "approved"


def test_an_approval_as_confirmed_gives_no_badge() -> None:
    account = make_approved(Tier.CONFIRMED)
    assert account.confirmed_at is not None
    assert statuses(account) == []
    assert Message.objects.latest("id").template == "confirmed"


def test_a_confirmed_account_is_verified_by_a_renewal() -> None:
    account = make_approved(Tier.CONFIRMED)
    approve_now(ask_for(account, Kind.RENEWAL))
    assert statuses(account) == [BadgeStatus.ACTIVE]


def test_a_decline_frees_the_number_and_tells_the_owner_why() -> None:
    application = decline_now(make_submitted())
    assert numbers_of(application.account) == []
    message = Message.objects.latest("id")
    assert message.template == "declined"
    assert "Bukti yang dikirim belum cukup." in message.body


# Names and numbers.


def test_a_name_change_keeps_name_and_badge_until_it_is_approved(rita: User) -> None:
    account = make_approved(display_name="Warung Bu Siti")
    application = ask_for(account, Kind.NAME_CHANGE, display_name="Dapur Bu Siti")
    verification.claim(application, by=rita)
    verification.approve(application, tier=Tier.VERIFIED, by=rita)
    assert reread(account).live_name == "Warung Bu Siti"
    assert statuses(account) == [BadgeStatus.ACTIVE]
    let_undo_window_pass(application)
    verification.take_effect(application)
    assert reread(account).live_name == "Dapur Bu Siti"
    assert statuses(account) == [BadgeStatus.SUPERSEDED, BadgeStatus.ACTIVE]
    assert Message.objects.latest("id").template == "name_change_approved"


def test_a_declined_name_change_changes_nothing() -> None:
    account = make_approved(display_name="Warung Bu Siti")
    decline_now(ask_for(account, Kind.NAME_CHANGE, display_name="Dapur Bu Siti"))
    assert reread(account).live_name == "Warung Bu Siti"
    assert statuses(account) == [BadgeStatus.ACTIVE]
    assert numbers_of(account) == [account.number]


def test_look_alikes_are_sought_among_the_names_of_today() -> None:
    account = make_approved(display_name="Warung Bu Siti")
    approve_now(ask_for(account, Kind.NAME_CHANGE, display_name="Dapur Kenanga"))
    assert lookalikes.of("Warung Bu Siti") == []
    assert [alike.on for alike in lookalikes.of("Dapur Kenanqa")] == [account.pk]
    businesses.close_account(reread(account), by=owner_of(account))
    assert lookalikes.of("Dapur Kenanqa") == []


def test_a_number_change_needs_the_new_number_proven(rita: User) -> None:
    account = make_approved()
    application = ask_for(account, Kind.NUMBER_CHANGE, number=next_number())
    verification.claim(application, by=rita)
    with pytest.raises(NotAllowed, match="number_not_proven"):
        verification.approve(application, tier=Tier.VERIFIED, by=rita)


def test_a_number_change_frees_the_old_number_when_it_takes_effect(rita: User) -> None:
    account = make_approved()
    old, new = account.number, next_number()
    application = ask_for(account, Kind.NUMBER_CHANGE, number=new)
    assert old is not None
    assert numbers_of(account) == sorted([old, new])
    approve_now(application)
    assert reread(account).number == new
    assert numbers_of(account) == [new]
    last = Event.objects.filter(kind="account.approved").latest("seq")
    assert {changed.number for changed in last.numbers.all()} == {old, new}
    assert statuses(account) == [BadgeStatus.SUPERSEDED, BadgeStatus.ACTIVE]
    assert make_submitted(number=old).status == Status.SUBMITTED


@pytest.mark.parametrize("end", [decline_now, lambda a: verification.withdraw(a, by=owner_of(a.account))])
def test_a_number_change_that_ends_frees_the_new_number(end: Callable[[Application], Application]) -> None:
    account = make_approved()
    end(ask_for(account, Kind.NUMBER_CHANGE, number=next_number()))
    assert numbers_of(account) == [account.number]


def test_a_profile_change_leaves_the_badge_alone() -> None:
    account = make_approved()
    approve_now(ask_for(account, Kind.PROFILE_CHANGE, website="https://warung.example", category="retail"))
    account = reread(account)
    assert (account.website, account.category) == ("https://warung.example", "retail")
    assert statuses(account) == [BadgeStatus.ACTIVE]


# Renewals.


def test_a_renewal_opens_two_months_before_the_end() -> None:
    account = make_approved()
    near_the_end(account, days=61)
    with pytest.raises(NotAllowed, match="renewal_too_early"):
        make_draft(account, kind=Kind.RENEWAL)
    near_the_end(account, days=0)
    make_draft(account, kind=Kind.RENEWAL)


def test_a_renewal_sent_in_time_keeps_the_badge_until_it_is_decided() -> None:
    account = make_approved()
    badge = near_the_end(account, days=1)
    application = ask_for(account, Kind.RENEWAL)
    verification.tick()
    age(badge, timedelta(days=3), "issued_at", "term_ends_at", "expires_at")
    assert verification.tick()["expired"] == 0
    assert badge_of(account).status == BadgeStatus.ACTIVE
    assert badge_of(account).term_ends_at < clock.now()
    approve_now(application)
    assert statuses(account) == [BadgeStatus.SUPERSEDED, BadgeStatus.ACTIVE]
    renewed = badge_of(account)
    assert renewed.expires_at - renewed.issued_at == settings.BADGE_TERM
    assert renewed.renewal_pending is False


@pytest.mark.parametrize("end", [decline_now, lambda a: verification.withdraw(a, by=owner_of(a.account))])
def test_a_renewal_that_ends_lets_the_badge_end_with_its_term(
    end: Callable[[Application], Application],
) -> None:
    account = make_approved()
    badge = near_the_end(account, days=1)
    application = ask_for(account, Kind.RENEWAL)
    verification.tick()
    age(badge, timedelta(days=3), "issued_at", "term_ends_at", "expires_at")
    end(application)
    assert verification.tick()["expired"] == 1
    assert statuses(account) == [BadgeStatus.EXPIRED]


def test_a_renewal_sent_too_late_does_not_keep_the_badge() -> None:
    account = make_approved()
    near_the_end(account, days=0)
    ask_for(account, Kind.RENEWAL)
    assert verification.tick()["expired"] == 1


# Reinstatement.


def test_a_reinstatement_ends_a_suspension_of_the_same_badge(rudi: User) -> None:
    account = make_approved()
    badges.suspend(badge_of(account), reason="under_investigation", by=rudi)
    approve_now(ask_for(account, Kind.REINSTATEMENT))
    badge = Badge.objects.get()
    assert (badge.status, badge.reason, badge.suspended_at) == (BadgeStatus.ACTIVE, "", None)


def test_a_reinstatement_after_a_revocation_issues_a_new_badge(rudi: User) -> None:
    account = make_approved()
    badges.revoke(badge_of(account), reason="false_statements", by=rudi)
    approve_now(ask_for(account, Kind.REINSTATEMENT))
    assert statuses(account) == [BadgeStatus.REVOKED, BadgeStatus.ACTIVE]
    assert reread(account).confirmed_at is not None


@pytest.mark.parametrize("kind", [Kind.NAME_CHANGE, Kind.PROFILE_CHANGE, Kind.NUMBER_CHANGE])
def test_no_other_approval_lifts_a_suspension(kind: Kind, rita: User, rudi: User) -> None:
    account = make_approved()
    badges.suspend(badge_of(account), reason="under_investigation", by=rudi)
    profile = {
        Kind.NAME_CHANGE: {"display_name": "Dapur Kenanga"},
        Kind.PROFILE_CHANGE: {"website": "https://warung.example"},
        Kind.NUMBER_CHANGE: {"number": next_number()},
    }
    application = make_claimed(rita, account, kind=kind, **profile[kind])
    with pytest.raises(NotAllowed, match="badge_suspended"):
        verification.approve(application, tier=Tier.VERIFIED, by=rita)


def test_moving_to_a_number_that_is_proven_lifts_the_suspension_of_one_that_is_not(rita: User) -> None:
    account = make_approved()
    proofs.fail(account, by=rita)
    assert badge_of(account).status == BadgeStatus.SUSPENDED
    approve_now(ask_for(account, Kind.NUMBER_CHANGE, number=next_number()))
    assert statuses(account) == [BadgeStatus.SUPERSEDED, BadgeStatus.ACTIVE]


def test_a_reinstatement_needs_the_number_proven_again(rita: User) -> None:
    account = make_approved()
    proofs.fail(account, by=rita)
    application = ask_for(account, Kind.REINSTATEMENT)
    verification.claim(application, by=rita)
    with pytest.raises(NotAllowed, match="number_not_proven"):
        verification.approve(application, tier=Tier.VERIFIED, by=rita)
    assert account.number is not None
    proofs.record_call_back(account, account.number, note="answered", by=rita)
    verification.approve(application, tier=Tier.VERIFIED, by=rita)
    take_effect_now(Application.objects.get(pk=application.pk))
    assert badge_of(account).status == BadgeStatus.ACTIVE
