"""What an invitation is to its reader: one word for each page that there is."""

from enum import StrEnum

from accounts import clock
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort, Invitation, InvitationState


class Standing(StrEnum):
    OPEN = "open"
    EARLY = "early"  # the cohort has not opened yet
    FULL = "full"
    CLOSED = "closed"
    MINE = "mine"  # the reader has accepted it
    DONE = "done"  # and applied with it
    USED = "used"  # by somebody: nobody learns by whom
    EXPIRED = "expired"
    REVOKED = "revoked"


def standing_of(invitation: Invitation, reader: User | None) -> Standing:
    """Of an invitation `with_state`."""
    is_readers = reader is not None and invitation.redeemed_by_id == reader.pk
    match invitation.state:
        case InvitationState.REDEEMED:
            return Standing.MINE if is_readers else Standing.USED
        case InvitationState.USED:
            return Standing.DONE if is_readers else Standing.USED
        case InvitationState.EXPIRED:
            return Standing.EXPIRED
        case InvitationState.REVOKED:
            return Standing.REVOKED
        case InvitationState.OPEN:
            return _of_open(invitation.cohort)


def _of_open(cohort: Cohort) -> Standing:
    now = clock.now()
    if cohort.opens_at > now:
        return Standing.EARLY
    if cohort.closes_at is not None and cohort.closes_at <= now:
        return Standing.CLOSED
    return Standing.OPEN if pilot.seems_to_have_room(cohort) else Standing.FULL
