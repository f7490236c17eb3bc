"""Asking a business to prove again, until a date, that it answers at its number."""

from django.conf import settings

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.businesses.services import locked, require_outsider
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.proofs import notices
from accounts.proofs.models import NumberProof, NumberReproof, ReproofOutcome


@audit.transaction
def ask(account: Account, *, by: User) -> NumberReproof:
    """A reviewer doubts that the number is still the business's.

    Raises Forbidden: permission_missing, own_business; NotAllowed: account_not_live, reproof_asked_already.
    """
    require_permission(by, "proofs.record_call_back")
    account = locked(account)
    require_outsider(account.business_id, by=by)
    if account.number is None:
        raise NotAllowed("account_not_live")
    if of(account, account.number) is not None:
        raise NotAllowed("reproof_asked_already")
    return ask_for(account, account.number, by=by)


def ask_for(account: Account, number: str, *, by: audit.Actor) -> NumberReproof:
    """Of a locked account; the one that is open already, where there is one."""
    found = of(account, number)
    if found is not None:
        return found
    now = clock.now()
    reproof = NumberReproof.objects.create(
        account=account,
        number=number,
        asked_by=by if isinstance(by, User) and by.is_staff else None,
        asked_at=now,
        due_at=now + settings.REPROVE_WITHIN,
    )
    audit.record("number.reproof_asked", on=account, by=by)
    notices.prove_again(account, number, until=reproof.due_at)
    return reproof


def of(account: Account, number: str | None) -> NumberReproof | None:
    """What the account was asked and has not answered yet."""
    return NumberReproof.objects.open().filter(account=account, number=number).first()


def first_of(account: Account) -> NumberReproof | None:
    """The most urgent one, of whichever number."""
    return NumberReproof.objects.open().filter(account=account).order_by("due_at").first()


def lock(reproof: NumberReproof) -> NumberReproof:
    """As it is now; its account is locked. Raises NotAllowed reproof_closed."""
    fresh = NumberReproof.objects.select_for_update(of=("self",), no_key=True).get(pk=reproof.pk)
    if fresh.closed_at:
        raise NotAllowed("reproof_closed")
    return fresh


def close(reproof: NumberReproof, outcome: ReproofOutcome) -> None:
    reproof.closed_at, reproof.outcome = clock.now(), outcome
    reproof.save(update_fields=["closed_at", "outcome"])


def answered(account_id: str) -> list[NumberReproof]:
    """Close what the account has answered: its number was proven since it was asked."""
    closed = []
    for reproof in NumberReproof.objects.open().filter(account=account_id).select_for_update(no_key=True):
        since = NumberProof.objects.standing().filter(
            account=account_id, number=reproof.number, proven_at__gte=reproof.asked_at
        )
        if since.exists():
            close(reproof, ReproofOutcome.PROVEN)
            closed.append(reproof)
    return closed
