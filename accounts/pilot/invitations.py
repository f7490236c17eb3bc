"""Invitation links: issued and sent, accepted once, spent on one place (R6).

A link's token is 131 random bits. It stands in the message, and here only as its SHA-256: guessing one is hopeless,
so that nothing counts wrong tokens. Looking at a link changes nothing; a chat app may fetch it as often as it likes.
"""

import hashlib
import secrets
import string
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses.models import Account, Business, MemberRole
from accounts.errors import Invalid, NotAllowed, NotFound, Problem
from accounts.messages import services as messages
from accounts.messages.models import Channel
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.pilot import cohorts
from accounts.pilot.models import Cohort, Invitation, InvitationQuerySet, InvitationState, WaitingEntry

DAYS = 14  # that a link is good for, where nobody says otherwise
LONGEST = 90  # days
TOKEN_CHARACTERS = 22  # of 62: 131 bits
_ALPHABET = string.ascii_letters + string.digits


def look(token: str) -> Invitation:
    """What the link leads to, with its `state`. Raises NotFound: no such link, whatever it looks like."""
    found = with_digest(digest_of(token))
    if found is None:
        raise NotFound("invitation_unknown")
    return found


def with_digest(digest: bytes) -> Invitation | None:
    """For whoever has shown the link already."""
    return Invitation.objects.with_state().select_related("cohort").filter(digest=digest).first()


@audit.transaction
def redeem(invitation: Invitation, *, by: User) -> Invitation:
    """Accept it, as `look` found it: `by` may now apply in its cohort. Once more by the same person changes nothing.

    Who has accepted another one for this cohort, and not used it, keeps that one, and this one stays as it is.
    Raises NotAllowed: invitation_revoked, invitation_used, invitation_expired, cohort_not_open, cohort_full;
    NotFound: a newer link has replaced this one.
    """
    cohort = invitation.cohort
    if (held := invitation_of(by, cohort)) is not None:
        return held
    if invitation.state == InvitationState.OPEN:  # of any other, what became of it is the answer
        cohorts.require_open(cohort)
        if not cohorts.seems_to_have_room(cohort):
            raise NotAllowed("cohort_full")
    waiting = list(WaitingEntry.objects.waiting().select_for_update(no_key=True).filter(person=by))
    if not _win(invitation, by):
        return _accepted_before(invitation, by, cohort)
    audit.record("invitation.redeemed", on=invitation, by=by, data={"cohort": cohort.pk})
    for entry in waiting:
        _wait_no_more(entry, invitation, by)
    return look_again(invitation)


def look_again(invitation: Invitation) -> Invitation:
    return Invitation.objects.with_state().select_related("cohort").get(pk=invitation.pk)


def _win(invitation: Invitation, by: User) -> bool:
    """One statement: of all who try at once, PostgreSQL lets one through. A link that was replaced is worth nothing."""
    open_still = Invitation.objects.redeemable().filter(pk=invitation.pk, digest=bytes(invitation.digest))
    try:
        with transaction.atomic():
            return bool(open_still.update(redeemed_at=Now(), redeemed_by=by))
    except IntegrityError:  # by the same person, another one for this cohort, at this moment
        return False


def _accepted_before(invitation: Invitation, by: User, cohort: Cohort) -> Invitation:
    held = invitation_of(by, cohort)
    if held is not None:
        return held
    now = look_again(invitation)
    if now.state == InvitationState.USED and now.redeemed_by_id == by.pk:
        return now
    if now.state == InvitationState.OPEN:
        raise NotFound("invitation_unknown")
    raise refusal_of(now)


def refusal_of(invitation: Invitation) -> NotAllowed:
    """Why one that is not open (`with_state`) can't be accepted."""
    ended = {InvitationState.REVOKED: "invitation_revoked", InvitationState.EXPIRED: "invitation_expired"}
    return NotAllowed(ended.get(invitation.state, "invitation_used"))


def _wait_no_more(entry: WaitingEntry, invitation: Invitation, by: User) -> None:
    """Who was invited beside the waiting list leaves it."""
    if invitation.cohort.country in ("", entry.country):
        entry.invited_at, entry.invitation = clock.now(), invitation
        entry.save(update_fields=["invited_at", "invitation"])
        audit.record("waiting.invited", on=entry, by=by, data={"invitation": invitation.pk})


