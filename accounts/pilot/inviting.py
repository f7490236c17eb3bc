"""Inviting: one contact or a whole list, some hundred a transaction (R6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError
from django.db.models import Q

from accounts.audit import journal as audit
from accounts.businesses import checks, numbers
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people import languages
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.pilot.invitations import DAYS, expiry, fresh, renew, send
from accounts.pilot.models import Cohort, Invitation, InvitationState

CHUNK = 300  # invitations a transaction
ATTEMPTS = 5  # at a chunk of which somebody else invited a contact at the same moment


@dataclass(frozen=True, slots=True)
class Invitee:
    """`contact` in its stored form: an e-mail address in lower case, or E.164."""

    contact: str
    language: str = languages.INDONESIAN


@dataclass
class Outcome:
    sent: list[Invitation] = field(default_factory=list)
    already_there: int = 0


def invitee(contact: str, language: str, *, country: str = "") -> Invitee:
    """What somebody wrote; a number without + is from `country`. Raises Invalid: contact_invalid, locale_unknown."""
    if language not in languages.codes():
        raise Invalid("locale_unknown", problems=[Problem("locale_unknown", "/language")])
    written = contact.strip()
    try:
        if "@" in written:
            return Invitee(checks.contact_key(written)[1], language)
        return Invitee(numbers.parse(written, country=country or None), language)
    except Invalid as wrong:
        raise Invalid("contact_invalid", problems=[Problem("contact_invalid", "/contact")]) from wrong


def invite(
    cohort: Cohort, contact: str, *, by: User, language: str = languages.INDONESIAN, days: int = DAYS
) -> Invitation:
    """One contact. Raises what `invite_many` and `invitee` raise; NotAllowed invited_already."""
    outcome = invite_many(
        cohort, [invitee(contact, language, country=cohort.country)], expires_at=expiry(days), by=by
    )
    if not outcome.sent:
        raise NotAllowed("invited_already")
    return Invitation.objects.with_state().get(pk=outcome.sent[0].pk)


def invite_many(
    cohort: Cohort,
    invitees: Sequence[Invitee],
    *,
    expires_at: datetime,
    by: audit.Actor,
    template: str = "invitation",
) -> Outcome:
    """Send each a link of their own, all in one transaction. Who has one that is still good gets no other.

    One that expired is renewed. A cohort may have more invitations than places: `beyond_places` says so.
    Raises Forbidden permission_missing.
    """
    if isinstance(by, User):
        require_permission(by, "pilot.add_invitation")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _invite(cohort, invitees, expires_at, by=by, template=template)
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def beyond_places(cohort: Cohort) -> int:
    """How many of the invited will find the cohort full, should all of them come."""
    if cohort.capacity is None:
        return 0
    return max(0, cohort.invitations.promised().count() + cohort.places.count() - cohort.capacity)


@audit.transaction
def _invite(
    cohort: Cohort, invitees: Sequence[Invitee], expires_at: datetime, *, by: audit.Actor, template: str
) -> Outcome:
    wanted = {one.contact: one for one in invitees}
    there, expired = _invited(cohort, wanted)
    outcome = Outcome(already_there=len(invitees) - len(wanted) + len(there))
    made, tokens = [], []
    for contact, one in sorted(wanted.items()):  # two lists at once are written in one order
        if contact in there:
            continue
        invitation = expired.get(contact)
        if invitation is not None:
            tokens.append(renew(invitation, expires_at))
        else:
            invitation = Invitation(
                cohort=cohort,
                contact=contact,
                language=one.language,
                expires_at=expires_at,
                created_by=by if isinstance(by, User) else None,
            )
            tokens.append(fresh(invitation))
            made.append(invitation)
        outcome.sent.append(invitation)
    Invitation.objects.bulk_create(made)
    for invitation, token in zip(outcome.sent, tokens, strict=True):
        send(invitation, token, by=by, template=template)
    return outcome


def _invited(cohort: Cohort, contacts: Iterable[str]) -> tuple[set[str], dict[str, Invitation]]:
    """Who can still come by an earlier invitation; and the expired ones, locked, of those who can't."""
    earlier = (
        Invitation.objects.select_for_update(of=("self",), no_key=True)
        .with_state()
        .filter(Q(revoked_at=None, account=None), cohort=cohort, contact__in=contacts)
        .order_by("pk")
    )
    there, expired = set(), {}
    for invitation in earlier:
        if invitation.state == InvitationState.EXPIRED:
            expired[str(invitation.contact)] = invitation
        else:
            there.add(str(invitation.contact))
    return there, expired
