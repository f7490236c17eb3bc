"""Every row of the table of states (DESIGN section 4), and the pilot's rules as a card shows them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Max

from accounts.audit import journal as audit
from accounts.audit.models import EventNumber
from accounts.badges import cards
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus, DisplayPolicy, Tier
from accounts.badges.policies import PILOT_TIERS
from accounts.badges.reasons import REASONS
from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.cardstore import records
from accounts.clients.models import ClientApp
from accounts.display import queries
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberProof
from accounts.verification import services as verification
from accounts.verification.models import Kind
from tests.display.conftest import App
from tests.factories import (
    age,
    badge_of,
    make_account,
    make_approved,
    make_business,
    make_claimed,
    make_draft,
    make_reviewer,
    next_number,
    prove,
)

pytestmark = pytest.mark.usefixtures("no_undo_window")


class BothWays(App):
    """Whatever card it is shown, a store's copy of that card would have been the same, byte for byte."""

    def get(self, path: str, **more: Any) -> Any:
        answer = super().get(path, **more)
        if answer.status_code == 200:
            assert stored(path.removeprefix("/v1/contacts/")) == answer.content
        return answer


def stored(number: str) -> bytes:
    """The card that a store draws now of what it was given."""
    found = queries.find([number])
    (row,), policy = found.rows, found.policy
    assert policy is not None
    record = records.pack(row)
    if record is None:
        return cards.draw(policy, cards.Shape.UNLISTED, number, b"", b"", 0)
    return records.unpack(number, record).card(policy, records.microseconds(row.as_of))


@pytest.fixture
def app(kais_key: str) -> BothWays:
    return BothWays(kais_key)


PLAIN = {"message_colour": "plain", "notice_colour": "plain", "messages_deletable": True}
ACTIONS = {"block": True, "report": True, "account_may_block": True}
NAMED = {
    "saved": {"title": "saved_name", "subtitle": "display_name"},
    "unsaved": {"title": "display_name", "subtitle": "number"},
}
NAMELESS = {
    "saved": {"title": "saved_name", "subtitle": "number"},
    "unsaved": {"title": "number", "subtitle": None},
}


def unlisted(number: str) -> dict[str, Any]:
    return {
        "number": number,
        "listed": False,
        "tier": None,
        "account": None,
        "mark": None,
        "badge": None,
        "absence": None,
        "display": {**NAMELESS, "chat": PLAIN, "actions": ACTIONS},
        "policy": "pilot-2017.1",
        "version": 0,
        "offline_grace": 86_400,
    }


def withheld(account: Account, state: str, since: Any, reason: str) -> dict[str, Any]:
    """The card of a suspended or revoked badge."""
    assert account.number is not None
    sentence = REASONS[reason]
    return {
        **unlisted(account.number),
        "listed": True,
        "absence": {
            "state": state,
            "since": cards.rfc3339(since),
            "reason": {"code": reason, "id": sentence.id, "en": sentence.en},
        },
        "version": last_change(account.number),
    }


def last_change(number: str) -> int:
    seq = EventNumber.objects.filter(number=number).aggregate(last=Max("event_id"))["last"]
    assert isinstance(seq, int)
    return seq


def drop(badge: Badge, moment: timedelta) -> None:
    """Let a badge have been issued and run out that much earlier."""
    age(badge, moment, "issued_at", "term_ends_at", "expires_at", "suspended_at", "ended_at")


def unconfirm_before(account: Account, moment: timedelta) -> None:
    age(account, moment, "confirmed_at")


def test_an_active_badge_is_a_verified_card_whole(app: App) -> None:
    business = make_business(legal_name="CV Bu Siti")
    account = make_account(business, about="Nasi uduk", contact_purposes=["order_updates", "delivery"])
    account = make_approved(account=account, display_name="Warung Bu Siti", website="https://siti.example")
    badge = badge_of(account)
    assert app.card(account.number) == {
        "number": account.number,
        "listed": True,
        "tier": "verified",
        "account": {
            "id": account.pk,
            "display_name": "Warung Bu Siti",
            "category": "food",
            "country": "ID",
            "about": "Nasi uduk",
            "photo": None,
            "website": "https://siti.example",
            "contact_purposes": ["order_updates", "delivery"],
            "business": {"id": business.pk, "legal_name": "CV Bu Siti"},
        },
        "mark": {
            "symbol": "pin",
            "colour": "green",
            "position": "beside_photo",
            "label": {"id": "Bisnis terverifikasi", "en": "Verified business"},
        },
        "badge": {
            "id": badge.pk,
            "verified_by": "Verified Business Registry",
            "methods": badge.methods,
            "issued_at": cards.rfc3339(badge.issued_at),
            "expires_at": cards.rfc3339(badge.expires_at),
        },
        "absence": None,
        "display": {
            **NAMED,
            "chat": {"message_colour": "yellow", "notice_colour": "yellow", "messages_deletable": False},
            "actions": ACTIONS,
        },
        "policy": "pilot-2017.1",
        "version": last_change(account.number or ""),
        "offline_grace": 86_400,
    }


