"""Erasing a person, with the businesses that are theirs alone."""

from django.contrib.sessions.models import Session
from django.db import transaction as database
from django.db.models import Exists, OuterRef, Subquery

from accounts import clock
from accounts.audit import journal as audit
from accounts.audit.models import Event, EventNumber
from accounts.businesses.models import Account, Business, MemberRole, Membership
from accounts.businesses.services import close_account
from accounts.contacts.models import Device
from accounts.errors import Forbidden, NotAllowed
from accounts.messages import services as messages
from accounts.people.models import User
from accounts.privacy.holdings import HOLDINGS, Holding, Subject
from accounts.privacy.models import Erasure, NumberToForget
from accounts.verification import evidence, photos
from accounts.verification.models import Application, Evidence, Photo

CHANGES_KEPT_DAYS = (
    90  # as long as a revoked badge is shown; client apps follow the feed of changes within that
)
AT_ONCE = 200  # erasures looked at again in one sweep


def theirs_alone(person: User) -> list[Business]:
    """Businesses without another owner: they end with the person."""
    owned = Membership.objects.filter(person=person, role=MemberRole.OWNER)
    others = Membership.objects.filter(role=MemberRole.OWNER).exclude(person=person)
    return list(Business.objects.filter(memberships__in=owned).exclude(memberships__in=others).order_by("pk"))


@audit.transaction
def erase(person: User, *, by: User) -> Erasure:
    """Close what is theirs alone, and erase what is held. What stays for a while, `finish_due` erases later.

    Raises Forbidden own_data_only: nobody asks for somebody else; NotAllowed erased_already.
    """
    if by.pk != person.pk or person.is_staff:
        raise Forbidden("own_data_only")
    # Their businesses first, in one order: who joins, leaves or hands over holds the same row.
    list(Business.objects.select_for_update(no_key=True).filter(members=person).order_by("pk"))
    alone = theirs_alone(person)
    for account in Account.objects.filter(business__in=alone, closed_at=None).order_by("pk"):
        close_account(account, by=by)
    person = User.objects.select_for_update().get(pk=person.pk)
    if Erasure.objects.filter(person=person).exists():
        raise NotAllowed("erased_already")
    erasure = Erasure.objects.create(person=person)
    erasure.businesses.set(alone)
    subject = Subject(person, tuple(business.pk for business in alone))
    _remember_numbers(erasure, subject)
    _close_the_door(person)
    for photo in Photo.objects.filter(account__in=subject.accounts).select_related("account"):
        photos.forget(photo, by=by)
    _erase_now(subject)
    messages.forget(subject.contacts)  # of what was closed a moment ago nobody needs to be told now
    messages.send("person_erased", to=person, about=person, by=person)  # as they were a moment ago
    Membership.objects.filter(business__in=alone).delete()
    audit.record("person.erased", on=person, by=by, data={"businesses": len(alone)})
    return erasure


def finish_due() -> int:
    """Erase what had to wait, where it need not any more. Returns how many erasures are now complete.

    Most wait for months, an address in the outbox for a minute: where there are more than one sweep looks at, each has
    its turn by chance, and none waits behind others that wait.
    """
    due = Erasure.objects.filter(finished_at=None).order_by("?").values_list("pk", flat=True)
    return sum(_finish(erasure) for erasure in due[:AT_ONCE])


@database.atomic
def _finish(erasure_id: str) -> bool:
    erasure = Erasure.objects.select_for_update(of=("self",)).select_related("person").get(pk=erasure_id)
    if erasure.finished_at is not None:
        return False
    subject = Subject(erasure.person, tuple(erasure.businesses.values_list("pk", flat=True)))
    _erase_now(subject)
    if (clock.now() - erasure.erased_at).days >= CHANGES_KEPT_DAYS:
        _forget_numbers(erasure)
    complete = not erasure.numbers.exists() and not any(_waits(holding, subject) for holding in HOLDINGS)
    if complete:
        erasure.finished_at = clock.now()
        erasure.save(update_fields=["finished_at"])
    return complete


def _waits(holding: Holding, subject: Subject) -> bool:
    return holding.later is not None and holding.rows(subject).filter(holding.later()).exists()


def _erase_now(subject: Subject) -> None:
    evidence.discard(
        Evidence.objects.filter(application__in=subject.applications).select_related("application")
    )
    for holding in HOLDINGS:
        rows = holding.rows(subject).order_by()
        if holding.later is not None:
            rows = rows.exclude(pk__in=holding.rows(subject).filter(holding.later()).values("pk"))
        if holding.erased is None:
            rows.delete()
        elif holding.erased:
            rows.update(**holding.erased)


def _remember_numbers(erasure: Erasure, subject: Subject) -> None:
    """Whose cards changed: what the accounts applied for, and what the journal's side table says of them."""
    applied_for = Application.objects.filter(account__in=subject.accounts).values_list("number", flat=True)
    changed = EventNumber.objects.filter(event__on__in=subject.accounts).values_list("number", flat=True)
    numbers = sorted({number for number in [*applied_for, *changed] if number})
    NumberToForget.objects.bulk_create(NumberToForget(erasure=erasure, number=number) for number in numbers)


def _forget_numbers(erasure: Erasure) -> None:
    """They leave the feed of changes as it was until then. What befell them since is about others.

    Where somebody else has the number, the version of their card is its last event: that one stays, whosever it was.
    """
    erased = Event.objects.filter(kind="person.erased", on=erasure.person_id).values("seq")[:1]
    last = EventNumber.objects.filter(number=OuterRef("number")).order_by("-event_id").values("pk")[:1]
    in_use = Account.objects.filter(number=OuterRef("number"), closed_at=None)
    until_then = EventNumber.objects.filter(
        number__in=erasure.numbers.values("number"), event_id__lte=Subquery(erased)
    )
    until_then.exclude(Exists(in_use), pk=Subquery(last)).delete()
    erasure.numbers.all().delete()


def _close_the_door(person: User) -> None:
    """Every session ends; the row stays, for the journal's sake, and says nobody."""
    sessions = list(Device.objects.filter(person=person).values_list("session", flat=True))
    Session.objects.filter(pk__in=sessions).delete()
    User.objects.filter(pk=person.pk).update(username=f"erased-{person.pk}", is_active=False)
