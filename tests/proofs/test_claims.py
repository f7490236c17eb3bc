"""A number that another business has: who answers there gets it, and nobody loses it in silence."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.audit.models import Event, EventNumber
from accounts.badges.cards import card
from accounts.badges.models import BadgeStatus
from accounts.businesses import ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, NumberUse
from accounts.clients.models import ClientApp
from accounts.display import queries
from accounts.errors import NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.proofs import claims, clockwork
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberClaim, NumberReproof
from accounts.verification import services as verification
from accounts.verification.models import Kind, Source, Status
from tests.factories import (
    age,
    approve_now,
    badge_of,
    make_account,
    make_approved,
    make_business,
    make_submitted,
    next_number,
    owner_of,
)
from tests.proofs.claiming import claimant_of, claimed, prove_by_code, run_out_of_time

pytestmark = pytest.mark.usefixtures("db")


def card_of(number: str) -> dict[str, Any]:
    found = queries.find([number])
    assert found.policy is not None
    return card(found.rows[0], found.policy)


def told(account: Account) -> list[str]:
    """The templates of what its owner was written about the number."""
    owner = owner_of(account)
    about = Message.objects.filter(to=owner.email, template__startswith="number_").order_by("pk")
    return list(about.values_list("template", flat=True))


# Opening one.


def test_a_code_at_the_number_opens_a_claim_and_the_holder_is_asked(ada: User) -> None:
    holder = make_approved()
    claim = claimed(ada, holder)
    reproof = claim.reproof
    assert (claim.holder, claim.number, reproof.account) == (holder, holder.number, holder)
    assert reproof.due_at - reproof.asked_at == timedelta(days=7)
    message = Message.objects.get(template="number_prove_again")
    assert message.to == owner_of(holder).email
    assert f"/my/accounts/{holder.pk}/number/" in message.body
    assert badge_of(holder).status == BadgeStatus.ACTIVE, "nothing changes before the date"
    assert card_of(claim.number)["tier"] == "verified"


def test_nobody_claims_without_answering_there(ada: User) -> None:
    holder = make_approved()
    draft = claimant_of(str(holder.number), ada)
    with pytest.raises(NotAllowed, match="number_not_proven"):
        claims.open_claim(draft.account, draft.number, by=ada)
    prove_by_code(draft.account, draft.number, claiming=True)
    age(draft.account.number_proofs.get(), claims.FRESH, "proven_at")
    with pytest.raises(NotAllowed, match="number_not_proven"):
        claims.open_claim(draft.account, draft.number, by=ada)


def test_a_code_for_a_claim_does_not_take_the_number(ada: User) -> None:
    holder = make_approved()
    draft = claimant_of(str(holder.number), ada)
    with pytest.raises(NotAllowed, match="number_taken"):
        proofs.send_code(draft.account, draft.number, by=ada)
    prove_by_code(draft.account, draft.number, claiming=True)
    with pytest.raises(NotAllowed, match="number_taken"):
        verification.submit(draft, by=ada)
    assert NumberUse.objects.get(number=draft.number).account == holder


def test_a_number_that_is_free_or_ones_own_is_not_claimed(ada: User) -> None:
    account = make_account(make_business(ada))
    number = next_number()
    prove_by_code(account, number)
    with pytest.raises(NotAllowed, match="number_not_taken"):
        claims.open_claim(account, number, by=ada)
    live = make_approved()
    with pytest.raises(NotAllowed, match="number_not_taken"):
        claims.open_claim(live, str(live.number), by=ada)


def test_R7_a_personal_number_is_not_claimed(ada: User, kai: ClientApp) -> None:
    personal = next_number()
    ownership.declare_personal(personal, by=kai)
    draft = claimant_of(personal, ada)
    with pytest.raises(NotAllowed, match="number_is_personal"):
        proofs.send_code(draft.account, personal, claiming=True, by=ada)
    with pytest.raises(NotAllowed, match="number_is_personal"):
        claims.open_claim(draft.account, personal, by=ada)
    disputed = make_approved()
    ownership.declare_personal(str(disputed.number), by=kai)
    with pytest.raises(NotAllowed, match="number_is_personal"):
        claimed(ada, disputed)


def test_one_claim_at_a_time(ada: User, mallory: User) -> None:
    claim = claimed(ada)
    draft = claimant_of(claim.number, mallory)
    prove_by_code(draft.account, claim.number, claiming=True)
    with pytest.raises(NotAllowed, match="number_claimed"):
        claims.open_claim(draft.account, claim.number, by=mallory)


# Proving it again.


def test_the_holder_proves_it_again_and_keeps_it(ada: User) -> None:
    claim = claimed(ada)
    holder = claim.holder
    prove_by_code(holder, claim.number)  # without being told that it is proven already
    claim.refresh_from_db()
    assert (claim.outcome, claim.reproof.outcome, claim.settled_by) == ("kept", "proven", None)
    assert badge_of(holder).status == BadgeStatus.ACTIVE
    assert not proofs.is_proven(claim.account, claim.number), "what the claimant showed counts no more"
    assert told(claim.account)[-1] == "number_claim_refused"
    assert clockwork.tick() == {"settled": 0, "run_out": 0}


def test_who_was_refused_waits_before_claiming_again(ada: User) -> None:
    claim = claimed(ada)
    prove_by_code(claim.holder, claim.number)
    prove_by_code(claim.account, claim.number, claiming=True)
    with pytest.raises(NotAllowed, match="claim_refused_lately"):
        claims.open_claim(claim.account, claim.number, by=ada)
    age(NumberClaim.objects.get(), timedelta(days=30), "settled_at")
    claims.open_claim(claim.account, claim.number, by=ada)


def test_a_reviewers_call_back_proves_it_too(ada: User, rita: User) -> None:
    claim = claimed(ada)
    proofs.record_call_back(claim.holder, claim.number, note="", by=rita)
    claim.refresh_from_db()
    assert claim.outcome == "kept"


# Time runs out.


def test_a_number_that_was_not_proven_in_time_goes_to_who_claimed_it(ada: User) -> None:
    """The whole way: the badge of the old holder is suspended, its card gone, and the new one is approved."""
    claim = claimed(ada)
    holder, number = claim.holder, claim.number
    assert clockwork.tick() == {"settled": 0, "run_out": 0}, "not before its time"
    run_out_of_time(claim)
    assert clockwork.tick() == {"settled": 0, "run_out": 1}
    assert clockwork.tick() == {"settled": 0, "run_out": 0}
    claim.refresh_from_db()
    holder.refresh_from_db()
    assert (claim.outcome, claim.reproof.outcome) == ("given", "failed")
    badge = badge_of(holder)
    assert (badge.status, badge.reason) == (BadgeStatus.SUSPENDED, "number_unproven")
    assert (holder.number, holder.closed_at) == (None, None)
    assert holder.live_name, "the account lives, and may move to another number"
    unknown = card_of(next_number())
    assert card_of(number) == unknown | {"number": number}
    assert number in EventNumber.objects.filter(event__kind="account.number_lost").values_list(
        "number", flat=True
    )
    assert told(holder)[-1] == "number_lost"
    assert told(claim.account)[-1] == "number_claim_given"

    application = verification.submit(claim.account.applications.get(), by=ada)
    assert approve_now(application).status == Status.APPROVED
    shown = card_of(number)
    assert (shown["tier"], shown["account"]["id"]) == ("verified", claim.account_id)


def test_a_given_number_is_nobody_elses(ada: User, mallory: User) -> None:
    claim = claimed(ada)
    run_out_of_time(claim)
    clockwork.tick()
    with pytest.raises(NotAllowed, match="number_taken"):
        make_submitted(make_account(make_business(mallory)), number=claim.number)
    verification.withdraw(claim.account.applications.get(), by=ada)
    make_submitted(make_account(make_business(mallory)), number=claim.number)


def test_a_number_that_is_only_applied_for_is_claimed_too(ada: User) -> None:
    """And the live number of that account, its proof and its badge are none of the claim's business."""
    holder = make_approved()
    live, wished = holder.number, next_number()
    change = verification.start(
        holder, kind=Kind.NUMBER_CHANGE, source=Source.FORM, number=wished, by=owner_of(holder)
    )
    verification.submit(change, by=owner_of(holder))
    draft = claimant_of(wished, ada)
    prove_by_code(draft.account, wished, claiming=True)
    claim = claims.open_claim(draft.account, wished, by=ada)
    run_out_of_time(claim)
    assert clockwork.tick()["run_out"] == 1
    holder.refresh_from_db()
    assert (holder.number, badge_of(holder).status) == (live, BadgeStatus.ACTIVE)
    assert NumberUse.objects.get(number=wished).account == draft.account