def test_an_account_approved_as_confirmed_has_a_grey_tick_and_a_plain_chat(app: App) -> None:
    account = make_approved(Tier.CONFIRMED, display_name="Warung Bu Wati")
    card = app.card(account.number)
    assert (card["listed"], card["tier"], card["badge"], card["absence"]) == (True, "confirmed", None, None)
    assert card["account"]["display_name"] == "Warung Bu Wati"
    assert (card["mark"]["colour"], card["mark"]["symbol"]) == ("grey", "tick")
    assert card["display"] == {**NAMED, "chat": PLAIN, "actions": ACTIONS}


@pytest.mark.parametrize("told", [True, False], ids=["after the clock's job", "before the clock's job"])
def test_an_expired_badge_leaves_a_confirmed_card_that_says_since_when(app: App, told: bool) -> None:
    account = make_approved()
    badge = badge_of(account)
    unconfirm_before(account, timedelta(days=400))
    drop(badge, timedelta(days=400))
    if told:
        badges.expire_due()
    card = app.card(account.number)
    assert (card["listed"], card["tier"], card["badge"]) == (True, "confirmed", None)
    assert card["mark"]["colour"] == "grey"
    assert card["absence"] == {"state": "expired", "since": cards.rfc3339(badge.expires_at), "reason": None}
    assert card["display"] == {**NAMED, "chat": PLAIN, "actions": ACTIONS}


def test_an_expired_badge_of_a_number_that_is_no_longer_proven_leaves_nothing(app: App) -> None:
    account = make_approved()
    unconfirm_before(account, timedelta(days=400))
    drop(badge_of(account), timedelta(days=400))
    badges.expire_due()
    NumberProof.objects.filter(account=account).update(failed_at=account.created_at)
    assert account.number is not None
    assert app.card(account.number) == unlisted(account.number)


def test_a_later_approval_takes_the_place_of_an_expired_badge(app: App) -> None:
    account = make_approved()
    drop(badge_of(account), timedelta(days=400))
    badges.expire_due()
    # Approved anew, as confirmed: confirmed_at stays where it is, after the badge's end.
    card = app.card(account.number)
    assert (card["tier"], card["absence"]) == ("confirmed", None)


def test_a_suspended_badge_shows_neither_name_nor_mark_but_the_reason(app: App) -> None:
    account = make_approved()
    badge = badges.suspend(badge_of(account), reason="under_investigation", by=audit.SYSTEM)
    assert badge.suspended_at is not None
    assert app.card(account.number) == withheld(
        account, "suspended", badge.suspended_at, "under_investigation"
    )


def test_a_number_that_failed_re_proof_suspends_the_card(app: App) -> None:
    account = make_approved()
    proofs.fail(account, by=audit.SYSTEM)
    card = app.card(account.number)
    assert card["absence"]["state"] == "suspended"
    assert card["absence"]["reason"]["code"] == "number_unproven"


@pytest.mark.parametrize("told", [True, False], ids=["after the clock's job", "before the clock's job"])
def test_a_badge_that_ran_out_while_suspended_stays_suspended_for_ninety_days(app: App, told: bool) -> None:
    account = make_approved()
    badge = badges.suspend(badge_of(account), reason="spam", by=audit.SYSTEM)
    unconfirm_before(account, timedelta(days=400))
    drop(badge, timedelta(days=365 + 89))
    if told:
        badges.expire_due()
    badge.refresh_from_db()
    assert badge.suspended_at is not None
    assert app.card(account.number) == withheld(account, "suspended", badge.suspended_at, "spam")
    drop(badge, timedelta(days=2))
    assert account.number is not None
    assert app.card(account.number) == unlisted(account.number)


