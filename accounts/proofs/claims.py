"""A number that another business has: claimed by a code that arrives there, and settled by who proves it, or by staff.

The holder's account is the lock of everything here: of proving again, the clock and the staff, the first one wins.
Where two accounts are locked, it is in the order of their ids.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks, ownership
from accounts.businesses.models import Account, NumberUse
from accounts.businesses.services import require_outsider
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.proofs import notices, reproofs
from accounts.proofs.models import (
    ClaimOutcome,
    NumberClaim,
    NumberProof,
    NumberReproof,
    ReproofOutcome,
)
from accounts.proofs.services import falls

FRESH = timedelta(hours=1)  # so long ago at most the code for a claim was entered


@audit.transaction
def open_claim(account: Account, number: str, *, by: audit.Actor) -> NumberClaim:
    """The account has answered at a number that another one holds, which is asked to prove it again.

    Raises NotAllowed: number_not_taken, number_is_personal, number_not_proven, number_claimed, claim_refused_lately,
    account_closed.
    """
    holder = ownership.holder_of(number)
    if holder is None or holder.pk == account.pk:
        ownership.require_not_personal(number, account)
        raise NotAllowed("number_not_taken")
    holder, account = _locked(holder.pk, account.pk)
    if not NumberUse.objects.filter(number=number, account=holder).exists():  # given back in this very moment
        raise NotAllowed("number_not_taken")
    ownership.require_not_personal(number, account)
    if account.closed_at:
        raise NotAllowed("account_closed")
    _require_fresh_proof(account, number)
    if NumberClaim.objects.open().filter(number=number).exists():
        raise NotAllowed("number_claimed")
    _require_not_refused_lately(account, number)
    reproof = reproofs.ask_for(holder, number, by=audit.SYSTEM)
    claim = NumberClaim.objects.create(number=number, account=account, holder=holder, reproof=reproof)
    audit.record("number.claimed", on=account, by=by, data={"claim": claim.pk, "holder": holder.pk})
    return claim


def of(account: Account, number: str) -> NumberClaim | None:
    """The account's open claim of the number."""
    return NumberClaim.objects.open().select_related("reproof").filter(account=account, number=number).first()


def has_fresh_proof(account: Account, number: str) -> bool:
    proofs = NumberProof.objects.standing().of(account, number)
    return proofs.filter(proven_at__gt=clock.now() - FRESH).exists()


def _require_fresh_proof(account: Account, number: str) -> None:
    if not has_fresh_proof(account, number):
        raise NotAllowed("number_not_proven")


def _require_not_refused_lately(account: Account, number: str) -> None:
    """Whoever has proven a number again is not asked every week."""
    kept = NumberClaim.objects.filter(account__business=account.business_id, number=number, outcome="kept")
    last = kept.order_by("-settled_at").values_list("settled_at", flat=True).first()
    if last is not None and last + settings.COOL_DOWN > clock.now():
        raise NotAllowed("claim_refused_lately", until=f"{last + settings.COOL_DOWN:%Y-%m-%d}")


# How a claim ends.


def on_number_proven(happening: audit.Happening) -> None:
    """The holder answers at the number: it is kept."""
    for reproof in reproofs.answered(happening.on):
        for claim in NumberClaim.objects.open().filter(reproof=reproof).select_for_update(of=("self",)):
            _keep(claim, by=audit.SYSTEM)


@audit.transaction
def run_out(reproof: NumberReproof) -> None:
    """The clock: the number was not proven again in time. It is somebody else's: free, or given to who claimed it.

    Raises NotAllowed: reproof_closed, reproof_not_due.
    """
    reproof, claim, holder, claimant = _lock(reproof)
    if reproof.due_at > clock.now():
        raise NotAllowed("reproof_not_due")
    _release(reproof, claim, holder, claimant, by=audit.SYSTEM)


@audit.transaction
def give_up(account: Account, *, by: audit.Actor) -> None:
    """The owner says that the live number does not answer any more: its proofs fall, and the badge is suspended.

    The account keeps the number until it has moved, or somebody claims it; who does already, is given it.
    Raises NotAllowed: account_not_live, account_closed.
    """
    number = account.number
    reproof = reproofs.of(account, number)
    if reproof is not None:
        reproof, claim, account, claimant = _lock(reproof)
        if claim is not None:
            _release(reproof, claim, account, claimant, by=by)
            return
    else:
        (account,) = _locked(account.pk)
    if account.closed_at:
        raise NotAllowed("account_closed")
    if account.number is None or account.number != number:
        raise NotAllowed("account_not_live")
    falls(account, account.number, by=by)


@audit.transaction
def keep(claim: NumberClaim, *, note: str, by: User) -> NumberClaim:
    """Staff settle for the holder, whose proof stands as it did. Raises as `_to_settle`."""
    claim, _ = _to_settle(claim, note=note, by=by)
    _call_off(claim)
    return _keep(claim, note=note, by=by)


@audit.transaction
def give(claim: NumberClaim, *, note: str, by: User) -> NumberClaim:
    """Staff settle for the claimant, without waiting for the date. Raises as `_to_settle`."""
    claim, (holder, claimant) = _to_settle(claim, note=note, by=by)
    _release(claim.reproof, claim, holder, claimant, note=note, by=by)
    return claim


@audit.transaction
def withdraw(claim: NumberClaim, *, by: audit.Actor) -> NumberClaim:
    """The claimant does not want it any more. Raises NotAllowed claim_settled."""
    _locked(claim.holder_id, claim.account_id)
    return _withdraw(_lock_claim(claim), by=by)


