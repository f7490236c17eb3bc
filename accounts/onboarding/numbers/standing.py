"""What stands between an account and the proof of a number, as its page tells it."""

from dataclasses import dataclass

from accounts import clock
from accounts.businesses import numbers, ownership
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.messages.models import Channel
from accounts.proofs import limits
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberCode


@dataclass(frozen=True)
class Standing:
    """`problem` is the code of what no code sent to the number would mend; `wait` the seconds until the next one."""

    shown: str
    problem: str = ""
    proven: bool = False
    code: NumberCode | None = None
    wait: int = 0
    takes_sms: bool = True

    @property
    def by_voice(self) -> bool:
        return self.code is not None and self.code.channel == Channel.VOICE


def of(account: Account, number: str, *, claiming: bool = False) -> Standing:
    """`claiming`: the number may be another account's, and is proven by a fresh code only."""
    shown = numbers.shown(number)
    if problem := _problem(account, number, claiming=claiming):
        return Standing(shown, problem)
    code = proofs.code_on_its_way(account, number)
    since = clock.now() - code.created_at if code else proofs.RESEND_AFTER
    return Standing(
        shown,
        proven=not claiming and proofs.is_proven(account, number),
        code=code,
        wait=max(0, -int(-(proofs.RESEND_AFTER - since).total_seconds() // 1)),
        takes_sms=numbers.takes_sms(number),
    )


def _problem(account: Account, number: str, *, claiming: bool) -> str:
    if not number:
        return "number_missing"
    if ownership.is_private(number, account.business):
        return "owner_contact_is_the_number"
    try:
        ownership.require_not_personal(number, account)
        if not claiming:
            ownership.require_free(number, account)
        limits.require_reachable(number, Channel.VOICE)
    except NotAllowed as refusal:
        return refusal.code
    return ""
