"""Codes asked for, guessed and claimed for by many at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from accounts import codes
from accounts.audit.models import Event, LogEntry
from accounts.businesses import ownership
from accounts.businesses.models import Account, NumberUse
from accounts.clients.models import ClientApp
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.proofs import claims
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberClaim
from accounts.verification import services as verification
from tests.factories import make_account, make_approved, make_business, next_number, owner_of
from tests.proofs.claiming import claimant_of, claimed, let_pass, prove_by_code, run_out_of_time, sent_to
from tests.proofs.test_services import refused, wrong
from tests.racing import hesitate, race
from tests.racing import outcomes as counted

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def account(committed: None, ada: User) -> Account:
    return make_account(make_business(ada))


def test_sixty_guesses_at_once_are_five(account: Account, ada: User) -> None:
    """Fails (more than five compared, or the constraint breaks) when `_count_guess` reads, then writes the count."""
    number = next_number()
    for _ in range(2):
        row = proofs.send_code(account, number, by=ada)
        code = sent_to(number)
        guess = partial(proofs.check_code, account, number, wrong(code), by=ada)
        outcomes = _at_once(60, partial(refused, guess))
        assert set(outcomes) <= {"code_wrong", "code_used_up"}
        row.refresh_from_db()
        assert row.guesses == codes.GUESSES
        compared = LogEntry.objects.filter(data__code="code_wrong").count()
        assert compared == codes.GUESSES
        LogEntry.objects.all().delete()


def test_a_right_code_sent_twice_at_once_proves_once(account: Account, ada: User) -> None:
    """Fails (two events) when `_prove_by_code` does not close the code in the statement that finds it open."""
    for _ in range(3):
        number = next_number()
        proofs.send_code(account, number, by=ada)
        code = sent_to(number)
        prove = partial(proofs.check_code, account, number, code, by=ada)
        outcomes = _at_once(4, partial(refused, prove))
        assert sorted(outcomes) == ["code_used_up"] * 3 + ["proven"]
    assert Event.objects.filter(kind="number.proven").count() == 3


def test_accounts_asking_at_once_share_the_ten_codes_of_a_number(
    account: Account, ada: User, mallory: User
) -> None:
    """Fails (more than ten sent) when `counting.take` reads, then writes the count: no account locks another's."""
    accounts = [account, *(make_account(make_business(mallory)) for _ in range(15))]
    number = next_number()
    turns = iter(accounts)
    outcomes = _at_once(16, lambda: refused(lambda: proofs.send_code(next(turns), number, by=ada)))
    assert sorted(outcomes) == ["code_too_often"] * 6 + ["proven"] * 10
    assert Message.objects.filter(to=number).count() == 10


def test_two_who_claim_one_number_at_once(ada: User, mallory: User) -> None:
    """Fails (the constraint breaks) when `open_claim` does not lock the holder's account."""
    for _ in range(3):
        holder = make_approved()
        number = str(holder.number)
        drafts = [claimant_of(number, ada), claimant_of(number, mallory)]
        for draft in drafts:
            prove_by_code(draft.account, number, claiming=True)
        results = race(
            *(partial(claims.open_claim, draft.account, number, by=ada) for draft in drafts for _ in range(2))
        )
        assert counted(results) == {"done": 1, "number_claimed": 3}
        assert NumberClaim.objects.filter(number=number).count() == 1


def test_an_application_that_ends_while_its_number_is_given(ada: User) -> None:
    """Whichever is first: both hold the claimant's account."""
    for _ in range(6):
        claim = claimed(ada)
        application = claim.account.applications.get()
        run_out_of_time(claim)
        results = race(
            partial(verification.withdraw, application, by=ada), partial(claims.run_out, claim.reproof)
        )
        assert results[0] == "done" and results[1] in ("done", "reproof_closed", "reproof_not_due")
        claim.refresh_from_db()
        claim.reproof.refresh_from_db()
        assert claim.settled_at and claim.reproof.closed_at
        assert not NumberUse.objects.filter(number=claim.number, account=claim.account).exists()


def test_an_application_that_ends_while_its_number_is_proven_by_who_has_it(ada: User) -> None:
    """Fails (a deadlock) when `_lock_claim` locks the claim first: they have no account in common."""
    for _ in range(6):
        claim = claimed(ada)
        application, holder = claim.account.applications.get(), claim.holder
        let_pass(proofs.RESEND_AFTER)
        proofs.send_code(holder, claim.number, again=True, by=owner_of(holder))
        prove = partial(proofs.check_code, holder, claim.number, sent_to(claim.number), by=owner_of(holder))
        results = race(
            partial(verification.withdraw, application, by=ada),
            hesitate(prove, before='SELECT "proofs_numberclaim"'),
        )
        assert results == ["done", "done"]
        claim.refresh_from_db()
        claim.reproof.refresh_from_db()
        assert claim.outcome in ("kept", "withdrawn") and claim.reproof.closed_at


def test_R7_declaring_a_number_whose_time_runs_out(ada: User, kai: ClientApp) -> None:
    """Declared first: nobody is given it. Given first: that is disputed. In no order do the two wait for each other."""
    for _ in range(6):
        claim = claimed(ada)
        run_out_of_time(claim)
        results = race(
            partial(claims.run_out, claim.reproof),
            partial(ownership.declare_personal, claim.number, by=kai),
        )
        assert results == ["done", "done"]
        claim.refresh_from_db()
        use = NumberUse.objects.filter(number=claim.number).first()
        if claim.outcome == "given":
            assert use is not None and use.account == claim.account
        else:
            assert use is None or use.declared_by == kai


def _at_once(threads: int, act: Callable[[], str]) -> list[str]:
    together = Barrier(threads)

    def run(_: int) -> str:
        try:
            connection.ensure_connection()
            together.wait(timeout=30)
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))
