"""Telling people what became of an application; sent by the job queue after the transaction."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.audit import journal as audit
from accounts.businesses.models import Account, MemberRole
from accounts.messages import services as messages
from accounts.people.models import User
from accounts.text import Text
from accounts.verification.models import Application


def to_owners(application: Application, template: str, **params: str | Text) -> None:
    """One message to each owner, in their language, on the contact they sign in with."""
    for owner in _owners(application.account):
        _send(owner, template, application, {"name": application.display_name, **params})


def of_the_badge(account: Account, template: str, **params: str | Text | datetime) -> None:
    """The same about what happened to the account's badge."""
    for owner in _owners(account):
        _send(owner, template, account, {"name": account.live_name or "", **params})


def to_reviewer(reviewer: User, application: Application, template: str, **params: str | Text) -> None:
    """A word to a colleague, where an address is known; the case shows it anyway."""
    if reviewer.is_active and reviewer.email:
        _send(reviewer, template, application, {"name": application.display_name, **params})


def _owners(account: Account) -> QuerySet[User]:
    return User.objects.filter(
        memberships__business=account.business_id, memberships__role=MemberRole.OWNER, is_active=True
    )


def _send(person: User, template: str, about: Application | Account, params: dict[str, Any]) -> None:
    messages.send(template, to=person, about=about, by=audit.SYSTEM, params=params)
