"""What a decision does when it takes effect, and what it does when it no longer can."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event, EventNumber
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus, Tier
from accounts.businesses import bars, lookalikes, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Bar, NumberUse
from accounts.clients.models import ClientApp
from accounts.errors import NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberProof
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Status
from tests.factories import (
    age,
    approve_now,
    badge_of,
    bar_now,
    decline_now,
    let_undo_window_pass,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_draft,
    make_submitted,
    next_number,
    owner_of,
    take_effect_now,
)

pytestmark = pytest.mark.django_db


def ask_for(account: Account, kind: Kind, **profile: Any) -> Application:
    return verification.submit(make_draft(account, kind=kind, **profile), by=owner_of(account))


def reread(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def statuses(account: Account) -> list[str]:
    return list(Badge.objects.of(account).order_by("issued_at").values_list("status", flat=True))


def numbers_of(account: Account) -> list[str]:
    return list(NumberUse.objects.filter(account=account).values_list("number", flat=True))


def changed_cards(kind: str) -> set[str]:
    return set(EventNumber.objects.filter(event__kind=kind).values_list("number", flat=True))


def near_the_end(account: Account, *, days: int = 30) -> Badge:
    """Make the account's badge `days` away from the end of its term."""
    badge = badge_of(account)
    age(badge, settings.BADGE_TERM - timedelta(days=days), "issued_at", "term_ends_at", "expires_at")
    return badge


# New.


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


# The guards are checked again at the effect.


def _proof_fails(application: Application, kai: ClientApp) -> None:
    NumberProof.objects.filter(account=application.account).update(failed_at=clock.now())


def _business_is_barred(application: Application, kai: ClientApp) -> None:
    with audit.together():
        bars.bar(application.account.business, reason="fraud", by=audit.SYSTEM)


def _number_is_declared_personal(application: Application, kai: ClientApp) -> None:
    assert ownership.declare_personal(application.number, by=kai) == "disputed"


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        (_proof_fails, "number_not_proven"),
        (_business_is_barred, "business_barred"),
        (_number_is_declared_personal, "number_is_personal"),
    ],
)
def test_an_approval_whose_guard_broke_falls_back_and_its_author_is_told(
    breaks: Callable[[Application, ClientApp], None], code: str, kai: ClientApp, rita: User
) -> None:
    rita.email = "rita@staff.example"
    rita.save()
    application = verification.approve(make_claimed(rita), tier=Tier.VERIFIED, by=rita)
    breaks(application, kai)
    let_undo_window_pass(application)
    assert verification.tick()["took_effect"] == 1
    application.refresh_from_db()
    assert application.status == Status.SUBMITTED
    assert Badge.objects.count() == 0
    assert reread(application.account).live_name is None
    fell = Event.objects.get(kind="application.fell_back")
    assert (fell.on, fell.data["code"], fell.by) == (application.pk, code, "system")
    assert application.decisions.get().undone_reason == code
    told = Message.objects.filter(template="fell_back").get()
    assert told.to == rita.email
    assert verification.tick()["took_effect"] == 0


def test_a_suspension_between_decision_and_effect_lets_a_name_change_fall_back(
    rita: User, rudi: User
) -> None:
    account = make_approved(display_name="Warung Bu Siti")
    application = make_claimed(rita, account, kind=Kind.NAME_CHANGE, display_name="Dapur Kenanga")
    verification.approve(application, tier=Tier.VERIFIED, by=rita)
    badges.suspend(badge_of(account), reason="impersonation", by=rudi)
    let_undo_window_pass(application)
    assert verification.take_effect(application).status == Status.SUBMITTED
    assert reread(account).live_name == "Warung Bu Siti"
    assert statuses(account) == [BadgeStatus.SUSPENDED]


# Bars.


def test_a_bar_revokes_every_badge_of_the_business_and_closes_it(ada: User, rudi: User) -> None:
    business = make_business(ada, registration_number="NIB-1")
    first, second = (make_approved(account=make_account(business)) for _ in range(2))
    confirmed = make_approved(Tier.CONFIRMED, account=make_account(business))
    elsewhere = make_approved()
    bar_now(make_submitted(make_account(business)))
    for account in (first, second):
        assert (badge_of(account).status, badge_of(account).reason) == (BadgeStatus.REVOKED, "barred")
    assert [reread(account).confirmed_at for account in (first, second, confirmed)] == [None] * 3
    assert first.number in changed_cards("badge.revoked")
    assert changed_cards("account.unconfirmed") == {confirmed.number}
    assert badge_of(elsewhere).status == BadgeStatus.ACTIVE
    assert Message.objects.latest("id").template == "barred"


@pytest.mark.parametrize("shared", ["business", "registration", "owner"])
def test_a_bar_closes_business_registration_number_and_owner(shared: str, ada: User, mallory: User) -> None:
    barred = make_business(ada, registration_number="NIB-1", country="ID")
    bar_now(make_submitted(make_account(barred)))
    business = {
        "business": lambda: barred,
        "registration": lambda: make_business(mallory, registration_number="NIB-1", country="ID"),
        "owner": lambda: make_business(ada, registration_number="NIB-2"),
    }[shared]()
    application = make_draft(make_account(business))
    with pytest.raises(NotAllowed, match="business_barred"):
        verification.submit(application, by=owner_of(application.account))


