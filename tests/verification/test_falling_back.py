"""The guards of an approval are checked again at its effect; a closed account ends what is open about it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus, Tier
from accounts.businesses import bars, ownership
from accounts.businesses import services as businesses
from accounts.clients.models import ClientApp
from accounts.errors import NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.proofs.models import NumberProof
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Status
from tests.factories import (
    age,
    badge_of,
    let_undo_window_pass,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_draft,
    next_number,
    owner_of,
)
from tests.verification.deeds import ask_for, changed_cards, numbers_of, reread, statuses

pytestmark = pytest.mark.django_db


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
