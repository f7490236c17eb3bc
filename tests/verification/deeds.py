"""What the tests of deciding do again and again, and look at afterwards."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from accounts.audit.models import Event, EventNumber
from accounts.badges.models import Badge, Tier
from accounts.businesses.models import Account, NumberUse
from accounts.errors import DomainError, NotAllowed
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind
from tests.factories import (
    age,
    badge_of,
    make_draft,
    owner_of,
)


def refused(code: str, act: Callable[[], object], kind: type[DomainError] = NotAllowed) -> DomainError:
    """It is refused with this code, and neither the journal nor any application changes."""
    before = (list(Application.objects.order_by("pk").values()), Event.objects.count())
    with pytest.raises(kind, match=rf"^{code}:") as refusal:
        act()
    assert (list(Application.objects.order_by("pk").values()), Event.objects.count()) == before
    return refusal.value


def approve(application: Application, by: User, **how: Any) -> Application:
    return verification.approve(application, tier=Tier.VERIFIED, by=by, **how)


def submit(application: Application) -> Application:
    return verification.submit(application, by=owner_of(application.account))


def ask_for(account: Account, kind: Kind, **profile: Any) -> Application:
    return verification.submit(make_draft(account, kind=kind, **profile), by=owner_of(account))


def reread(account: Account) -> Account:
    return Account.objects.get(pk=account.pk)


def statuses(account: Account) -> list[str]:
    return list(Badge.objects.of(account).order_by("issued_at").values_list("status", flat=True))


def numbers_of(account: Account) -> list[str]:
    return list(NumberUse.objects.filter(account=account).values_list("number", flat=True))


def changed_cards(kind: str) -> set[str]:
    return set(EventNumber.objects.filter(event__kind=kind).values_list("number", flat=True))


def near_the_end(account: Account, *, days: int = 30) -> Badge:
    """Make the account's badge `days` away from the end of its term."""
    badge = badge_of(account)
    age(badge, settings.BADGE_TERM - timedelta(days=days), "issued_at", "term_ends_at", "expires_at")
    return badge
