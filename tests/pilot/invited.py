"""Invitations for the tests, and their links as the messages carry them."""

import itertools
from datetime import timedelta
from typing import Any

from accounts import clock
from accounts.audit import journal as audit
from accounts.messages.models import Message
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.inviting import Invitee
from accounts.pilot.models import Cohort, Invitation
from tests.factories import make_cohort

_counter = itertools.count(1)


def invited(cohort: Cohort | None = None, contact: str = "", **facts: Any) -> tuple[Invitation, str]:
    """An open invitation and the token of its link."""
    cohort = cohort or make_cohort(invitation_only=True)
    contact = contact or f"guest{next(_counter)}@owner.example"
    in_a_week = clock.now() + timedelta(days=7)
    outcome = pilot.invite_many(cohort, [Invitee(contact, **facts)], expires_at=in_a_week, by=audit.SYSTEM)
    invitation = outcome.sent[0]
    return invitation, token_of(invitation)


def token_of(invitation: Invitation) -> str:
    """As the last message has it, which was not sent yet."""
    path = Message.objects.filter(about=invitation.pk).latest("id").secret
    return path.strip("/").rpartition("/")[2]


def accepted(cohort: Cohort | None = None, *, by: User) -> Invitation:
    _, token = invited(cohort)
    return pilot.redeem(pilot.look(token), by=by)