def test_R7_what_was_declared_personal_meanwhile_is_given_to_nobody(
    ada: User, kai: ClientApp, rudi: User
) -> None:
    claim = claimed(ada)
    ownership.declare_personal(claim.number, by=kai)
    run_out_of_time(claim)
    clockwork.tick()
    claim.refresh_from_db()
    assert claim.outcome == "withdrawn"
    assert not NumberUse.objects.filter(number=claim.number).exists()
    ownership.give_up_number(claim.holder.disputes.get(), note="Hers", by=rudi)
    assert NumberUse.objects.get(number=claim.number).declared_by == kai


# The holder or the claimant does something else meanwhile.


def test_a_holder_that_closes_leaves_the_number_to_who_claimed_it(ada: User) -> None:
    claim = claimed(ada)
    businesses.close_account(claim.holder, by=owner_of(claim.holder))
    assert clockwork.tick() == {"settled": 1, "run_out": 0}
    claim.refresh_from_db()
    assert (claim.outcome, claim.reproof.outcome) == ("given", "called_off")
    assert NumberUse.objects.get(number=claim.number).account == claim.account


def test_a_holder_that_says_the_number_is_gone_gives_it_at_once(ada: User) -> None:
    claim = claimed(ada)
    claims.give_up(claim.holder, by=owner_of(claim.holder))
    claim.refresh_from_db()
    assert claim.outcome == "given"
    assert NumberUse.objects.get(number=claim.number).account == claim.account