def test_a_revoked_badge_says_so_for_ninety_days_and_then_nothing(app: App) -> None:
    account = make_approved()
    badge = badges.revoke(badge_of(account), reason="fraud", by=audit.SYSTEM)
    assert badge.ended_at is not None
    assert app.card(account.number) == withheld(account, "revoked", badge.ended_at, "fraud")
    age(badge, timedelta(days=89), "issued_at", "ended_at")
    assert app.card(account.number) == withheld(account, "revoked", badge.ended_at, "fraud")
    age(badge, timedelta(days=2), "issued_at", "ended_at")
    assert account.number is not None
    assert app.card(account.number) == unlisted(account.number)


def test_an_approval_after_a_revocation_counts(app: App) -> None:
    account = make_approved()
    badges.revoke(badge_of(account), reason="fraud", by=audit.SYSTEM)
    badge = badges.issue(account, methods=["documents"], cause="app_test", by=audit.SYSTEM)
    card = app.card(account.number)
    assert (card["tier"], card["badge"]["id"]) == ("verified", badge.pk)


def test_a_reinstated_badge_is_verified_again(app: App) -> None:
    account = make_approved()
    badge = badges.suspend(badge_of(account), reason="under_investigation", by=audit.SYSTEM)
    badges.reinstate(badge, by=audit.SYSTEM)
    assert app.card(account.number)["tier"] == "verified"


def _unknown(number: str, kai: ClientApp) -> None:
    pass


def _draft(number: str, kai: ClientApp) -> None:
    make_draft(number=number)


def _submitted(number: str, kai: ClientApp) -> None:
    make_claimed(make_reviewer(), number=number)


def _declined(number: str, kai: ClientApp) -> None:
    reviewer = make_reviewer()
    application = make_claimed(reviewer, number=number)
    verification.decline(application, reason="not_a_business", by=reviewer)


def _personal(number: str, kai: ClientApp) -> None:
    ownership.declare_personal(number, by=kai)


def _closed(number: str, kai: ClientApp) -> None:
    businesses.close_account(make_approved(number=number), by=audit.SYSTEM)


def _left_by_its_account(number: str, kai: ClientApp) -> None:
    account = make_approved(number=number)
    reviewer = make_reviewer()
    application = make_claimed(reviewer, account, kind=Kind.NUMBER_CHANGE, number=next_number())
    prove(application)
    verification.approve(application, tier=Tier.VERIFIED, by=reviewer)


def _revoked_long_ago(number: str, kai: ClientApp) -> None:
    badge = badges.revoke(badge_of(make_approved(number=number)), reason="spam", by=audit.SYSTEM)
    age(badge, timedelta(days=100), "issued_at", "ended_at")


@pytest.mark.parametrize(
    "cause",
    [_unknown, _draft, _submitted, _declined, _personal, _closed, _left_by_its_account, _revoked_long_ago],
    ids=lambda cause: cause.__name__.strip("_"),
)
def test_everything_else_is_byte_equal_whatever_the_cause(app: App, kai: ClientApp, cause: Any) -> None:
    number = next_number()
    before = app.get(f"/v1/contacts/{number}")
    cause(number, kai)
    after = app.get(f"/v1/contacts/{number}")
    assert after.json() == unlisted(number)
    assert after.content == before.content
    assert after.headers["ETag"] == before.headers["ETag"]


def test_a_sole_traders_legal_name_is_nobodys_business(app: App) -> None:
    account = make_approved(account=make_account(make_business(kind="sole_trader", legal_name="Siti Aminah")))
    answer = app.get(f"/v1/contacts/{account.number}")
    assert answer.json()["account"]["business"]["legal_name"] is None
    assert b"Siti Aminah" not in answer.content


def test_a_cards_keys_stand_in_the_order_of_the_design(app: App) -> None:
    keys = ["number", "listed", "tier", "account", "mark", "badge", "absence", "display"]
    keys += ["policy", "version", "offline_grace"]
    assert list(app.card(next_number())) == keys
    assert list(app.card(make_approved().number)) == keys


# The rules of the pilot, as far as a card shows them.


def test_the_members_of_a_card_stand_in_one_order_also_those_that_the_policy_gives(app: App) -> None:
    card = app.card(make_approved().number)
    assert list(card["mark"]) == ["symbol", "colour", "position", "label"]
    assert list(card["mark"]["label"]) == ["id", "en"]
    assert list(card["display"]["chat"]) == ["message_colour", "notice_colour", "messages_deletable"]


