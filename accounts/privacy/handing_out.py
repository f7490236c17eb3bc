"""Everything that is held about a person, as they may have it: by the table of holdings, and by no other way."""

from typing import Any

from django.db.models import Model, Q

from accounts.audit import journal as audit
from accounts.audit.models import Event
from accounts.businesses.models import MemberRole, Membership
from accounts.people.models import User
from accounts.privacy.holdings import HOLDINGS, Subject
from accounts.verification.models import Application
from accounts.verification.serializers import OWNER_STATUS

MOST_EVENTS = 10_000  # the newest
# What happened to what is theirs by somebody else, and is theirs to know: nothing of how a case was worked on.
TOLD = ("application.asked", "application.took_effect", "application.lapsed", "account.closed")
TOLD_OF = ("badge.", "number.", "website.")


def everything(person: User) -> dict[str, Any]:
    """By kind of thing; what several owners share is handed to each of them. It stands in the log that it was."""
    owned = Membership.objects.filter(person=person, role=MemberRole.OWNER).values_list("business", flat=True)
    subject = Subject(person, tuple(owned))
    held: dict[str, dict[str, dict[str, Any]]] = {}
    for holding in HOLDINGS:
        if holding.shown:
            rows = held.setdefault(holding.model._meta.label_lower, {})
            for row in holding.rows(subject):
                rows.setdefault(str(row.pk), {}).update({name: _value(row, name) for name in holding.shown})
    audit.log("handed_out", by=person, on=person, data={})
    return {
        "person": person.pk,
        **{label: list(rows.values()) for label, rows in held.items()},
        "journal": _journal(subject),
    }


def _journal(subject: Subject) -> list[dict[str, Any]]:
    """What the person did, and what happened to what is theirs."""
    told = Q(kind__in=TOLD)
    for prefix in TOLD_OF:
        told |= Q(kind__startswith=prefix)
    theirs = Event.objects.filter(Q(by=subject.person.pk) | Q(on__in=subject.ids) & told)
    return [dict(event) for event in theirs.order_by("-seq").values("at", "kind", "on")[:MOST_EVENTS]]


def _value(row: Model, name: str) -> Any:
    value = getattr(row, row._meta.get_field(name).attname)  # type: ignore[union-attr]  # a column's
    if name == "status" and isinstance(row, Application):
        return OWNER_STATUS[value]
    return value
