"""Letting businesses in, a cohort at a time (R6)."""

from accounts.audit import journal as audit
from accounts.businesses.models import Account
from accounts.errors import NotAllowed
from accounts.pilot.models import Cohort, Place


def find(name_or_id: str) -> Cohort:
    """Raises NotAllowed cohort_unknown."""
    cohorts = (
        Cohort.objects.filter(pk=name_or_id)
        if name_or_id.startswith("coh_")
        else Cohort.objects.filter(name=name_or_id)
    )
    cohort = cohorts.first()
    if cohort is None:
        raise NotAllowed("cohort_unknown")
    return cohort


@audit.transaction
def open_cohort(name: str, *, by: audit.Actor, country: str = "", invitation_only: bool = True) -> Cohort:
    cohort = Cohort.objects.create(name=name, country=country, invitation_only=invitation_only)
    audit.record("cohort.opened", on=cohort, by=by, data={"country": country})
    return cohort


@audit.transaction
def admit(account: Account, cohort: Cohort | None, *, invited: bool, by: audit.Actor) -> Cohort:
    """Give the account its place; one it has already is kept. Without a cohort: the open one of its country.

    Raises NotAllowed: cohort_not_open, cohort_full, cohort_other_country, invitation_required.
    """
    place = Place.objects.select_related("cohort").filter(account=account).first()
    if place is not None:
        return place.cohort
    if cohort is None:
        cohort = (
            Cohort.objects.open().filter(country__in=["", account.country], invitation_only=False).first()
        )
    if cohort is None:
        raise NotAllowed("invitation_required")
    if cohort.country not in ("", account.country):
        raise NotAllowed("cohort_other_country")
    if cohort.invitation_only and not invited:
        raise NotAllowed("invitation_required")
    require_open(cohort)
    _take_place(account, cohort)
    audit.record("cohort.admitted", on=account, by=by, data={"cohort": cohort.pk})
    return cohort


def require_open(cohort: Cohort) -> None:
    """Raises NotAllowed cohort_not_open."""
    if not Cohort.objects.open().filter(pk=cohort.pk).exists():
        raise NotAllowed("cohort_not_open")


def places_left(cohort: Cohort) -> int | None:
    """None without a capacity. Else the cohort's row stays locked until the end: the last place goes to one."""
    if cohort.capacity is None:
        return None
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    return None if cohort.capacity is None else max(0, cohort.capacity - cohort.places.count())


def _take_place(account: Account, cohort: Cohort) -> None:
    if places_left(cohort) == 0:
        raise NotAllowed("cohort_full")
    Place.objects.create(cohort=cohort, account=account)
