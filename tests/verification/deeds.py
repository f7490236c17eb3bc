"""What the tests of deciding do again and again."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.audit.models import Event
from accounts.badges.models import Tier
from accounts.errors import DomainError, NotAllowed
from accounts.people.models import User
from accounts.verification import services as verification
from accounts.verification.models import Application
from tests.factories import (
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
