"""What may happen to a website's proof. Only this file writes its `status`; `checking` says when something does."""

from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.businesses.services import locked
from accounts.errors import Invalid, NotAllowed, Problem, TooMany
from accounts.machine import Transition
from accounts.people import counting
from accounts.websites.hosts import host_of, same_host
from accounts.websites.looking import Method
from accounts.websites.models import STANDING, ProofStatus, WebsiteProof

CHECKS_WINDOW = timedelta(hours=1)
CHECKS_AN_ACCOUNT = 10  # asked for; those of the clock are not counted
CHECKS_AN_APP = 200  # for all accounts of a partner app
CHECKS_A_HOST = 30  # from whichever accounts: the registry is nobody's means of flooding a website


# The machine; `start` has no source, it makes the row. docs/states.md is generated from here.
TRANSITIONS: dict[str, Transition[ProofStatus]] = {
    transition.action: transition
    for transition in [
        Transition("prove", STANDING, ProofStatus.PROVEN, "website.proven", "a look that finds the token"),
        Transition(
            "doubt",
            (ProofStatus.PROVEN,),
            ProofStatus.DOUBTED,
            "website.check_failed",
            "the third look in a row, an hour apart, that does not",
        ),
        Transition(
            "fail",
            (ProofStatus.DOUBTED,),
            ProofStatus.FAILED,
            "website.proof_failed",
            "such a look a week after the warning",
        ),
        Transition(
            "end",
            STANDING,
            ProofStatus.ENDED,
            "website.proof_ended",
            "another website was approved; the account closed; it never became the account's",
        ),
    ]
}


def move(
    proof: WebsiteProof, action: str, *, by: audit.Actor, data: dict[str, Any] | None = None, **facts: Any
) -> WebsiteProof:
    """Take a locked proof over one line of the table. Raises NotAllowed website_proof_over."""
    transition = TRANSITIONS[action]
    if proof.status not in transition.sources:
        raise NotAllowed("website_proof_over")
    proof.status = transition.target
    for name, value in facts.items():
        setattr(proof, name, value)
    proof.save()
    audit.record(
        transition.event,
        on=proof.account,
        by=by,
        data={**(data or {}), "approved": is_of_the_account(proof.account, proof.host)},
    )
    return proof


def lock(proof: WebsiteProof) -> WebsiteProof:
    """The proof, with its account locked first."""
    account = locked(proof.account)
    fresh = WebsiteProof.objects.select_for_update(of=("self",), no_key=True).get(pk=proof.pk)
    fresh.account = account
    return fresh


@audit.transaction
def start(account: Account, website: str, *, by: audit.Actor) -> WebsiteProof:
    """The token that this website has to show; the one given before, while that proof stands.

    Raises Invalid: website_missing, website_unfit; NotAllowed account_closed.
    """
    account = locked(account)
    if account.closed_at:
        raise NotAllowed("account_closed")
    if not website:
        raise Invalid("website_missing", problems=[Problem("website_missing", "/website")])
    host, over_tls = host_of(website), website.lower().startswith("https:")
    proof = None
    for other in WebsiteProof.objects.standing().of(account):
        other.account = account
        if other.host == host:
            proof = other
        elif other.status == ProofStatus.STARTED:
            end(other, by=by)
    if proof is None:
        proof = WebsiteProof(account=account, host=host, over_tls=over_tls, started_at=clock.now())
        proof.save(force_insert=True)
        audit.record("website.proof_started", on=account, by=by)
    elif proof.over_tls != over_tls:
        proof.over_tls = over_tls
        proof.save(update_fields=["over_tls"])
    return proof


@audit.transaction
def check(proof: WebsiteProof, *, method: str, by: audit.Actor) -> WebsiteProof:
    """Have the website looked at now, by a worker: strangers' servers are not waited for while somebody waits for us.

    Raises Invalid choice_unknown; NotAllowed website_proof_over; TooMany website_checks_used_up.
    """
    if method not in Method.values:
        raise Invalid("invalid", problems=[Problem("choice_unknown", "/method")])
    proof = lock(proof)
    if not proof.is_standing:
        raise NotAllowed("website_proof_over")
    if proof.asked_at is None or proof.asked_method != method:
        _count(proof)
        proof.asked_at, proof.asked_method = clock.now(), method
        proof.save(update_fields=["asked_at", "asked_method"])
    _wake_the_worker_after_commit()
    return proof


def _count(proof: WebsiteProof) -> None:
    """Always in this order, since each counter's row stays locked."""
    app = proof.account.business.client_id
    for kind, whose, limit in (
        ("account", proof.account_id, CHECKS_AN_ACCOUNT),
        ("app", app, CHECKS_AN_APP),
        ("host", proof.host, CHECKS_A_HOST),
    ):
        key = counting.key_of("website_check", kind, whose or "")
        if whose and not counting.take(key, limit, CHECKS_WINDOW):
            wait = counting.wait(key, CHECKS_WINDOW)
            minutes = int(wait.total_seconds()) // 60 + 1
            raise TooMany(
                "website_checks_used_up", retry_after=int(wait.total_seconds()) + 1, minutes=minutes
            )


def _wake_the_worker_after_commit() -> None:
    from accounts.websites import jobs  # it imports what looks, which imports this

    if not any(entry[1] is jobs.wake for entry in connection.run_on_commit):
        transaction.on_commit(jobs.wake, robust=True)


def end(proof: WebsiteProof, *, by: audit.Actor) -> None:
    """Of a locked proof whose website is not the account's, or whose account is no more."""
    move(
        proof,
        "end",
        by=by,
        over_at=clock.now(),
        next_check_at=None,
        asked_at=None,
        leased_until=None,
    )


@audit.transaction
def end_others(account: Account, *, website: str, by: audit.Actor) -> None:
    """The account has this website now, or none: proofs of other hosts count no longer."""
    account = locked(account)
    for proof in WebsiteProof.objects.select_for_update(of=("self",), no_key=True).standing().of(account):
        proof.account = account
        if not same_host(website, proof.host):
            end(proof, by=by)


def is_proven(account: Account, website: str) -> bool:
    """Whether the host of this address is shown to be the account's."""
    return any(proof.holds and same_host(website, proof.host) for proof in account.website_proofs.all())


def is_of_the_account(account: Account, host: str) -> bool:
    """Whether it is the host of the website that was approved: what a badge may say."""
    return account.live_name is not None and same_host(account.website, host)
