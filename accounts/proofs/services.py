"""Showing that a business answers at a number: by a six-digit code, or by a reviewer's call-back."""

import hmac
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now

from accounts import clock, codes
from accounts.audit import journal as audit
from accounts.businesses import ownership
from accounts.businesses.models import Account
from accounts.businesses.services import locked, require_outsider
from accounts.errors import Invalid, NotAllowed, Problem, TooMany
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.proofs.models import NumberCode, NumberProof, ProofMethod

CODES_AN_ACCOUNT = 5  # in CODES_WINDOW
CODES_A_NUMBER = 10  # from whichever accounts: one that asks in bad faith does not use up the others'
CODES_AN_APP = 200  # for all that a partner app applies for
CODES_WINDOW = timedelta(hours=1)


@audit.transaction
def send_code(account: Account, number: str, *, by: audit.Actor) -> NumberCode:
    """Send a fresh six-digit code to the number; one sent before is no longer valid.

    Raises TooMany code_too_often; NotAllowed: number_already_proven, number_taken, number_is_personal.
    """
    account = locked(account)
    if NumberProof.objects.standing().of(account, number).filter(method=ProofMethod.PHONE_CODE).exists():
        raise NotAllowed("number_already_proven")
    ownership.require_free(number, account)
    now = clock.now()
    _one_at_a_time(number)
    _require_within_limits(account, number, now)
    NumberCode.objects.filter(account=account, number=number, closed_at=None).update(closed_at=now)
    code = codes.fresh()
    row = NumberCode(account=account, number=number, created_at=now, expires_at=now + codes.LIFETIME)
    row.digest = codes.digest(row.pk, code)
    row.save(force_insert=True)
    messages.send(
        "number_code",
        to=number,
        channel=Channel.SMS,
        language=_language(account),
        about=account,
        secret=code,
        by=by,
    )
    audit.record("number.code_sent", on=account, by=by)
    return row


def _require_within_limits(account: Account, number: str, now: datetime) -> None:
    """A number is not flooded, whoever asks; and nobody sends texts to the whole world at our cost."""
    sent = NumberCode.objects.filter(created_at__gt=now - CODES_WINDOW).order_by("created_at")
    limits = [(sent.filter(account=account), CODES_AN_ACCOUNT), (sent.filter(number=number), CODES_A_NUMBER)]
    if account.business.client_id:
        limits.append((sent.filter(account__business__client=account.business.client_id), CODES_AN_APP))
    for several, limit in limits:
        over = several.count() - limit
        if over >= 0:
            wait = several[over].created_at + CODES_WINDOW - now
            minutes = wait.seconds // 60 + 1
            raise TooMany("code_too_often", retry_after=int(wait.total_seconds()) + 1, minutes=minutes)


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
    open_code = NumberCode.objects.filter(
        account=account, number=number, closed_at=None, expires_at__gt=Now(), guesses__lt=codes.GUESSES
    )
    if not open_code.update(guesses=F("guesses") + 1):
        return None
    return NumberCode.objects.filter(account=account, number=number, closed_at=None).first()


@audit.transaction
def _prove_by_code(row: NumberCode, *, by: audit.Actor) -> NumberProof:
    if not NumberCode.objects.filter(pk=row.pk, closed_at=None).update(closed_at=Now()):
        raise Invalid("code_used_up", problems=[Problem("code_used_up", "/code")])
    return _prove(row.account, row.number, ProofMethod.PHONE_CODE, by=by)


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
    if not NumberProof.objects.standing().of(account, account.number).update(failed_at=Now()):
        raise NotAllowed("number_not_proven")
    audit.record("number.proof_failed", on=account, by=by, numbers=[account.number])


def is_proven(account: Account, number: str) -> bool:
    return any(proof.number == number and proof.failed_at is None for proof in account.number_proofs.all())


def methods(account: Account, number: str) -> list[str]:
    """How the number was proven, for the badge."""
    return sorted(NumberProof.objects.standing().of(account, number).values_list("method", flat=True))


def _prove(
    account: Account, number: str, method: ProofMethod, *, by: audit.Actor, note: str = ""
) -> NumberProof:
    proof, _ = NumberProof.objects.get_or_create(
        account=account,
        number=number,
        method=method,
        failed_at=None,
        defaults={"recorded_by": by if isinstance(by, User) else None, "note": note[:500]},
    )
    audit.record("number.proven", on=account, by=by, data={"method": method}, numbers=[account.number])
    return proof


def _one_at_a_time(number: str) -> None:
    """Two accounts asking for a code to one number are counted one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [number])


def _language(account: Account) -> str:
    owner = account.business.members.first()
    return owner.language if owner else settings.LANGUAGE_CODE
