"""What becomes of proofs when an account closes."""

from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.websites import services as websites


def start() -> None:
    audit.listen("account.closed", _end_all)


def _end_all(happening: audit.Happening) -> None:
    websites.end_others(Account.objects.get(pk=happening.on), website="", by=audit.SYSTEM)
