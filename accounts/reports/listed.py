"""Which account a number leads to, where a look-up lists it at all."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import BooleanField, ExpressionWrapper, Q

from accounts import clock
from accounts.badges.models import LIVE, Badge
from accounts.badges.standing import standing
from accounts.businesses.models import Account
from accounts.proofs.models import NumberProof

_IS_LIVE = ExpressionWrapper(Q(status__in=LIVE), output_field=BooleanField())


@dataclass(frozen=True)
class _Known:
    """As `accounts.badges.standing.Known` wants it; without a badge nobody looks at the moments."""

    as_of: datetime
    account: Account
    proven: bool
    badge: Badge | None

    @property
    def confirmed_at(self) -> datetime | None:
        return self.account.confirmed_at

    @property
    def badge_status(self) -> str:
        return self.badge.status if self.badge else ""

    @property
    def expires_at(self) -> datetime:
        return self.badge.expires_at if self.badge else self.as_of

    @property
    def suspended_at(self) -> datetime | None:
        return self.badge.suspended_at if self.badge else None

    @property
    def ended_at(self) -> datetime | None:
        return self.badge.ended_at if self.badge else None

    @property
    def reason(self) -> str:
        return self.badge.reason if self.badge else ""


def badge_that_counts(account: Account) -> Badge | None:
    """The live one, or else the latest."""
    return Badge.objects.of(account).order_by(_IS_LIVE.desc(), "-issued_at", "-pk").first()


def locked_if_listed(number: str) -> Account | None:
    """The account, locked until the end of the transaction; None where a look-up says `listed: false`."""
    account = Account.objects.select_for_update(no_key=True).filter(number=number, closed_at=None).first()
    if account is None:
        return None
    proven = NumberProof.objects.standing().of(account, number).exists()
    known = _Known(clock.now(), account, proven, badge_that_counts(account))
    return account if standing(known).listed else None
