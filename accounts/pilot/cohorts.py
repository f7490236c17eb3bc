"""Cohorts: opened and changed by staff, and the places they have left (R6)."""

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts import clock, ids
from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.errors import Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.pilot.models import Cohort


def find(name_or_id: str) -> Cohort:
    """Raises NotAllowed cohort_unknown."""
    is_id = re.fullmatch(f"coh_{ids.SUFFIX_PATTERN}", name_or_id)
    cohort = Cohort.objects.filter(**{"pk" if is_id else "name": name_or_id}).first()
    if cohort is None:
        raise NotAllowed("cohort_unknown")
    return cohort


@audit.transaction
def open_cohort(name: str, *, by: audit.Actor, **facts: Any) -> Cohort:
    """`facts`: country, capacity, opens_at, closes_at, invitation_only, four_eyes; left out, as the model has them.

    Raises Invalid: cohort_name_taken, country_unknown, cohort_closes_too_early; Forbidden permission_missing.
    """
    if isinstance(by, User):
        require_permission(by, "pilot.add_cohort")
    cohort = _save(Cohort(name=name, **facts), force_insert=True)
    audit.record("cohort.opened", on=cohort, by=by, data={"country": cohort.country})
    return cohort


@audit.transaction
def change_cohort(cohort: Cohort, *, by: User, **facts: Any) -> Cohort:
    """Whoever has a place keeps it, also when the capacity is now less. Raises what `open_cohort` raises."""
    require_permission(by, "pilot.change_cohort")
    cohort = Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    changed = sorted(name for name, value in facts.items() if getattr(cohort, name) != value)
    if changed:
        for name in changed:
            setattr(cohort, name, facts[name])
        _save(cohort, update_fields=changed)
        audit.record("cohort.changed", on=cohort, by=by, data={"fields": changed})
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


def seems_to_have_room(cohort: Cohort) -> bool:
    """Without a lock: for what is shown or chosen. Whether there is a place, `places_left` says."""
    return cohort.capacity is None or cohort.places.count() < cohort.capacity


def _save(cohort: Cohort, **how: Any) -> Cohort:
    if cohort.country:
        checks.country(cohort.country)
    opens_at = cohort.opens_at if isinstance(cohort.opens_at, datetime) else clock.now()
    if cohort.closes_at is not None and cohort.closes_at <= opens_at:
        code = "cohort_closes_too_early"
        raise Invalid(code, problems=[Problem(code, "/closes_at")])
    try:
        with transaction.atomic():
            cohort.save(**how)
    except IntegrityError as taken:
        raise Invalid("cohort_name_taken", problems=[Problem("cohort_name_taken", "/name")]) from taken
    cohort.refresh_from_db()
    return cohort