def invitation_of(who: User | Business, cohort: Cohort) -> Invitation | None:
    """The one that this person, or an owner of this business, has accepted for this cohort and not used."""
    return _accepted_by(who).filter(cohort=cohort).first()


def held_by(who: User | Business) -> InvitationQuerySet:
    """All of them, those of cohorts that opened first at the front."""
    return _accepted_by(who).select_related("cohort").order_by("cohort__opens_at", "cohort")


def _accepted_by(who: User | Business) -> InvitationQuerySet:
    accepted = Invitation.objects.unspent()
    if isinstance(who, User):
        return accepted.filter(redeemed_by=who)
    owners = who.memberships.filter(role=MemberRole.OWNER)
    return accepted.filter(redeemed_by__in=owners.values("person"))


def spend(account: Account, cohort: Cohort, *, by: audit.Actor) -> Invitation | None:
    """Use up the submitter's invitation, or else one of an owner of the business; None where there is none.

    One statement each: of two accounts that want the same invitation at once, one gets it.
    """
    if not isinstance(by, User):
        return None
    for who in (by, account.business):
        while (invitation := invitation_of(who, cohort)) is not None:
            if Invitation.objects.unspent().filter(pk=invitation.pk).update(account=account):
                return invitation
    return None


@audit.transaction
def resend(invitation: Invitation, *, by: User, days: int = DAYS) -> Invitation:
    """A new link to the same contact; the old one is dead.

    Raises Forbidden permission_missing; NotAllowed: invitation_revoked, invitation_used, contact_erased.
    """
    require_permission(by, "pilot.add_invitation")
    invitation = _locked(invitation)
    if invitation.state not in (InvitationState.OPEN, InvitationState.EXPIRED):
        raise refusal_of(invitation)
    if invitation.contact is None:
        raise NotAllowed("contact_erased")
    token = renew(invitation, expiry(days))
    send(invitation, token, by=by)
    return invitation


@audit.transaction
def revoke(invitation: Invitation, *, by: User) -> Invitation:
    """The link, or what its acceptance gave, is worth nothing any more; whoever has a place keeps it.

    Raises Forbidden permission_missing; NotAllowed invitation_used.
    """
    require_permission(by, "pilot.revoke_invitation")
    invitation = _locked(invitation)
    if invitation.state == InvitationState.USED:
        raise refusal_of(invitation)
    if invitation.state != InvitationState.REVOKED:
        invitation.revoked_at, invitation.revoked_by = clock.now(), by
        invitation.save(update_fields=["revoked_at", "revoked_by"])
        audit.record("invitation.revoked", on=invitation, by=by, data={"cohort": invitation.cohort_id})
    return invitation


def expiry(days: int) -> datetime:
    """Raises Invalid expiry_out_of_range."""
    if not 1 <= days <= LONGEST:
        params = {"longest": LONGEST}
        raise Invalid(
            "expiry_out_of_range", problems=[Problem("expiry_out_of_range", "/days", params)], **params
        )
    return clock.now() + timedelta(days=days)


def fresh(invitation: Invitation) -> str:
    """Give it a token of its own, to be sent and then forgotten."""
    token = "".join(secrets.choice(_ALPHABET) for _ in range(TOKEN_CHARACTERS))
    invitation.digest = digest_of(token)
    return token


def renew(invitation: Invitation, expires_at: datetime) -> str:
    token = fresh(invitation)
    invitation.sent_at, invitation.expires_at = clock.now(), expires_at
    invitation.save(update_fields=["digest", "sent_at", "expires_at"])
    return token


def send(invitation: Invitation, token: str, *, by: audit.Actor, template: str = "invitation") -> None:
    contact = str(invitation.contact)
    messages.send(
        template,
        to=contact,
        channel=Channel.EMAIL if "@" in contact else Channel.SMS,
        language=invitation.language,
        about=invitation,
        by=by,
        params={"date": clock.here(invitation.expires_at).date()},
        secret=reverse("invitation", args=[token]),
    )
    audit.record("invitation.sent", on=invitation, by=by, data={"cohort": invitation.cohort_id})


def digest_of(token: str) -> bytes:
    """Not keyed: there are far too many tokens to look up."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _locked(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",), no_key=True).with_state()
    return locked.get(pk=invitation.pk)
