"""The history of a case: the journal's events on everything it is about, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.audit.journal import SYSTEM
from accounts.audit.models import Event
from accounts.badges.models import Badge
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.verification.models import Application

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

TOLD = ("status", "outcome", "tier", "reason", "code", "until", "method", "fields")  # of an event's data
LONGEST = 200  # events on one page; an older one is in the journal

# A kind that is not here is shown by its code.
KINDS: dict[str, "StrOrPromise"] = {
    "account.approved": _("account approved"),
    "account.changed": _("account changed by its owner"),
    "account.closed": _("account closed"),
    "account.name_protected": _("name protected"),
    "account.name_unprotected": _("name no longer protected"),
    "account.opened": _("account opened"),
    "account.unconfirmed": _("no longer confirmed"),
    "application.answered": _("owner answered"),
    "application.approval_decided": _("approval decided"),
    "application.asked": _("owner was asked"),
    "application.assigned": _("offered to a colleague"),
    "application.bar_decided": _("bar decided"),
    "application.changed": _("application changed by its owner"),
    "application.claimed": _("claimed"),
    "application.contested": _("decline contested"),
    "application.decline_decided": _("decline decided"),
    "application.deferred": _("deferred"),
    "application.fell_back": _("decision fell: a guard no longer held"),
    "application.lapsed": _("lapsed"),
    "application.overruled": _("overruled"),
    "application.released": _("claim released"),
    "application.resumed": _("resumed"),
    "application.seconded": _("second reviewer agreed"),
    "application.started": _("started"),
    "application.submitted": _("submitted"),
    "application.tagged": _("tag added"),
    "application.taken_back": _("decision taken back"),
    "application.took_effect": _("decision took effect"),
    "application.untagged": _("tag removed"),
    "application.withdrawn": _("withdrawn"),
    "badge.expired": _("badge expired"),
    "badge.expiry_moved": _("badge's end moved"),
    "badge.issued": _("badge issued"),
    "badge.reinstated": _("badge reinstated"),
    "badge.revoked": _("badge revoked"),
    "badge.superseded": _("badge superseded"),
    "badge.suspended": _("badge suspended"),
    "cohort.admitted": _("place in the cohort taken"),
    "evidence.added": _("evidence added"),
    "number.code_sent": _("code sent to the number"),
    "number.proof_failed": _("number no longer proven"),
    "number.proven": _("number proven"),
}


@dataclass(frozen=True)
class Moment:
    at: datetime
    what: "StrOrPromise"
    by: "StrOrPromise"
    on: str
    data: dict[str, Any]
    seq: int


def timeline(application: Application, evidence: Iterable[str]) -> list[Moment]:
    """Newest first: the application, its account, the account's badges, and the evidence."""
    badges = Badge.objects.filter(account=application.account_id).values_list("pk", flat=True)
    about = [application.pk, application.account_id, *badges, *evidence]
    events = list(Event.objects.filter(on__in=about).order_by("-seq")[:LONGEST])
    names = names_of(event.by for event in events)
    return [
        Moment(
            event.at,
            KINDS.get(event.kind, event.kind),
            names.get(event.by, event.by),
            event.on,
            {name: event.data[name] for name in TOLD if name in event.data},
            event.seq,
        )
        for event in events
    ]


def names_of(actors: Iterable[str]) -> dict[str, "StrOrPromise"]:
    """What to call the people, client apps and machines that did something."""
    ids = set(actors)
    names: dict[str, StrOrPromise] = {SYSTEM.pk: _("the registry")}
    people = [actor for actor in ids if actor.startswith("usr_")]
    clients = [actor for actor in ids if actor.startswith("cli_")]
    names |= {person.pk: str(person) for person in User.objects.filter(pk__in=people)} if people else {}
    names |= {app.pk: app.name for app in ClientApp.objects.filter(pk__in=clients)} if clients else {}
    return names