def test_a_claim_ends_with_the_application(ada: User) -> None:
    claim = claimed(ada)
    verification.withdraw(claim.account.applications.get(), by=ada)
    claim.refresh_from_db()
    assert (claim.outcome, claim.reproof.outcome) == ("withdrawn", "called_off")
    run_out_of_time(claim)
    assert clockwork.tick() == {"settled": 0, "run_out": 0}, "nobody asks any more"
    assert badge_of(claim.holder).status == BadgeStatus.ACTIVE


def test_a_claim_ends_when_another_number_is_written(ada: User) -> None:
    claim = claimed(ada)
    draft = claim.account.applications.get()
    verification.change(draft, revision=draft.revision, number=next_number(), by=ada)
    claim.refresh_from_db()
    assert claim.outcome == "withdrawn"


def test_a_claim_is_withdrawn_once(ada: User) -> None:
    claim = claimed(ada)
    assert proofs.is_proven(claim.account, claim.number)
    claims.withdraw(claim, by=ada)
    assert not proofs.is_proven(Account.objects.get(pk=claim.account_id), claim.number), "nor kept for later"
    with pytest.raises(NotAllowed, match="claim_settled"):
        claims.withdraw(claim, by=ada)
    assert not NumberReproof.objects.open().exists()


def test_neither_number_nor_name_is_in_the_journal(ada: User) -> None:
    claim = claimed(ada)
    run_out_of_time(claim)
    clockwork.tick()
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"number.claimed", "number.reproof_asked", "account.number_lost", "number.claim_settled"} <= kinds
    assert claim.number[1:] not in str(list(Event.objects.values_list("data", flat=True)))
