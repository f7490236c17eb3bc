"""Showing that a business answers at a number."""

import logging
import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts import codes
from accounts.audit.models import Event, EventNumber, LogEntry
from accounts.businesses.models import Account, Membership
from accounts.clients.models import ClientApp
from accounts.errors import DomainError, Forbidden, Invalid, NotAllowed, TooMany
from accounts.messages.models import Channel, Message
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.proofs import limits
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberCode, NumberProof
from tests.factories import (
    age,
    make_account,
    make_approved,
    make_business,
    make_reviewer,
    make_submitted,
    next_number,
)
from tests.proofs.claiming import let_pass, sent_to


@pytest.fixture
def account(db_of_the_test: None, ada: User) -> Account:
    return make_account(make_business(ada))


def send(account: Account, number: str, by: User) -> NumberCode:
    """Whoever waits long enough for the code before."""
    let_pass(proofs.RESEND_AFTER)
    return proofs.send_code(account, number, by=by)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def refused(act: Callable[[], object]) -> str:
    try:
        act()
    except DomainError as refusal:
        return refusal.code
    return "proven"


def test_a_code_proves_the_number(account: Account, ada: User) -> None:
    number = next_number()
    proofs.send_code(account, number, by=ada)
    message = Message.objects.get(to=number)
    assert (message.channel, message.language) == (Channel.SMS, ada.language)
    assert re.fullmatch(r"[0-9]{6}", message.secret)
    assert not proofs.is_proven(account, number)
    proofs.check_code(account, number, message.secret, by=ada)
    assert proofs.is_proven(account, number)
    assert proofs.methods(account, number) == ["phone_code"]


def test_a_code_is_for_one_account_and_one_number(account: Account, ada: User, mallory: User) -> None:
    number = next_number()
    proofs.send_code(account, number, by=ada)
    code = sent_to(number)
    other = make_account(make_business(mallory))
    assert refused(lambda: proofs.check_code(other, number, code, by=mallory)) == "code_used_up"
    assert refused(lambda: proofs.check_code(account, next_number(), code, by=ada)) == "code_used_up"
    proofs.check_code(account, number, code, by=ada)
    assert not proofs.is_proven(other, number)


def test_the_code_is_stored_hashed_and_bound_to_its_row(
    account: Account, ada: User, settings: object
) -> None:
    number = next_number()
    row = proofs.send_code(account, number, by=ada)
    code = sent_to(number)
    stored = NumberCode.objects.filter(pk=row.pk).values().get()
    assert all(code not in str(value) for name, value in stored.items() if name not in ("number", "id"))
    assert bytes(stored["digest"]) != codes.digest(NumberCode(account=account, number=number).pk, code)


def test_five_guesses(account: Account, ada: User) -> None:
    number = next_number()
    proofs.send_code(account, number, by=ada)
    code = sent_to(number)
    for left in (4, 3, 2, 1):
        with pytest.raises(Invalid, match="code_wrong") as missed:
            proofs.check_code(account, number, wrong(code), by=ada)
        assert missed.value.params == {"left": left}
    assert refused(lambda: proofs.check_code(account, number, wrong(code), by=ada)) == "code_used_up"
    assert refused(lambda: proofs.check_code(account, number, code, by=ada)) == "code_used_up"
    assert not proofs.is_proven(account, number)
    assert (
        LogEntry.objects.filter(kind="refused", by=ada.pk, data__code="code_wrong").count() == codes.GUESSES
    )


def test_the_fifth_guess_may_be_right(account: Account, ada: User) -> None:
    number = next_number()
    proofs.send_code(account, number, by=ada)
    code = sent_to(number)
    for _ in range(codes.GUESSES - 1):
        refused(lambda: proofs.check_code(account, number, wrong(code), by=ada))
    assert refused(lambda: proofs.check_code(account, number, code, by=ada)) == "proven"


def test_a_code_is_used_once(account: Account, ada: User) -> None:
    number = next_number()
    proofs.send_code(account, number, by=ada)
    code = sent_to(number)
    proofs.check_code(account, number, code, by=ada)
    assert refused(lambda: proofs.check_code(account, number, code, by=ada)) == "code_used_up"


def test_a_code_lives_for_ten_minutes(account: Account, ada: User) -> None:
    number = next_number()
    row = proofs.send_code(account, number, by=ada)
    age(row, timedelta(minutes=9, seconds=50), "created_at", "expires_at")
    NumberCode.objects.get(pk=row.pk)
    code = sent_to(number)
    assert refused(lambda: proofs.check_code(account, number, wrong(code), by=ada)) == "code_wrong"
    age(row, timedelta(seconds=10), "created_at", "expires_at")
    assert refused(lambda: proofs.check_code(account, number, code, by=ada)) == "code_used_up"


def test_a_new_code_ends_the_one_before(account: Account, ada: User) -> None:
    number = next_number()
    proofs.send_code(account, number, by=ada)
    first = sent_to(number)
    send(account, number, by=ada)
    second = sent_to(number)
    if first != second:  # one in a million
        assert refused(lambda: proofs.check_code(account, number, first, by=ada)) == "code_wrong"
    assert refused(lambda: proofs.check_code(account, number, second, by=ada)) == "proven"


