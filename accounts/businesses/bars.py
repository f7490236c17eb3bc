"""Bars: a business, its registration number and its owners are closed to new applications."""

from django.db.models import Q, QuerySet

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses.models import Bar, Business, MemberRole
from accounts.businesses.services import locked, require_outsider
from accounts.errors import Forbidden, NotAllowed
from accounts.people.models import User
from accounts.people.services import require_permission


def bar(business: Business, *, reason: str, by: audit.Actor) -> Bar:
    """Close a business, its registration number and its owners to new applications.

    Not the owners that a partner app named: they never said that they are. Nor managers and viewers: it is not theirs.
    """
    standing, opened = Bar.objects.get_or_create(
        business=business,
        lifted_at=None,
        defaults={
            "registration_number": business.registration_number,
            "country": business.country,
            "reason": reason,
        },
    )
    if opened:
        if not business.client_id:  # whom a partner app named may not even know of the business
            standing.owners.set(_with_role(business, MemberRole.OWNER))
        audit.record("business.barred", on=business, by=by, data={"reason": reason})
    return standing


@audit.transaction
def lift(standing: Bar, *, by: User) -> Bar:
    """Raises Forbidden: permission_missing, own_business, also where one is barred with it; NotAllowed bar_lifted."""
    require_permission(by, "businesses.lift_bar")
    standing = locked(standing)
    require_outsider(standing.business_id, by=by)
    if standing.owners.filter(pk=by.pk).exists():
        raise Forbidden("own_business")
    if standing.lifted_at:
        raise NotAllowed("bar_lifted")
    standing.lifted_at, standing.lifted_by = clock.now(), by
    standing.save(update_fields=["lifted_at", "lifted_by"])
    audit.record("business.bar_lifted", on=standing.business, by=by)
    return standing


def require_none(business: Business) -> None:
    """Raises NotAllowed business_barred: by itself, by its registration number, or by one who could apply for it.

    That is a manager, too: a barred owner does not come back in another one's name. A viewer only looks.
    """
    people = _with_role(business, MemberRole.OWNER, MemberRole.MANAGER)
    barred = Q(business=business) | Q(owners__in=people)
    if business.registration_number:
        barred |= Q(registration_number=business.registration_number, country=business.country)
    if Bar.objects.filter(barred, lifted_at=None).exists():
        raise NotAllowed("business_barred")


def _with_role(business: Business, *roles: MemberRole) -> QuerySet[User]:
    return User.objects.filter(memberships__business=business, memberships__role__in=roles)
