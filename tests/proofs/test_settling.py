"""Staff settle who a number belongs to, and ask to prove one again."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.urls import reverse

from accounts.audit.models import Event, LogEntry
from accounts.badges.models import BadgeStatus
from accounts.businesses.models import Membership, NumberUse
from accounts.errors import Forbidden, Invalid, NotAllowed
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.proofs import claims, clockwork, reproofs
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberClaim, NumberProof, NumberReproof
from tests.factories import age, badge_of, make_approved, make_reviewer, make_submitted, owner_of
from tests.proofs.claiming import claimed, prove_by_code, run_out_of_time, sent_to
from tests.racing import race
from tests.staff import browser_of

pytestmark = pytest.mark.usefixtures("db_of_the_test")


def at(page: str, claim: NumberClaim) -> str:
    return reverse(f"admin:proofs_numberclaim_{page}", args=[claim.pk])


def test_staff_leave_the_number_where_it_is(ada: User, sinta: User) -> None:
    claim = claims.keep(claimed(ada), note="Rang them up", by=sinta)
    assert (claim.outcome, claim.settled_by, claim.note) == ("kept", sinta, "Rang them up")
    assert claim.reproof.outcome == "called_off"
    assert NumberUse.objects.get(number=claim.number).account == claim.holder
    assert badge_of(claim.holder).status == BadgeStatus.ACTIVE
    assert Message.objects.filter(template="number_claim_refused").count() == 1


def test_staff_give_it_before_the_date(ada: User, sinta: User) -> None:
    claim = claims.give(claimed(ada), note="Rang it: Ada answered", by=sinta)
    assert (claim.outcome, claim.settled_by) == ("given", sinta)
    assert NumberUse.objects.get(number=claim.number).account == claim.account
    assert badge_of(claim.holder).reason == "number_unproven"


@pytest.mark.parametrize("settle", [claims.keep, claims.give])
def test_who_may_settle_and_how(settle: Any, ada: User, rita: User, sinta: User) -> None:
    claim = claimed(ada)
    with pytest.raises(Forbidden, match="permission_missing"):
        settle(claim, note="no", by=rita)
    with pytest.raises(Invalid, match="reason_required"):
        settle(claim, note=" ", by=sinta)
    for side in (claim.holder, claim.account):
        Membership.objects.create(business=side.business, person=sinta)
        with pytest.raises(Forbidden, match="own_business"):
            settle(claim, note="mine", by=sinta)
        Membership.objects.filter(person=sinta).delete()
    claim.refresh_from_db()
    assert claim.settled_at is None
    settle(claim, note="looked into it", by=sinta)
    with pytest.raises(NotAllowed, match="claim_settled"):
        settle(claim, note="again", by=sinta)


def test_the_page_shows_both_sides_and_settles(ada: User, sinta: User) -> None:
    claim = claimed(ada)
    browser = browser_of(sinta)
    page = browser.get(at("change", claim)).content.decode()
    for shown in (claim.holder_id, claim.account_id, at("give", claim), at("refuse", claim)):
        assert shown in page
    assert LogEntry.objects.filter(kind="viewed", on=claim.pk).exists()
    assert claim.number in browser.get(reverse("admin:proofs_numberclaim_changelist")).content.decode()
    assert browser.post(at("give", claim), {"note": ""}).status_code == 422
    assert browser.post(at("give", claim), {"note": "Rang it"}).status_code == 302
    assert at("give", claim) not in browser.get(at("change", claim)).content.decode()
    assert browser.post(at("refuse", claim), {"note": "Late"}).status_code == 409


# Asked by staff, without anybody who claims the number.


def test_a_reviewer_asks_to_prove_the_number_again(rita: User) -> None:
    account = make_approved()
    proof = NumberProof.objects.get(account=account)
    browser = browser_of(rita)
    address = reverse("admin:proofs_numberproof_ask_again", args=[proof.pk])
    assert browser.post(address).status_code == 302
    reproof = NumberReproof.objects.get()
    assert (reproof.asked_by, reproof.number) == (rita, account.number)
    assert browser.post(address).status_code == 409
    prove_by_code(account, str(account.number))
    reproof.refresh_from_db()
    assert reproof.outcome == "proven"
    proof.refresh_from_db()
    assert proof.proven_at > reproof.asked_at


def test_a_number_that_nobody_proves_again_is_free(rita: User) -> None:
    account = make_approved()
    number = str(account.number)
    reproof = reproofs.ask(account, by=rita)
    age(reproof, timedelta(days=8), "asked_at", "due_at")
    assert clockwork.tick()["run_out"] == 1
    account.refresh_from_db()
    assert account.number is None
    assert badge_of(account).status == BadgeStatus.SUSPENDED
    make_submitted(number=number)


def test_what_staff_asked_outlives_a_claim(ada: User, rita: User) -> None:
    holder = make_approved()
    reproof = reproofs.ask(holder, by=rita)
    claim = claimed(ada, holder)
    assert claim.reproof == reproof, "one date, the earlier one"
    claims.withdraw(claim, by=ada)
    reproof.refresh_from_db()
    assert reproof.closed_at is None


@pytest.mark.parametrize("role", Role)
def test_who_may_ask(role: Role) -> None:
    account, person = make_approved(), make_reviewer(role=role)
    if role in (Role.REVIEWER, Role.SENIOR_REVIEWER):
        reproofs.ask(account, by=person)
    else:
        with pytest.raises(Forbidden, match="permission_missing"):
            reproofs.ask(account, by=person)
        assert not NumberReproof.objects.exists()


def test_nobody_asks_their_own_business_or_one_without_a_number(rita: User) -> None:
    account = make_approved()
    Membership.objects.create(business=account.business, person=rita)
    with pytest.raises(Forbidden, match="own_business"):
        reproofs.ask(account, by=rita)
    with pytest.raises(NotAllowed, match="account_not_live"):
        reproofs.ask(make_submitted().account, by=rita)


# Races: the holder proves it again, the clock takes it away, the staff decide, the claimant withdraws.


def test_of_all_who_settle_at_once_exactly_one_does(committed: None, ada: User, sinta: User) -> None:
    """Fails (deadlocks, claims settled twice) when neither the accounts nor the rows of the claim are locked."""
    for _ in range(6):
        claim = claimed(ada)
        holder, number = claim.holder, claim.number
        proofs.send_code(holder, number, by=owner_of(holder))
        code = sent_to(number)
        run_out_of_time(claim)
        results = race(
            partial(proofs.check_code, holder, number, code, by=owner_of(holder)),
            partial(claims.run_out, claim.reproof),
            partial(claims.keep, claim, note="Theirs", by=sinta),
            partial(claims.give, claim, note="Hers", by=sinta),
            partial(claims.withdraw, claim, by=ada),
        )
        claim.refresh_from_db()
        claim.reproof.refresh_from_db()
        assert results[1:].count("done") == (0 if claim.reproof.outcome == "proven" else 1), results
        assert set(results) <= {"done", "claim_settled", "reproof_closed"}
        owner = NumberUse.objects.get(number=number).account
        assert owner == (claim.account if claim.outcome == "given" else holder)
        holder.refresh_from_db()
        assert (holder.number is None) == (claim.outcome == "given")
        suspended = badge_of(holder).status == BadgeStatus.SUSPENDED
        assert suspended == (claim.outcome == "given")
        assert settlements(claim) == 1


def settlements(claim: NumberClaim) -> int:
    return Event.objects.filter(kind="number.claim_settled", data__claim=claim.pk).count()
