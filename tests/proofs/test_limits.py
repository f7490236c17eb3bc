"""How many codes go out, by which way, and to which numbers none does."""

from datetime import timedelta

import pytest

from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.errors import NotAllowed, TooMany
from accounts.messages.models import Channel, Message
from accounts.people.models import User
from accounts.proofs import limits
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberCode
from tests.factories import make_account, make_business, next_number
from tests.proofs.claiming import let_pass, sent_to

LANDLINE, MOBILE = "+62215551234", "+6281234567890"
PREMIUM, SHARED_COST, UAN = "+628091234567", "+628041234567", "+621500123"


@pytest.fixture
def account(db: None, ada: User) -> Account:
    return make_account(make_business(ada))


def test_a_code_is_read_out_by_a_call(account: Account, ada: User) -> None:
    row = proofs.send_code(account, MOBILE, channel=Channel.VOICE, by=ada)
    message = Message.objects.get(to=MOBILE)
    assert (row.channel, message.channel) == (Channel.VOICE, Channel.VOICE)
    assert message.secret not in message.body
    proofs.check_code(account, MOBILE, message.secret, by=ada)
    assert proofs.is_proven(account, MOBILE)


def test_a_landline_is_called(account: Account, ada: User) -> None:
    with pytest.raises(NotAllowed, match="number_needs_a_call"):
        proofs.send_code(account, LANDLINE, by=ada)
    assert not Message.objects.exists()
    proofs.send_code(account, LANDLINE, channel=Channel.VOICE, by=ada)
    proofs.check_code(account, LANDLINE, sent_to(LANDLINE), by=ada)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
@pytest.mark.parametrize("number", [PREMIUM, SHARED_COST, UAN])
def test_nothing_goes_to_numbers_that_cost_extra(
    number: str, channel: Channel, account: Account, ada: User
) -> None:
    with pytest.raises(NotAllowed, match="number_costs_extra"):
        proofs.send_code(account, number, channel=channel, by=ada)
    assert not Message.objects.exists()


def test_a_button_pressed_twice_sends_one_code(account: Account, ada: User) -> None:
    proofs.send_code(account, MOBILE, by=ada)
    with pytest.raises(TooMany, match="code_too_soon") as refusal:
        proofs.send_code(account, MOBILE, by=ada)
    assert refusal.value.retry_after is not None and 25 < refusal.value.retry_after <= 31
    proofs.check_code(account, MOBILE, sent_to(MOBILE), by=ada)
    assert NumberCode.objects.count() == 1


def test_numbers_that_begin_alike_share_a_limit(
    account: Account, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Texts to a premium range, each to another number of it, from accounts that were made for it."""
    monkeypatch.setattr(limits, "CAPS", (limits.Cap("prefix", 3, limits.AN_HOUR),))
    for last in range(3):
        other = make_account(make_business(ada))
        proofs.send_code(other, f"+628123456780{last}", by=ada)
    with pytest.raises(TooMany, match="code_too_often"):
        proofs.send_code(account, "+6281298765432", by=ada)
    proofs.send_code(account, "+6285612345678", by=ada)
    assert Message.objects.count() == 4


def test_limits_of_a_day_outlast_those_of_an_hour(account: Account, ada: User) -> None:
    for _ in range(3):
        for _ in range(5):
            proofs.send_code(account, next_number(), by=ada)
        let_pass(timedelta(minutes=61))
    with pytest.raises(TooMany, match="code_too_often_today") as refusal:
        proofs.send_code(account, next_number(), by=ada)
    assert refusal.value.params["hours"] == 21
    let_pass(timedelta(hours=24))
    proofs.send_code(account, next_number(), by=ada)


def test_a_code_that_is_refused_counts_nowhere(account: Account, ada: User) -> None:
    number = next_number()
    for _ in range(5):
        proofs.send_code(account, next_number(), by=ada)
    for _ in range(12):
        with pytest.raises(TooMany):
            proofs.send_code(account, number, by=ada)
    proofs.send_code(make_account(make_business(ada)), number, by=ada)


def test_a_closed_account_gets_no_code(account: Account, ada: User) -> None:
    businesses.close_account(account, by=ada)
    with pytest.raises(NotAllowed, match="account_closed"):
        proofs.send_code(account, MOBILE, by=ada)