def test_R1_the_mark_is_data_and_a_new_policy_turns_the_pin_blue(app: App) -> None:
    account = make_approved()
    assert app.card(account.number)["mark"]["colour"] == "green"
    tiers = {**PILOT_TIERS, "verified": {**PILOT_TIERS["verified"]}}
    label = PILOT_TIERS["verified"]["mark"]["label"]
    tiers["verified"]["mark"] = {
        "symbol": "tick",
        "colour": "blue",
        "position": "beside_name",
        "label": label,
    }
    badges.publish_policy("blue.1", tiers, by=audit.SYSTEM)
    card = app.card(account.number)
    assert (card["mark"]["colour"], card["mark"]["symbol"], card["policy"]) == ("blue", "tick", "blue.1")


def test_R2_a_saved_name_wins_and_the_card_never_holds_it(app: App) -> None:
    display = app.card(make_approved().number)["display"]
    assert display["saved"] == {"title": "saved_name", "subtitle": "display_name"}
    assert display["unsaved"] == {"title": "display_name", "subtitle": "number"}


def test_R2_without_a_tier_an_unsaved_number_is_just_a_number(app: App) -> None:
    display = app.card(next_number())["display"]
    assert display["saved"] == {"title": "saved_name", "subtitle": "number"}
    assert display["unsaved"] == {"title": "number", "subtitle": None}


def test_R3_messages_and_notice_of_a_verified_chat_are_yellow(app: App) -> None:
    chat = app.card(make_approved().number)["display"]["chat"]
    assert (chat["message_colour"], chat["notice_colour"]) == ("yellow", "yellow")


def test_R4_messages_of_a_verified_chat_cannot_be_deleted(app: App) -> None:
    assert app.card(make_approved().number)["display"]["chat"]["messages_deletable"] is False
    assert app.card(make_approved(Tier.CONFIRMED).number)["display"]["chat"]["messages_deletable"] is True


def test_R5_every_card_lets_both_sides_block(app: App) -> None:
    suspended = make_approved()
    badges.suspend(badge_of(suspended), reason="spam", by=audit.SYSTEM)
    for number in (
        make_approved().number,
        make_approved(Tier.CONFIRMED).number,
        suspended.number,
        next_number(),
    ):
        actions = app.card(number)["display"]["actions"]
        assert (actions["block"], actions["account_may_block"]) == (True, True)


def test_R6_an_application_that_was_not_invited_yet_shows_nothing(app: App) -> None:
    application = make_draft()
    assert app.card(application.number)["listed"] is False


def test_R7_no_card_holds_the_contact_of_an_owner(app: App) -> None:
    owner = businesses.find_or_create_owner("siti@owner.example", name="Siti Rahasia")
    account = make_approved(account=make_account(make_business(owner)))
    content = app.get(f"/v1/contacts/{account.number}").content
    assert b"siti@owner.example" not in content and b"Rahasia" not in content


def test_R7_a_live_accounts_number_declared_personal_keeps_its_card(app: App, kai: ClientApp) -> None:
    account = make_approved()
    before = app.get(f"/v1/contacts/{account.number}").content
    assert account.number is not None
    assert ownership.declare_personal(account.number, by=kai) == "disputed"
    assert app.get(f"/v1/contacts/{account.number}").content == before


def test_R8_the_card_shows_what_the_account_writes_about(app: App) -> None:
    account = make_approved(account=make_account(contact_purposes=["appointments", "promotions"]))
    assert app.card(account.number)["account"]["contact_purposes"] == ["appointments", "promotions"]


def test_without_any_policy_the_answer_is_503_and_never_an_unlisted_card(app: App) -> None:
    DisplayPolicy.objects.all().delete()
    answer = app.get(f"/v1/contacts/{next_number()}")
    assert (answer.status_code, answer.json()["code"]) == (503, "policy_missing")
    assert int(answer.headers["Retry-After"]) > 0


def test_a_status_of_the_database_that_no_rule_names_is_unlisted(app: App) -> None:
    account = make_approved()
    Badge.objects.filter(account=account).update(status=BadgeStatus.SUPERSEDED, ended_at=account.confirmed_at)
    assert app.card(account.number)["tier"] == "confirmed"
