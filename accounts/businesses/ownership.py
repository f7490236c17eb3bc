"""Whose a number is: a business account's, or a personal one, never both (R7)."""

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks, numbers
from accounts.businesses.models import Account, Business, DisputeOutcome, NumberDispute, NumberUse
from accounts.businesses.services import close_account, locked, require_outsider
from accounts.clients.models import ClientApp
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission


def take_number(number: str, account: Account) -> None:
    """Make the number this account's. Called inside a transaction; one row a number makes it race-safe.

    Raises NotAllowed: number_taken, number_is_personal.
    """
    _require_ours(_hold(number, account=account), account)
    require_undisputed(account, number)


def require_free(number: str, account: Account) -> None:
    """The number is nobody's yet, or this account's. Raises NotAllowed: number_taken, number_is_personal."""
    use = NumberUse.objects.filter(number=number).first()
    if use is not None:
        _require_ours(use, account)


def require_not_personal(number: str, account: Account) -> None:
    """The number is nobody's, or whichever business account's. Raises NotAllowed number_is_personal."""
    if NumberUse.objects.filter(number=number, account=None).exists():
        raise NotAllowed("number_is_personal")
    require_undisputed(account, number)


def is_private(number: str, business: Business) -> bool:
    """Somebody of the business signs in with it: no number that the business writes from (R7)."""
    return bool(number) and business.members.filter(phone=number).exists()


def holder_of(number: str) -> Account | None:
    """The account that has the number."""
    use = NumberUse.objects.select_related("account").filter(number=number).first()
    return use.account if use is not None else None


def _require_ours(use: NumberUse, account: Account) -> None:
    if use.declared_by_id:
        raise NotAllowed("number_is_personal")
    if use.account_id != account.pk:
        raise NotAllowed("number_taken")


def _hold(number: str, **holder: Account | ClientApp) -> NumberUse:
    """The number's row, locked: whoever has it, or else the new holder."""
    while True:
        NumberUse.objects.bulk_create([NumberUse(number=number, **holder)], ignore_conflicts=True)
        use = NumberUse.objects.select_for_update().filter(number=number).first()
        if use is not None:  # its holder may have given it back between the two statements
            return use


def require_undisputed(account: Account, number: str) -> None:
    """A number that a client declared personal while it was held is nobody's next one before that is settled.

    Also not another account's: whoever held it may have given it back since, which takes no declaration back.
    """
    if account.number != number and NumberDispute.objects.filter(number=number, settled_at=None).exists():
        raise NotAllowed("number_is_personal")


def require_number(number: str, account: Account) -> None:
    """Raises NotAllowed number_taken: the account does not hold the number any more."""
    if not NumberUse.objects.filter(number=number, account=account).exists():
        raise NotAllowed("number_taken")
    require_undisputed(account, number)


def give_back_number(number: str, account: Account) -> None:
    """Free a number that was only applied for; the account's live number stays its own."""
    if number != account.number:
        NumberUse.objects.filter(number=number, account=account).delete()


def free_number(number: str, account: Account) -> None:
    """Free the number that an account moved away from."""
    NumberUse.objects.filter(number=number, account=account).delete()


@audit.transaction
def lose_number(number: str, account: Account, *, to: Account | None, by: audit.Actor) -> bool:
    """A locked account loses a number: to another that is locked too, or to nobody. Whether the other one has it now.

    A live account keeps its name and its badge (suspended with the proof), and can move to a new number; the number
    itself no longer leads to it. While a client says that the number is personal, nobody is given it.
    """
    NumberUse.objects.select_for_update().filter(number=number, account=account).delete()
    if account.number == number:
        account.number = None
        account.revision += 1
        account.save(update_fields=["number", "revision"])
    audit.record("account.number_lost", on=account, by=by, numbers=[number])
    return to is not None and give_number(number, to)


def give_number(number: str, account: Account) -> bool:
    """Make a free number a locked account's, if that is still possible; whether it is."""
    if account.closed_at or NumberDispute.objects.filter(number=number, settled_at=None).exists():
        return False
    return _hold(number, account=account).account_id == account.pk


