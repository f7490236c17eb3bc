"""The waiting list: one line a country; staff invite from its front (R6)."""

import phonenumbers
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.businesses.numbers import HOME
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.pilot import admitting, invitations
from accounts.pilot.invitations import DAYS, expiry
from accounts.pilot.inviting import CHUNK, Invitee, invite_many
from accounts.pilot.models import Cohort, Invitation, WaitingEntry


def country_of(person: User) -> str:
    """Of the cohort that has invited them; or of the number they sign in with, where the pilot is in that country."""
    invited = invitations.held_by(person).exclude(cohort__country="").first()
    if invited is not None:
        return invited.cohort.country
    region = phonenumbers.region_code_for_number(phonenumbers.parse(person.phone)) if person.phone else None
    if region and Cohort.objects.filter(country__in=["", region]).exists():
        return region
    return HOME


def entry_of(person: User, country: str) -> WaitingEntry | None:
    return WaitingEntry.objects.waiting().filter(person=person, country=country).first()


def place_number(entry: WaitingEntry) -> int:
    """1 is who is invited next."""
    before = Q(joined_at__lt=entry.joined_at) | Q(joined_at=entry.joined_at, pk__lt=entry.pk)
    return WaitingEntry.objects.waiting().filter(before, country=entry.country).count() + 1


@audit.transaction
def join(person: User, country: str, *, by: User) -> WaitingEntry:
    """Once for a person and country, however often it is asked.

    Raises Invalid country_unknown; NotAllowed waiting_not_needed.
    """
    checks.country(country)
    if (entry := entry_of(person, country)) is not None:
        return entry
    if admitting.way_in(person, country) is not None:
        raise NotAllowed("waiting_not_needed")
    try:
        with transaction.atomic():
            entry = WaitingEntry.objects.create(person=person, country=country)
    except IntegrityError:  # the same person, in another window at this moment
        return WaitingEntry.objects.waiting().get(person=person, country=country)
    audit.record("waiting.joined", on=entry, by=by, data={"country": country})
    entry.refresh_from_db()
    return entry


@audit.transaction
def leave(entry: WaitingEntry, *, by: User) -> None:
    """Whoever comes back stands at the end. Nothing happens to who was invited, or has left."""
    if WaitingEntry.objects.waiting().filter(pk=entry.pk).update(left_at=clock.now()):
        audit.record("waiting.left", on=entry, by=by)


@audit.transaction
def invite_next(cohort: Cohort, *, count: int, by: User, days: int = DAYS) -> list[WaitingEntry]:
    """Invite the first `count` who wait, oldest first. Two operators at once invite different people.

    Fewer than `count` where nobody else waits, or another operator was there; never more than `CHUNK`.
    Raises Forbidden permission_missing; Invalid expiry_out_of_range; NotAllowed nobody_waits.
    """
    require_permission(by, "pilot.add_invitation")
    expires_at = expiry(days)
    entries = list(_line(cohort).select_related("person")[: min(count, CHUNK)])
    if not entries:
        raise NotAllowed("nobody_waits")
    invitees = [Invitee(_contact(entry.person), entry.person.language) for entry in entries]
    invite_many(cohort, invitees, expires_at=expires_at, by=by, template="invitation_after_waiting")
    issued = {
        str(invitation.contact): invitation
        for invitation in Invitation.objects.promised().filter(
            cohort=cohort, contact__in=[one.contact for one in invitees]
        )
    }
    for entry, one in zip(entries, invitees, strict=True):
        entry.invited_at, entry.invitation = clock.now(), issued[one.contact]
        entry.save(update_fields=["invited_at", "invitation"])
        audit.record("waiting.invited", on=entry, by=by, data={"invitation": issued[one.contact].pk})
    return entries


def _line(cohort: Cohort) -> QuerySet[WaitingEntry]:
    """From the front, locked; what another operator is inviting at this moment is passed over."""
    line = WaitingEntry.objects.waiting()
    if cohort.country:
        line = line.filter(country=cohort.country)
    return line.in_order().select_for_update(of=("self",), no_key=True, skip_locked=True)


def _contact(person: User) -> str:
    return str(person.email or person.phone)
