"""Letting an account in: the one way to a place in a cohort (R6)."""

from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.pilot import cohorts, invitations
from accounts.pilot.models import Cohort, Place


@audit.transaction
def admit(account: Account, cohort: Cohort | None, *, by: audit.Actor) -> Cohort:
    """Give the account its place; one it has already is kept. An invitation that `by` holds is used up with it.

    Without a cohort: the one that `by` is invited to, or the open one of the account's country.
    Raises NotAllowed: cohort_not_open, cohort_full, cohort_other_country, invitation_required.
    """
    place = Place.objects.select_related("cohort").filter(account=account).first()
    if place is not None:
        return place.cohort
    if cohort is None:
        cohort = _meant(account, by)
    if cohort.country not in ("", account.country):
        raise NotAllowed("cohort_other_country")
    if cohort.invitation_only and not _is_invited(account, cohort, by):
        raise NotAllowed("invitation_required")
    cohorts.require_open(cohort)
    if cohorts.places_left(cohort) == 0:
        raise NotAllowed("cohort_full")
    invitation = invitations.spend(account, cohort, by=by)
    if cohort.invitation_only and invitation is None:  # another account was faster
        raise NotAllowed("invitation_required")
    Place.objects.create(cohort=cohort, account=account)
    data = {"cohort": cohort.pk} | ({"invitation": invitation.pk} if invitation else {})
    audit.record("cohort.admitted", on=account, by=by, data=data)
    return cohort


def way_in(person: User, country: str) -> Cohort | None:
    """The cohort in which this person could apply at this moment; None: there is the waiting list."""
    invited = _first_with_room([held.cohort for held in invitations.held_by(person)], country)
    return invited or _first_with_room(list(Cohort.objects.for_everybody(country)), country)


def _first_with_room(found: list[Cohort], country: str) -> Cohort | None:
    now_open = set(
        Cohort.objects.open().filter(pk__in=[cohort.pk for cohort in found]).values_list("pk", flat=True)
    )
    for cohort in found:
        fits = cohort.pk in now_open and cohort.country in ("", country)
        if fits and cohorts.seems_to_have_room(cohort):
            return cohort
    return None


def _meant(account: Account, by: audit.Actor) -> Cohort:
    """Where the account would have a place: by invitation, or with everybody. A full one where all are full."""
    invited = _invited_to(account, by)
    if (cohort := _first_with_room(invited, account.country)) is not None:
        return cohort
    general = list(Cohort.objects.for_everybody(account.country))
    for cohort in general:
        if cohorts.places_left(cohort) != 0:
            return cohort
    if not invited and not general:
        raise NotAllowed("invitation_required")
    return (invited or general)[0]


def _is_invited(account: Account, cohort: Cohort, by: audit.Actor) -> bool:
    return cohort in _invited_to(account, by)


def _invited_to(account: Account, by: audit.Actor) -> list[Cohort]:
    """A partner app is invited to nothing: it applies for others."""
    if not isinstance(by, User):
        return []
    return [held.cohort for who in (by, account.business) for held in invitations.held_by(who)]
