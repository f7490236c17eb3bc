"""Looking at websites: those somebody asked for, and each that is proven once a week.

Rows are taken under a lease and let go of: no transaction is open while a stranger's server is waited for. What was
found is written afterwards, unless the lease is another's by then.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses.models import Account, MemberRole
from accounts.messages import services as messages
from accounts.people.models import User
from accounts.sentences import SENTENCES
from accounts.websites.fetching import INTERNET, Internet
from accounts.websites.looking import Finding, look
from accounts.websites.models import ProofStatus, WebsiteProof
from accounts.websites.services import end, is_of_the_account, lock, move

logger = logging.getLogger(__name__)

CHECK_AGAIN_AFTER = timedelta(days=7)
LOOKS_BEFORE_WARNING = 3  # an outage of an hour, ours included, is nobody's fault
LOOK_AGAIN_AFTER = timedelta(hours=1)
ONCE_WARNED, GRACE = timedelta(days=1), timedelta(days=7)
UNUSED_AFTER = timedelta(days=90)  # a proof of a website that never became the account's
AT_ONCE = 8  # websites that are waited for together
LEASE = timedelta(minutes=2)


@dataclass(frozen=True)
class Look:
    """One look that is to be taken. `due`: it is the clock's, and its failure counts."""

    proof: WebsiteProof
    methods: tuple[str, ...]
    due: bool


def check_some(internet: Internet = INTERNET) -> int:
    """Take what is due, look at it, and write down what was found. Returns how many."""
    looks = take()
    with ThreadPoolExecutor(AT_ONCE) as pool:  # its threads use no database
        findings = list(pool.map(lambda taken: _look(taken, internet), looks))
    for taken, finding in zip(looks, findings, strict=True):
        try:
            settle(taken, finding)
        except (
            Exception
        ):  # an account that was erased meanwhile, say; the others are to be written all the same
            logger.exception("what %s showed could not be written", taken.proof.pk)
    return len(looks)


def _look(taken: Look, internet: Internet) -> Finding:
    proof = taken.proof
    try:
        return look(taken.methods, proof.host, proof.token, over_tls=proof.over_tls, internet=internet)
    except Exception:  # one website that nobody foresaw does not keep seven others from being looked at
        logger.exception("%s could not be looked at", proof.pk)
        return Finding("website_answer_broken")


@audit.transaction
def take() -> list[Look]:
    """A few proofs, first those that somebody waits for; nobody else takes them for the time of a lease."""
    now = clock.now()
    free = WebsiteProof.objects.select_for_update(skip_locked=True, of=("self",), no_key=True).filter(
        Q(leased_until=None) | Q(leased_until__lt=now)
    )
    taken = list(free.filter(asked_at__isnull=False).order_by("asked_at")[:AT_ONCE])
    due = free.filter(next_check_at__lte=now).exclude(pk__in=[proof.pk for proof in taken])
    taken += due.order_by("next_check_at")[: AT_ONCE - len(taken)]
    for proof in taken:
        proof.leased_until = now + LEASE
    WebsiteProof.objects.bulk_update(taken, ["leased_until"])
    return [Look(proof, _methods(proof), _is_due(proof, now)) for proof in taken]


def _methods(proof: WebsiteProof) -> tuple[str, ...]:
    """What was asked for, and what it stands on: moving from one way to another breaks nothing."""
    ways = (proof.asked_method if proof.asked_at else "", proof.method if proof.holds else "")
    return tuple(dict.fromkeys(way for way in ways if way))


def _is_due(proof: WebsiteProof, now: datetime) -> bool:
    return proof.next_check_at is not None and proof.next_check_at <= now


@audit.transaction
def settle(taken: Look, finding: Finding) -> None:
    """Write down what a look found; listeners suspend what rested on a proof that failed, and the other way round."""
    proof = lock(taken.proof)
    if not proof.is_standing or proof.leased_until != taken.proof.leased_until:
        return  # ended in the meantime; or the look took so long that somebody else took it up
    proof.checked_at, proof.code, proof.found = clock.now(), finding.code, finding.found
    proof.leased_until = None
    if proof.asked_at == taken.proof.asked_at:
        proof.asked_at = None
    if not finding.code:
        _found(proof, finding.method)
    elif proof.holds:
        _not_found(proof, due=taken.due)
    else:
        proof.save()


def _found(proof: WebsiteProof, method: str) -> None:
    assert proof.checked_at is not None
    if proof.holds and _is_unused(proof):
        end(proof, by=audit.SYSTEM)
        return
    is_news = proof.status != ProofStatus.PROVEN or proof.method != method
    proof.method, proof.failures, proof.warned_at = method, 0, None
    proof.proven_at = proof.proven_at or proof.checked_at
    proof.next_check_at = proof.checked_at + CHECK_AGAIN_AFTER
    if is_news:
        move(proof, "prove", by=audit.SYSTEM, data={"method": method})
    else:
        proof.save()


def _not_found(proof: WebsiteProof, *, due: bool) -> None:
    """A look that somebody asked for only brings the next one of the clock nearer: asking often makes nothing worse."""
    now = proof.checked_at
    assert now is not None and proof.next_check_at is not None
    if not due:
        proof.failures = max(proof.failures, 1)
        proof.next_check_at = min(proof.next_check_at, now + LOOK_AGAIN_AFTER)
        proof.save()
        return
    proof.failures += 1
    if proof.failures < LOOKS_BEFORE_WARNING:
        proof.next_check_at = now + LOOK_AGAIN_AFTER
        proof.save()
    elif proof.status == ProofStatus.PROVEN:
        proof.warned_at, proof.next_check_at = now, now + ONCE_WARNED
        move(proof, "doubt", by=audit.SYSTEM, data={"finding": proof.code})
        _warn(proof, now + GRACE)
    elif proof.warned_at is not None and now < proof.warned_at + GRACE:
        proof.next_check_at = min(now + ONCE_WARNED, proof.warned_at + GRACE)
        proof.save()
    else:
        over = {"over_at": now, "next_check_at": None, "asked_at": None}
        move(proof, "fail", by=audit.SYSTEM, data={"finding": proof.code}, **over)


def _is_unused(proof: WebsiteProof) -> bool:
    assert proof.checked_at is not None and proof.proven_at is not None
    unused = not is_of_the_account(proof.account, proof.host)
    return unused and proof.proven_at + UNUSED_AFTER < proof.checked_at


def _warn(proof: WebsiteProof, date: datetime) -> None:
    params = {
        "website": proof.host,
        "problem": SENTENCES[proof.code].format(found=proof.found),
        "date": date,
        "link": f"/my/accounts/{proof.account_id}/website/",
    }
    for owner in _owners(proof.account):
        messages.send("website_check_failed", to=owner, about=proof.account, by=audit.SYSTEM, params=params)


def _owners(account: Account) -> QuerySet[User]:
    return User.objects.filter(
        memberships__business=account.business_id, memberships__role=MemberRole.OWNER, is_active=True
    )
