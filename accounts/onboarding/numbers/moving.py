"""Moving an account to a new number, as its owner does it."""

from accounts.audit import journal as audit
from accounts.businesses import numbers
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.onboarding.following import asking
from accounts.proofs import claims
from accounts.verification import services as verification
from accounts.verification.models import UNDER_REVIEW, Application, Kind
from accounts.verification.transitions import lock


@audit.transaction
def begin(account: Account, *, number: str, still_works: bool, by: audit.Actor) -> Application:
    """A draft with the new number; a proof of the old one falls at once where that does not work any more.

    Raises Invalid as `numbers.parse`, or number_unchanged; NotAllowed change_in_review, or as `verification.start`.
    """
    new = numbers.parse(number, country=account.country)
    if not still_works and account.number is not None and new != account.number:
        claims.give_up(account, by=by)  # first: it may lock the account that claims the number, too
    application = lock(asking.prepare(account, kind=Kind.NUMBER_CHANGE, by=by, number=new))
    if application.number == new:
        return application
    if application.status in UNDER_REVIEW:
        raise NotAllowed("change_in_review")
    return verification.change(application, revision=application.revision, by=by, number=new)
