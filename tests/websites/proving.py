"""Proofs of websites for the tests, without a network: what a look found is handed over."""

from datetime import timedelta

from accounts.businesses.models import Account
from accounts.websites import checking, services
from accounts.websites.checking import Look
from accounts.websites.looking import Finding, Method
from accounts.websites.models import WebsiteProof
from tests.factories import age, owner_of

MISSING = Finding("website_token_missing", "", Method.META)
WEBSITE = "https://warung.example/menu"


def started(account: Account, website: str = WEBSITE) -> WebsiteProof:
    return services.start(account, website, by=owner_of(account))


def asked(proof: WebsiteProof, method: str = Method.META) -> WebsiteProof:
    return services.check(proof, method=method, by=owner_of(proof.account))


def look(finding: Finding) -> list[Look]:
    """Everything that is due is looked at, and this is found."""
    looks = checking.take()
    for taken in looks:
        checking.settle(taken, finding)
    return looks


def proven(account: Account, website: str = WEBSITE, method: str = Method.META) -> WebsiteProof:
    proof = asked(started(account, website), method)
    look(Finding("", "", method))
    proof.refresh_from_db()
    return proof


def later(proof: WebsiteProof, by: timedelta) -> None:
    age(proof, by, "next_check_at", "warned_at", "proven_at", "checked_at", "leased_until")


def not_found_again(proof: WebsiteProof, finding: Finding = MISSING) -> None:
    """The next look of the clock fails."""
    proof.refresh_from_db()
    assert proof.next_check_at is not None and proof.checked_at is not None
    later(proof, proof.next_check_at - proof.checked_at + timedelta(seconds=1))
    look(finding)
    proof.refresh_from_db()


def warned(proof: WebsiteProof) -> WebsiteProof:
    for _ in range(checking.LOOKS_BEFORE_WARNING):
        not_found_again(proof)
    return proof


def failed(proof: WebsiteProof) -> WebsiteProof:
    warned(proof)
    while proof.is_standing:
        not_found_again(proof)
    return proof
