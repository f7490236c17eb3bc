"""Several at once: askers, workers, and an account that closes. Without the lock it names, each failed when tried."""

import socket

import pytest
from django.db import connection

from accounts.businesses import services as businesses
from accounts.websites import checking, services
from accounts.websites.looking import KEY, Finding, Method
from accounts.websites.models import ProofStatus, WebsiteProof
from tests.factories import make_account, make_approved, owner_of
from tests.racing import outcomes, race
from tests.websites.loopback import HOST, LOOPBACK, World, response
from tests.websites.proving import WEBSITE, asked, started


def test_one_proof_of_a_website(committed: None) -> None:
    """Without the account's lock, the second breaks the constraint."""
    account = make_account()
    owner = owner_of(account)
    results = race(*[lambda: services.start(account, WEBSITE, by=owner) for _ in range(6)])
    assert outcomes(results) == {"done": 6}
    assert WebsiteProof.objects.count() == 1


def test_ten_looks_and_no_more(committed: None) -> None:
    """Counted by one statement: read and then written, more than ten were had."""
    account = make_account()
    owner = owner_of(account)
    proofs = [started(account, f"https://warung{number}.example") for number in range(14)]
    WebsiteProof.objects.update(status=ProofStatus.STARTED, over_at=None)
    results = race(
        *[lambda proof=proof: services.check(proof, method=Method.DNS, by=owner) for proof in proofs]
    )
    assert outcomes(results) == {"done": 10, "website_checks_used_up": 4}


def test_each_is_looked_at_once(committed: None) -> None:
    """Without SKIP LOCKED a worker waits; without the lock, two take the same."""
    for number in range(6):
        asked(started(make_account(), f"https://warung{number}.example"))
    taken: list[str] = []

    def take() -> None:
        taken.extend(look.proof.pk for look in checking.take())

    race(*[take for _ in range(4)])
    taken.extend(look.proof.pk for look in checking.take())
    assert len(taken) == len(set(taken)) == 6


def test_closing_while_something_is_found(committed: None) -> None:
    """The account's row comes first in both. Locked after the proof's (the badge needs it), the two deadlocked."""
    for _ in range(4):
        account = make_approved(website=WEBSITE)
        owner = owner_of(account)
        proof = asked(started(account))
        (taken,) = checking.take()
        results = race(
            lambda taken=taken: checking.settle(taken, Finding("", "", Method.META)),
            lambda account=account, owner=owner: businesses.close_account(account, by=owner),
        )
        assert outcomes(results) == {"done": 2}
        proof.refresh_from_db()
        assert proof.status == ProofStatus.ENDED


def test_one_that_is_gone_keeps_no_other_from_being_written(
    committed: None, web: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Its account was erased while a stranger's server was waited for: no row is locked meanwhile."""
    gone, kept = asked(started(make_account()), Method.FILE), asked(started(make_account()), Method.FILE)

    def erase(connected: socket.socket, path: str) -> None:
        WebsiteProof.objects.filter(pk=gone.pk).delete()
        connection.close()
        connected.sendall(response(f"{KEY}={kept.token}"))

    web.names.records[HOST, "A"] = [LOOPBACK]
    web.serve(erase)
    WebsiteProof.objects.update(over_tls=False)
    assert checking.check_some(web.internet()) == 2
    assert WebsiteProof.objects.get().status == ProofStatus.PROVEN
    assert "could not be written" in caplog.text
