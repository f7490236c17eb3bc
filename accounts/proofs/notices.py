"""Telling owners what becomes of their number; sent by the job queue after the transaction."""

from datetime import datetime
from typing import Any

from accounts.audit import journal as audit
from accounts.businesses import numbers
from accounts.businesses.models import Account, MemberRole
from accounts.messages import services as messages
from accounts.people.models import User


def prove_again(account: Account, number: str, *, until: datetime) -> None:
    _to_owners(account, "number_prove_again", number=number, date=until, link=f"{_page(account)}number/")


def number_lost(account: Account, number: str) -> None:
    """A live account can move to a new number; what was only applied for is written anew there."""
    page = "new-number/" if account.live_name else ""
    _to_owners(account, "number_lost", number=number, link=f"{_page(account)}{page}")


def of_the_claim(account: Account, template: str, number: str) -> None:
    _to_owners(account, template, number=number, link=_page(account))


def _page(account: Account) -> str:
    return f"/my/accounts/{account.pk}/"


def _to_owners(account: Account, template: str, *, number: str, **params: Any) -> None:
    owners = User.objects.filter(
        memberships__business=account.business_id, memberships__role=MemberRole.OWNER, is_active=True
    )
    for owner in owners:
        shown = {"number": numbers.shown(number), **params}
        messages.send(template, to=owner, about=account, by=audit.SYSTEM, params=shown)