def test_an_account_sends_five_codes_an_hour_to_whichever_numbers(account: Account, ada: User) -> None:
    for _ in range(5):
        proofs.send_code(account, next_number(), by=ada)
    with pytest.raises(TooMany, match="code_too_often") as refusal:
        proofs.send_code(account, next_number(), by=ada)
    assert refusal.value.retry_after is not None and 3500 < refusal.value.retry_after <= 3601
    let_pass(timedelta(hours=1))
    proofs.send_code(account, next_number(), by=ada)


def test_a_number_is_not_flooded_whoever_asks(account: Account, ada: User, mallory: User) -> None:
    number = next_number()
    accounts = [make_account(make_business(mallory)) for _ in range(2)]
    for other in accounts:
        for _ in range(5):
            send(other, number, by=mallory)
    with pytest.raises(TooMany, match="code_too_often"):
        proofs.send_code(account, number, by=ada)
    assert Message.objects.filter(to=number).count() == 10
    proofs.send_code(account, next_number(), by=ada)


def test_one_account_does_not_use_up_the_codes_of_another(account: Account, ada: User, mallory: User) -> None:
    number = next_number()
    other = make_account(make_business(mallory))
    for _ in range(5):
        send(other, number, by=mallory)
    proofs.send_code(account, number, by=ada)


def test_no_code_goes_to_a_number_that_another_account_holds(account: Account, ada: User) -> None:
    number = next_number()
    make_submitted(number=number)
    assert refused(lambda: proofs.send_code(account, number, by=ada)) == "number_taken"


def test_a_partner_app_does_not_text_the_whole_world(kai: ClientApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CAPS", (limits.Cap("app", 3, limits.AN_HOUR),))
    accounts = [make_account(make_business(client=kai)) for _ in range(4)]
    for one in accounts[:3]:
        proofs.send_code(one, next_number(), by=kai)
    assert refused(lambda: proofs.send_code(accounts[3], next_number(), by=kai)) == "code_too_often"


def test_a_proven_number_needs_no_code(account: Account, ada: User) -> None:
    number = next_number()
    proofs.send_code(account, number, by=ada)
    proofs.check_code(account, number, sent_to(number), by=ada)
    assert refused(lambda: proofs.send_code(account, number, by=ada)) == "number_already_proven"


def test_neither_code_nor_number_is_in_journal_or_log(
    account: Account, ada: User, caplog: pytest.LogCaptureFixture
) -> None:
    number = next_number()
    caplog.set_level(logging.DEBUG, logger="accounts")
    proofs.send_code(account, number, by=ada)
    code = sent_to(number)
    refused(lambda: proofs.check_code(account, number, wrong(code), by=ada))
    proofs.check_code(account, number, code, by=ada)
    written = str([*Event.objects.values_list("data"), *LogEntry.objects.values_list("data"), caplog.text])
    for secret in (code, wrong(code), number, number[1:]):
        assert secret not in written


# Call-backs, and proofs that fail.


def test_a_reviewers_call_back_is_recorded_with_name_and_note(account: Account, rita: User) -> None:
    number = next_number()
    proof = proofs.record_call_back(account, number, note="Ibu Siti answered", by=rita)
    proof.refresh_from_db()
    assert (proof.recorded_by, proof.note) == (rita, "Ibu Siti answered")
    assert proofs.methods(account, number) == ["call_back"]
    event = Event.objects.latest("seq")
    assert (event.kind, event.by, event.data) == ("number.proven", rita.pk, {"method": "call_back"})


@pytest.mark.parametrize("role", Role)
def test_who_may_record_a_call_back(role: Role, account: Account) -> None:
    person = make_reviewer(role=role)
    if role in (Role.REVIEWER, Role.SENIOR_REVIEWER):
        proofs.record_call_back(account, next_number(), note="", by=person)
    else:
        with pytest.raises(Forbidden, match="permission_missing"):
            proofs.record_call_back(account, next_number(), note="", by=person)
        assert not NumberProof.objects.exists()


def test_nobody_calls_their_own_business_back(account: Account, rita: User) -> None:
    Membership.objects.create(business=account.business, person=rita)
    with pytest.raises(Forbidden, match="own_business"):
        proofs.record_call_back(account, next_number(), note="", by=rita)


def test_a_failed_proof_stands_no_longer_and_the_card_changes(rita: User) -> None:
    account = make_approved()
    assert account.number is not None
    proofs.record_call_back(account, account.number, note="", by=rita)
    assert proofs.methods(account, account.number) == ["call_back", "phone_code"]
    proofs.fail(account, by=rita)
    assert not proofs.is_proven(account, account.number)
    failed = Event.objects.get(kind="number.proof_failed")
    assert [changed.number for changed in EventNumber.objects.filter(event=failed)] == [account.number]
    with pytest.raises(NotAllowed, match="number_not_proven"):
        proofs.fail(account, by=rita)


def test_a_number_can_be_proven_again_after_it_failed(rita: User, ada: User) -> None:
    account = make_approved()
    assert account.number is not None
    proofs.fail(account, by=rita)
    proofs.send_code(account, account.number, by=ada)
    proofs.check_code(account, account.number, sent_to(account.number), by=ada)
    assert proofs.is_proven(account, account.number)


def test_who_may_say_that_a_proof_failed(olga: User) -> None:
    account = make_approved()
    with pytest.raises(Forbidden, match="permission_missing"):
        proofs.fail(account, by=olga)