@pytest.mark.parametrize("different", ["NIB-2", ""])
def test_a_bar_does_not_close_others(different: str, ada: User, mallory: User) -> None:
    bar_now(make_submitted(make_account(make_business(ada, registration_number=""))))
    other = make_submitted(make_account(make_business(mallory, registration_number=different)))
    assert other.status == Status.SUBMITTED


def test_a_lifted_bar_lets_the_business_apply_again(ada: User, rudi: User) -> None:
    business = make_business(ada)
    bar_now(make_submitted(make_account(business)))
    bars.lift(Bar.objects.get(), by=rudi)
    assert make_submitted(make_account(business)).status == Status.SUBMITTED


def test_an_application_that_was_open_when_the_business_was_barred_is_not_approved(
    ada: User, rita: User
) -> None:
    business = make_business(ada)
    waiting = make_claimed(rita, make_account(business))
    bar_now(make_submitted(make_account(business)))
    with pytest.raises(NotAllowed, match="business_barred"):
        verification.approve(waiting, tier=Tier.VERIFIED, by=rita)
    declined = verification.decline(waiting, reason="not_a_business", by=rita)
    assert take_effect_now(declined).status == Status.DECLINED


def test_two_bars_are_one_standing_bar(ada: User) -> None:
    business = make_business(ada)
    both = [make_submitted(make_account(business)) for _ in range(2)]
    for application in both:
        bar_now(application)
    assert Bar.objects.count() == 1
    assert Event.objects.filter(kind="business.barred").count() == 1


# Closing.


def test_a_closed_account_withdraws_what_is_open_and_frees_every_number(ada: User) -> None:
    account = make_approved(account=make_account(make_business(ada)))
    renaming = ask_for(account, Kind.NAME_CHANGE, display_name="Dapur Kenanga")
    moving = ask_for(account, Kind.NUMBER_CHANGE, number=next_number())
    businesses.close_account(account, by=ada)
    for application in (renaming, moving):
        application.refresh_from_db()
        assert application.status == Status.WITHDRAWN
    assert numbers_of(account) == []
    assert changed_cards("account.closed") == {account.number}
    with pytest.raises(NotAllowed, match="account_closed"):
        make_draft(reread(account))


def test_an_account_that_closes_ends_what_was_decided_about_it(rita: User) -> None:
    application = verification.approve(make_claimed(rita), tier=Tier.VERIFIED, by=rita)
    businesses.close_account(application.account, by=owner_of(application.account))
    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert application.decisions.get().undone_reason == "account_closed"
    assert Message.objects.filter(template="application_withdrawn").exists()


def test_a_revocation_is_not_undone_by_an_approval_decided_before_it(rita: User, rudi: User) -> None:
    account = make_approved()
    application = make_claimed(rita, account, kind=Kind.NAME_CHANGE, display_name="Warung Baru")
    verification.approve(application, tier=Tier.VERIFIED, by=rita)
    badges.revoke(badge_of(account), reason="fraud", by=rudi)
    let_undo_window_pass(application)
    assert verification.take_effect(application).status == Status.SUBMITTED
    assert not Badge.objects.live().of(account).exists()
    verification.claim(application, by=rita)
    with pytest.raises(NotAllowed, match="badge_revoked"):
        verification.approve(application, tier=Tier.VERIFIED, by=rita)


def test_a_reinstatement_decided_before_a_newer_suspension_does_not_lift_it(rita: User, rudi: User) -> None:
    account = make_approved()
    badges.suspend(badge_of(account), reason="spam", by=rudi)
    application = make_claimed(rita, account, kind=Kind.REINSTATEMENT)
    verification.approve(application, tier=Tier.VERIFIED, by=rita)
    badges.reinstate(badge_of(account), by=rudi)
    badges.suspend(badge_of(account), reason="fraud", by=rudi)
    let_undo_window_pass(application)
    assert verification.take_effect(application).status == Status.SUBMITTED
    assert badge_of(account).status == "suspended"


def test_owners_hear_what_happens_to_their_badge(rudi: User) -> None:
    account = make_approved()
    badges.suspend(badge_of(account), reason="spam", by=rudi)
    badges.reinstate(badge_of(account), by=rudi)
    badges.revoke(badge_of(account), reason="fraud", by=rudi)
    told = list(Message.objects.filter(about=account.pk).order_by("id").values_list("template", flat=True))
    assert told == ["badge_suspended", "badge_reinstated", "badge_revoked"]


def test_owners_are_reminded_once_before_a_badge_ends() -> None:
    account = make_approved()
    badge = badge_of(account)
    assert verification.tick()["reminded"] == 0
    age(badge, timedelta(days=340), "issued_at", "term_ends_at", "expires_at")
    assert verification.tick()["reminded"] == 1
    assert verification.tick()["reminded"] == 0
    assert Message.objects.filter(about=account.pk, template="renewal_reminder").count() == 1