@audit.transaction
def declare_personal(number: str, *, by: ClientApp) -> str:
    """A client platform says that a number is personal: "personal" at once, or "disputed" where an account has it.

    Raises NotAllowed number_declared_by_another.
    """
    numbers.require_e164(number)
    use = _hold(number, declared_by=by)
    if not use.account_id:
        if use.declared_by_id != by.pk:
            raise NotAllowed("number_declared_by_another")
        audit.record("number.declared_personal", on=by, by=by)
        return "personal"
    dispute, opened = NumberDispute.objects.get_or_create(
        number=number, client=by, settled_at=None, defaults={"account_id": use.account_id}
    )
    if opened:
        audit.record("number.disputed", on=dispute, by=by, data={"account": use.account_id})
    return "disputed"


@audit.transaction
def release_personal(number: str, *, by: ClientApp) -> None:
    """Take the declaration back; also one that became a dispute. Repeating it changes nothing.

    Raises NotAllowed number_declared_by_another.
    """
    numbers.require_e164(number)
    use = NumberUse.objects.select_for_update().filter(number=number, account=None).first()
    if use is not None and use.declared_by_id != by.pk:
        raise NotAllowed("number_declared_by_another")
    if use is not None:
        use.delete()
        audit.record("number.released", on=by, by=by)
    for dispute in NumberDispute.objects.select_for_update().filter(
        number=number, client=by, settled_at=None
    ):
        dispute.settled_at, dispute.outcome = clock.now(), DisputeOutcome.WITHDRAWN
        dispute.save(update_fields=["settled_at", "outcome"])
        audit.record("number.dispute_withdrawn", on=dispute, by=by, data={"account": dispute.account_id})


# Disputes: what was declared personal while an account had it.


@audit.transaction
def settle_dispute(dispute: NumberDispute, *, note: str, by: User) -> NumberDispute:
    """Close the case in the account's favour: it keeps the number. Raises as `_to_settle`."""
    dispute, _ = _to_settle(dispute, note=note, by=by)
    return _settle(dispute, DisputeOutcome.KEPT, note=note, by=by)


@audit.transaction
def give_up_number(dispute: NumberDispute, *, note: str, by: User) -> NumberDispute:
    """The number is a person's after all: the account loses it, and the declaration stands (R7).

    An account is its number: one that is live loses its badge and closes. What was only applied for is free of the
    number, and can't be approved with it. Raises as `_to_settle`.
    """
    dispute, account = _to_settle(dispute, note=note, by=by)
    others = NumberDispute.objects.select_for_update().filter(number=dispute.number, settled_at=None)
    for other in others.exclude(pk=dispute.pk).order_by("pk"):
        _settle(other, DisputeOutcome.GIVEN_UP, note=note, by=by)
    dispute = _settle(dispute, DisputeOutcome.GIVEN_UP, note=note, by=by)
    if account.number == dispute.number:
        close_account(account, by=by)
    NumberUse.objects.filter(number=dispute.number, account=account).delete()
    _hold(dispute.number, declared_by=dispute.client)
    return dispute


def _to_settle(dispute: NumberDispute, *, note: str, by: User) -> tuple[NumberDispute, Account]:
    """Account and dispute, locked in this order.

    Raises Forbidden: permission_missing, own_business; NotAllowed dispute_settled; Invalid as
    `checks.required`.
    """
    require_permission(by, "businesses.settle_numberdispute")
    account = locked(dispute.account)
    require_outsider(account.business_id, by=by)
    dispute = locked(dispute)
    if dispute.settled_at:
        raise NotAllowed("dispute_settled")
    checks.required(note, "/note")
    return dispute, account


def _settle(dispute: NumberDispute, outcome: DisputeOutcome, *, note: str, by: User) -> NumberDispute:
    dispute.settled_at, dispute.settled_by, dispute.note = clock.now(), by, note
    dispute.outcome = outcome
    dispute.save(update_fields=["settled_at", "settled_by", "note", "outcome"])
    data = {"account": dispute.account_id, "outcome": str(outcome)}
    audit.record("number.dispute_settled", on=dispute, by=by, data=data)
    return dispute
