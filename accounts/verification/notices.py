"""Telling people what became of an application; sent by the job queue after the transaction."""

from accounts.audit import journal as audit
from accounts.businesses.models import MemberRole
from accounts.messages import services as messages
from accounts.people.models import User
from accounts.text import Text
from accounts.verification.models import Application


def to_owners(application: Application, template: str, **params: str | Text) -> None:
    """One message to each owner, in their language, on the contact they sign in with."""
    owners = User.objects.filter(
        memberships__business=application.account.business_id,
        memberships__role=MemberRole.OWNER,
        is_active=True,
    )
    for owner in owners:
        _send(owner, template, application, params)


def to_reviewer(reviewer: User, application: Application, template: str, **params: str | Text) -> None:
    """A word to a colleague, where an address is known; the case shows it anyway."""
    if reviewer.is_active and reviewer.email:
        _send(reviewer, template, application, params)


def _send(person: User, template: str, application: Application, params: dict[str, str | Text]) -> None:
    said = {"name": application.display_name, **params}
    messages.send(template, to=person, about=application, by=audit.SYSTEM, params=said)
