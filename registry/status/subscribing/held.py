"""What is held about a person here, as the table in accounts/privacy has it: the address, if it is theirs."""

from django.db.models import Q

from accounts.privacy.holdings import Holding, Subject
from registry.status.subscribing.models import Subscriber, Wish


def _theirs(subject: Subject) -> Q:
    return Q(address__in=subject.contacts)


HELD = (
    Holding(Wish, _theirs, ("address", "language", "asked_at")),
    Holding(Subscriber, _theirs, ("address", "language", "confirmed_at")),
)
