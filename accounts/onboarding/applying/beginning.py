"""Beginning the form: a business, an account and a draft, which nobody has to name yet."""

from django.db.models import QuerySet

from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.businesses.lists import Category
from accounts.businesses.models import BusinessKind, MemberRole
from accounts.errors import NotAllowed, NotFound
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot import waiting
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Source, Status

MOST_BEGUN = 5  # drafts that a person can have: who has more goes on with one of them
MAY_CHANGE = (MemberRole.OWNER, MemberRole.MANAGER)


def begun_by(person: User) -> QuerySet[Application]:
    """The drafts that a person may go on with, the last one first."""
    mine = Application.objects.filter(
        account__business__memberships__person=person,
        account__business__memberships__role__in=MAY_CHANGE,
    )
    return mine.filter(status=Status.DRAFT, kind=Kind.NEW).order_by("-changed_at", "-pk")


@audit.transaction
def begin(*, by: User) -> Application:
    """A draft for a business of their own; one that is still as it was begun is gone on with.

    Raises NotAllowed: drafts_too_many; invitation_required where there is only the waiting list at this moment.
    """
    # Two taps, or two tabs, begin one form.
    if not User.objects.select_for_update(no_key=True).filter(pk=by.pk, is_active=True):
        raise NotFound("not_found")  # whose data were erased at this moment
    untouched = begun_by(by).filter(source=Source.FORM, revision=1, progress=None).first()
    if untouched is not None:
        return untouched
    if begun_by(by).filter(source=Source.FORM).count() >= MOST_BEGUN:  # an app may have begun others for them
        raise NotAllowed("drafts_too_many", limit=MOST_BEGUN)
    country = waiting.country_of(by)
    cohort = pilot.way_in(by, country)
    if cohort is None:
        raise NotAllowed("invitation_required")
    business = businesses.open_business(
        kind=BusinessKind.SOLE_TRADER, legal_name="", country=country, owner=by, by=by, draft=True
    )
    account = businesses.open_account(business, category=Category.OTHER, by=by)
    return verification.start(account, kind=Kind.NEW, source=Source.FORM, by=by)
