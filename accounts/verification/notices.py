"""Telling people what became of an application; sent by the job queue after the transaction."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.audit import journal as audit
from accounts.businesses.models import Account, MemberRole
from accounts.messages import services as messages
from accounts.people.models import User
from accounts.text import Text
from accounts.verification.models import Application

# What the owner wants to see next is the account: its badge, or its new name or number.
TOLD_ON_THE_ACCOUNT = {"approved", "confirmed", "name_change_approved", "number_change_approved"}


def to_owners(application: Application, template: str, **params: str | Text) -> None:
    """One message to each owner, in their language, on the contact they sign in with."""
    link = f"/my/applications/{application.pk}/"
    if template in TOLD_ON_THE_ACCOUNT:
        link = _page_of(application.account)
    for owner in _owners(application.account):
        _send(owner, template, application, {"name": application.display_name, "link": link, **params})


def of_the_badge(account: Account, template: str, **params: str | Text | datetime) -> None:
    """The same about what happened to the account's badge."""
    link = _page_of(account)
    for owner in _owners(account):
        _send(owner, template, account, {"name": account.live_name or "", "link": link, **params})


def to_reviewer(reviewer: User, application: Application, template: str, **params: str | Text) -> None:
    """A word to a colleague, where an address is known; the case shows it anyway."""
    if reviewer.is_active and reviewer.email:
        link = reverse("admin:verification_application_change", args=[application.pk])
        _send(reviewer, template, application, {"name": application.display_name, "link": link, **params})


def _page_of(account: Account) -> str:
    return f"/my/accounts/{account.pk}/"


def _owners(account: Account) -> QuerySet[User]:
    return User.objects.filter(
        memberships__business=account.business_id, memberships__role=MemberRole.OWNER, is_active=True
    )


def _send(person: User, template: str, about: Application | Account, params: dict[str, Any]) -> None:
    messages.send(template, to=person, about=about, by=audit.SYSTEM, params=params)