def withdraw_of(account: Account, number: str, *, by: audit.Actor) -> None:
    """Whoever does not apply with the number any more does not claim it either.

    The account is locked already, and the holder's can't be locked after it: the rows of the claim decide.
    """
    claim = of(account, number)
    if claim is None:
        return
    try:
        claim = _lock_claim(claim)
    except NotAllowed:  # settled in this very moment
        return
    _withdraw(claim, by=by)


def _withdraw(claim: NumberClaim, *, by: audit.Actor) -> NumberClaim:
    """What was proven for the claim falls with it: the number may be free one day, and is answered anew then."""
    _call_off(claim)
    falls(claim.account, claim.number, by=by)
    return _settle(claim, ClaimOutcome.WITHDRAWN, by=by)


@audit.transaction
def settle_moot(reproof: NumberReproof) -> None:
    """The clock: the account gave the number back, moved or closed.

    Raises NotAllowed: reproof_closed, reproof_not_due.
    """
    reproof, claim, holder, claimant = _lock(reproof)
    if NumberUse.objects.filter(number=reproof.number, account=holder).exists():
        raise NotAllowed("reproof_not_due")
    reproofs.close(reproof, ReproofOutcome.CALLED_OFF)
    if claim is None or claimant is None:
        return
    _end(claim, claimant, ownership.give_number(claim.number, claimant), by=audit.SYSTEM)


def overdue() -> QuerySet[NumberReproof]:
    return NumberReproof.objects.open().filter(due_at__lte=Now()).order_by("due_at")


def moot() -> QuerySet[NumberReproof]:
    """What nobody has to prove any more, and claims that nobody stands behind."""
    held = NumberUse.objects.filter(number=OuterRef("number"), account=OuterRef("account"))
    return NumberReproof.objects.open().filter(~Exists(held)).order_by("due_at")


def _release(
    reproof: NumberReproof,
    claim: NumberClaim | None,
    holder: Account,
    claimant: Account | None,
    *,
    by: audit.Actor,
    note: str = "",
) -> None:
    falls(holder, reproof.number, by=by)
    reproofs.close(reproof, ReproofOutcome.FAILED)
    given = ownership.lose_number(reproof.number, holder, to=claimant, by=by)
    notices.number_lost(holder, reproof.number)
    if claim is not None and claimant is not None:
        _end(claim, claimant, given, by=by, note=note)


def _end(claim: NumberClaim, claimant: Account, given: bool, *, by: audit.Actor, note: str = "") -> None:
    """Given, unless somebody was faster, or a client says by now that the number is personal."""
    _settle(claim, ClaimOutcome.GIVEN if given else ClaimOutcome.WITHDRAWN, note=note, by=by)
    notices.of_the_claim(claimant, "number_claim_given" if given else "number_claim_refused", claim.number)


def _keep(claim: NumberClaim, *, by: audit.Actor, note: str = "") -> NumberClaim:
    falls(claim.account, claim.number, by=by)
    claim = _settle(claim, ClaimOutcome.KEPT, note=note, by=by)
    notices.of_the_claim(claim.account, "number_claim_refused", claim.number)
    return claim


def _settle(claim: NumberClaim, outcome: ClaimOutcome, *, by: audit.Actor, note: str = "") -> NumberClaim:
    claim.settled_at, claim.outcome, claim.note = clock.now(), outcome, note
    claim.settled_by = by if isinstance(by, User) and by.is_staff else None
    claim.save(update_fields=["settled_at", "settled_by", "outcome", "note"])
    data = {"claim": claim.pk, "holder": claim.holder_id, "outcome": str(outcome)}
    audit.record("number.claim_settled", on=claim.account, by=by, data=data)
    return claim


def _call_off(claim: NumberClaim) -> None:
    """Only the claim asked for the proof: without it nobody does."""
    if not claim.reproof.asked_by_id:
        reproofs.close(claim.reproof, ReproofOutcome.CALLED_OFF)


def _to_settle(claim: NumberClaim, *, note: str, by: User) -> tuple[NumberClaim, list[Account]]:
    """The claim, its holder and its claimant, locked.

    Raises Forbidden: permission_missing, own_business (either side's); NotAllowed claim_settled; Invalid as
    `checks.required`.
    """
    require_permission(by, "proofs.settle_numberclaim")
    accounts = _locked(claim.holder_id, claim.account_id)
    for account in accounts:
        require_outsider(account.business_id, by=by)
    claim = _lock_claim(claim)
    checks.required(note, "/note")
    return claim, accounts


def _lock_claim(claim: NumberClaim) -> NumberClaim:
    """Raises NotAllowed claim_settled. The request to prove again is locked before it, as everywhere."""
    reproof = NumberReproof.objects.select_for_update(no_key=True).get(pk=claim.reproof_id)
    fresh = NumberClaim.objects.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)
    if fresh.settled_at:
        raise NotAllowed("claim_settled")
    fresh.reproof = reproof
    return fresh


def _lock(reproof: NumberReproof) -> tuple[NumberReproof, NumberClaim | None, Account, Account | None]:
    """The request, the claim behind it, whose number it is and who claims it.

    Raises NotAllowed: reproof_closed; reproof_not_due, where a claim was opened in this very moment.
    """
    open_claims = NumberClaim.objects.open().filter(reproof=reproof)
    expected = open_claims.first()
    holder, *others = _locked(reproof.account_id, *([expected.account_id] if expected else []))
    reproof = reproofs.lock(reproof)
    claim = open_claims.select_for_update(of=("self",), no_key=True).first()
    if claim is not None and (expected is None or claim.pk != expected.pk):
        raise NotAllowed("reproof_not_due")
    return reproof, claim, holder, others[0] if claim is not None else None


def _locked(*ids: str) -> list[Account]:
    """The accounts in the order asked for, locked in the order of their ids."""
    rows = Account.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",), no_key=True)
    found = {account.pk: account for account in rows}
    return [found[one] for one in ids]
