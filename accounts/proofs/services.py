"""Showing that a business answers at a number: by a six-digit code, or by a reviewer's call-back."""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models.functions import Now

from accounts import clock, codes, ids
from accounts.audit import journal as audit
from accounts.businesses import ownership
from accounts.businesses.models import Account
from accounts.businesses.services import locked, require_outsider
from accounts.errors import Invalid, NotAllowed, Problem, TooMany
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.proofs import limits
from accounts.proofs.models import NumberCode, NumberProof, NumberReproof, ProofMethod

RESEND_AFTER = timedelta(seconds=30)

_COUNT_GUESS = """
UPDATE proofs_numbercode SET guesses = guesses + 1
WHERE account_id = %(account)s AND number = %(number)s AND closed_at IS NULL
    AND expires_at > clock_timestamp() AND guesses < %(limit)s
RETURNING *
"""


@audit.transaction
def send_code(
    account: Account,
    number: str,
    *,
    by: audit.Actor,
    channel: str = Channel.SMS,
    again: bool = False,
    claiming: bool = False,
) -> NumberCode:
    """Send a fresh six-digit code to the number, as a text or read out by a call; one sent before is no longer valid.

    `again`: the number may be proven already, as it may where the account was asked to prove it again. `claiming`:
    another account may have it (`accounts.proofs.claims`).
    Raises TooMany: code_too_soon, code_too_often, code_too_often_today; NotAllowed: account_closed,
    number_already_proven, number_missing, number_taken, number_is_personal, number_costs_extra, number_needs_a_call.
    """
    if not number:
        raise NotAllowed("number_missing")
    account = locked(account)
    if account.closed_at:
        raise NotAllowed("account_closed")
    if claiming:
        ownership.require_not_personal(number, account)
    else:
        ownership.require_free(number, account)
        if not again:
            _require_unproven(account, number)
    limits.require_reachable(number, channel)
    now = clock.now()
    _require_patience(account, number, now)
    limits.count(account, number)
    NumberCode.objects.filter(account=account, number=number, closed_at=None).update(closed_at=now)
    code = codes.fresh()
    row = NumberCode(
        account=account, number=number, channel=channel, created_at=now, expires_at=now + codes.LIFETIME
    )
    row.digest = codes.digest(row.pk, code)
    row.save(force_insert=True)
    messages.send(
        "number_code",
        to=number,
        channel=Channel(channel),
        language=_language(account),
        about=account,
        secret=code,
        by=by,
    )
    audit.record("number.code_sent", on=account, by=by)
    return row


def _require_unproven(account: Account, number: str) -> None:
    asked = NumberReproof.objects.open().filter(account=account, number=number)
    proven = NumberProof.objects.standing().of(account, number).filter(method=ProofMethod.PHONE_CODE)
    if proven.exists() and not asked.exists():
        raise NotAllowed("number_already_proven")


def _require_patience(account: Account, number: str, now: datetime) -> None:
    """A button that was pressed twice sends one code: the second would make the first one worthless."""
    last = code_on_its_way(account, number)
    if last is not None and last.created_at + RESEND_AFTER > now:
        left = last.created_at + RESEND_AFTER - now
        seconds = int(left.total_seconds()) + 1
        raise TooMany("code_too_soon", retry_after=seconds, seconds=seconds)


def code_on_its_way(account: Account, number: str) -> NumberCode | None:
    """The code that was sent last and can still be used."""
    return NumberCode.objects.filter(
        account=account, number=number, closed_at=None, expires_at__gt=Now(), guesses__lt=codes.GUESSES
    ).first()


def check_code(account: Account, number: str, code: str, *, by: audit.Actor) -> NumberProof:
    """Prove the number with the code that was sent to it. Each guess counts, right or wrong, before it is compared.

    Raises Invalid code_wrong, code_used_up.
    """
    row = _count_guess(account, number)
    if row is None:
        raise Invalid("code_used_up", problems=[Problem("code_used_up", "/code")])
    if not hmac.compare_digest(bytes(row.digest), codes.digest(row.pk, code)):
        audit.log("refused", by=by, on=account, data={"action": "proofs.check_code", "code": "code_wrong"})
        left = codes.GUESSES - row.guesses
        if not left:
            raise Invalid("code_used_up", problems=[Problem("code_used_up", "/code")])
        raise Invalid("code_wrong", problems=[Problem("code_wrong", "/code", {"left": left})], left=left)
    return _prove_by_code(row, by=by)


def _count_guess(account: Account, number: str) -> NumberCode | None:
    """Count one guess in a single statement: a hundred at once can't have more than five between them."""
    counted = NumberCode.objects.raw(
        _COUNT_GUESS, {"account": ids.to_uuid("acc", account.pk), "number": number, "limit": codes.GUESSES}
    )
    return next(iter(counted), None)


@audit.transaction
def _prove_by_code(row: NumberCode, *, by: audit.Actor) -> NumberProof:
    account = locked(row.account)
    if not NumberCode.objects.filter(pk=row.pk, closed_at=None).update(closed_at=Now()):
        raise Invalid("code_used_up", problems=[Problem("code_used_up", "/code")])
    return _prove(account, row.number, ProofMethod.PHONE_CODE, by=by)


@audit.transaction
def record_call_back(account: Account, number: str, *, note: str, by: User) -> NumberProof:
    """A reviewer rang the number and the business answered.

    Raises Forbidden: permission_missing, own_business.
    """
    require_permission(by, "proofs.record_call_back")
    require_outsider(account.business_id, by=by)
    return _prove(locked(account), number, ProofMethod.CALL_BACK, by=by, note=note)


@audit.transaction
def fail(account: Account, *, by: audit.Actor, note: str = "") -> None:
    """A re-proof failed: the carrier gave the number to somebody else. Listeners suspend what rests on it.

    Raises NotAllowed number_not_proven.
    """
    if isinstance(by, User):
        require_permission(by, "proofs.record_call_back")
    account = locked(account)
    if account.number is None or not falls(account, account.number, by=by):
        raise NotAllowed("number_not_proven")


def falls(account: Account, number: str, *, by: audit.Actor) -> bool:
    """End every proof of a locked account's number; whether there was one.

    Of the live number it is an event: the badge vouched for it.
    """
    if not NumberProof.objects.standing().of(account, number).update(failed_at=Now()):
        return False
    if number == account.number:
        audit.record("number.proof_failed", on=account, by=by, numbers=[number])
    return True


def is_proven(account: Account, number: str) -> bool:
    return any(proof.number == number and proof.failed_at is None for proof in account.number_proofs.all())


def methods(account: Account, number: str) -> list[str]:
    """How the number was proven, for the badge."""
    return sorted(NumberProof.objects.standing().of(account, number).values_list("method", flat=True))


def _prove(
    account: Account, number: str, method: ProofMethod, *, by: audit.Actor, note: str = ""
) -> NumberProof:
    now = clock.now()
    proof, made = NumberProof.objects.get_or_create(
        account=account,
        number=number,
        method=method,
        failed_at=None,
        defaults={
            "proven_at": now,
            "recorded_by": by if isinstance(by, User) else None,
            "note": note[:500],
        },
    )
    if not made:
        proof.proven_at = now
        proof.save(update_fields=["proven_at"])
    audit.record("number.proven", on=account, by=by, data={"method": method}, numbers=[account.number])
    return proof


def _language(account: Account) -> str:
    owner = account.business.members.first()
    return owner.language if owner else settings.LANGUAGE_CODE
