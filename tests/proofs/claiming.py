"""What the tests of claimed numbers start from."""

from datetime import timedelta

from django.db.models import F

from accounts.businesses.models import Account
from accounts.messages.models import Message
from accounts.people.models import Guesses, User
from accounts.proofs import claims
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberClaim, NumberCode
from accounts.verification.models import Application
from tests.factories import age, make_account, make_approved, make_business, make_draft, owner_of


def let_pass(time: timedelta) -> None:
    """All that was sent and counted was so much longer ago."""
    NumberCode.objects.update(created_at=F("created_at") - time, expires_at=F("expires_at") - time)
    Guesses.objects.update(since=F("since") - time)


def sent_to(number: str) -> str:
    """The code of the last message to the number, as the sender is given it."""
    return Message.objects.filter(to=number, template="number_code").latest("created_at").secret


def prove_by_code(account: Account, number: str, *, claiming: bool = False, again: bool = False) -> None:
    owner = owner_of(account)
    let_pass(proofs.RESEND_AFTER)
    proofs.send_code(account, number, claiming=claiming, again=again, by=owner)
    proofs.check_code(account, number, sent_to(number), by=owner)


def claimant_of(number: str, person: User) -> Application:
    """A draft of a business that says the number is its own."""
    return make_draft(make_account(make_business(person)), number=number)


def claimed(person: User, holder: Account | None = None) -> NumberClaim:
    """An open claim of a live account's number, by a business of this person."""
    holder = holder or make_approved()
    assert holder.number is not None
    draft = claimant_of(holder.number, person)
    prove_by_code(draft.account, holder.number, claiming=True)
    return claims.open_claim(draft.account, holder.number, by=person)


def run_out_of_time(claim: NumberClaim) -> None:
    age(claim.reproof, timedelta(days=8), "asked_at", "due_at")
