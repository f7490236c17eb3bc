"""The history of a case: the journal's events on everything it is about, with what was written at each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.audit.journal import SYSTEM
from accounts.audit.models import Event, LogEntry
from accounts.badges.models import Tier
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.proofs.models import ProofMethod
from accounts.reports.models import Report
from accounts.sentences import SENTENCES
from accounts.spoken import spoken
from accounts.verification.matching import Match
from accounts.verification.models import Application
from accounts.verification.reasons import FIELDS
from accounts.verification.timeline_words import Words, Written
from accounts.websites.looking import Method

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# Of an event's data, with the word before it. The kind says the rest: status and outcome stand in it.
TOLD: dict[str, "StrOrPromise"] = {
    "tier": _("as"),
    "reason": _("reason"),
    "code": _("because"),
    "until": _("until"),
    "method": _("by"),
    "finding": _("because"),
    "fields": _("fields"),
    "field": _("field"),
    "match": _("match"),
}
# The sentence of a website's finding names what stood there; the journal does not.
NOT_KEPT = "…"
CHOICES: dict[str, type[TextChoices]] = {"tier": Tier, "method": ProofMethod, "match": Match}
# What an owner changes too, though no reviewer asks about it.
MORE_FIELDS: dict[str, "StrOrPromise"] = {
    "kind": _("Kind of business"),
    "country": _("Country"),
    "without_papers": _("Without papers"),
    "trade_reference": _("Who knows the business"),
}
LONGEST = 200  # events on one page; an older one is in the journal
MOST_REPORTS, MOST_REFUSALS = 20, 50

# A kind that is not here is shown by its code.
KINDS: dict[str, "StrOrPromise"] = {
    "account.approved": _("account approved"),
    "account.changed": _("account changed by its owner"),
    "account.closed": _("account closed"),
    "account.name_protected": _("name protected"),
    "account.name_unprotected": _("name no longer protected"),
    "account.number_lost": _("number lost"),
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
    "application.escalated": _("escalated to a second reviewer"),
    "application.fell_back": _("decision fell: a guard no longer held"),
    "application.lapsed": _("lapsed"),
    "application.noted": _("internal note"),
    "application.overruled": _("overruled"),
    "application.reading_recorded": _("a source was read"),
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
    "badge.ends_soon": _("badge ends soon"),
    "badge.expired": _("badge expired"),
    "badge.expiry_moved": _("badge's end moved"),
    "badge.issued": _("badge issued"),
    "badge.reinstated": _("badge reinstated"),
    "badge.restated": _("what the badge rests on changed"),
    "badge.revoked": _("badge revoked"),
    "badge.superseded": _("badge superseded"),
    "badge.suspended": _("badge suspended"),
    "business.bar_lifted": _("bar lifted"),
    "business.barred": _("business barred"),
    "business.changed": _("business changed by its owner"),
    "business.opened": _("business opened"),
    "cohort.admitted": _("place in the cohort taken"),
    "evidence.added": _("evidence added"),
    "evidence.removed": _("evidence removed"),
    "number.claim_settled": _("claim of a number settled"),
    "number.claimed": _("number claimed by another business"),
    "number.code_sent": _("code sent to the number"),
    "number.dispute_settled": _("dispute about the number settled"),
    "number.dispute_withdrawn": _("number no longer declared personal"),
    "number.disputed": _("number declared personal"),
    "number.proof_failed": _("number no longer proven"),
    "number.proven": _("number proven"),
    "number.reproof_asked": _("asked to prove the number again"),
    "photo.added": _("photo uploaded"),
    "photo.removed": _("photo removed"),
    "report_case.closed": _("reports looked into"),
    "report_case.opened": _("reports came together"),
    "website.check_failed": _("website no longer found proven, owner warned"),
    "website.proof_ended": _("proof of the website ended"),
    "website.proof_failed": _("website no longer proven"),
    "website.proof_started": _("proof of the website started"),
    "website.proven": _("website proven"),
}


@dataclass(frozen=True)
class Moment:
    """One step. `side` is "staff", "owner" (and the apps that act for owners) or "machine"."""

    at: datetime
    what: "StrOrPromise"
    by: "StrOrPromise"
    side: str
    data: dict[str, Any] = field(default_factory=dict)
    words: Sequence[Words] = ()
    refused: bool = False

    @property
    def told(self) -> list[tuple["StrOrPromise", str]]:
        """What the event's data say, in the reader's words."""
        return [(TOLD[name], _in_words(name, value)) for name, value in self.data.items() if name in TOLD]


@dataclass(frozen=True)
class Timeline:
    """`cut`: what is older stands in the journal. `names`: by id, whoever did a step or uploaded a file."""

    moments: list[Moment]
    cut: bool
    names: "Mapping[str, StrOrPromise]"


def timeline(application: Application) -> Timeline:
    """The last comes last: the case, its business, account, badges, files, reports, and what the staff tried in vain.

    What is not an event did not happen: words, reports and refusals are only put in their places. Of a case that
    was read whole: see `fetching`.
    """
    account, files = application.account, application.evidence.all()
    things = [*account.badges.all(), *files, *account.disputes.all(), *account.report_cases.all()]
    about = [application.pk, account.pk, account.business_id, *(thing.pk for thing in things)]
    events = list(
        Event.objects.filter(on__in=about).exclude(kind="report.received").order_by("-seq")[: LONGEST + 1]
    )
    reports = list(Report.objects.filter(account=account).order_by("-received_at")[:MOST_REPORTS])
    refusals = list(
        LogEntry.objects.filter(kind="refused", on=application.pk, by__startswith="usr_").order_by("-id")[
            :MOST_REFUSALS
        ]
    )
    actors = {
        *(event.by for event in events),
        *(report.client_id for report in reports),
        *(entry.by for entry in refusals),
        *(file.uploaded_by for file in files),
    }
    people = _people(actors)
    names = _names(actors, people)
    staff = {person.pk for person in people.values() if person.role != Role.OWNER}
    written = Written(application)
    moments = [
        Moment(
            event.at,
            KINDS.get(event.kind, event.kind),
            names.get(event.by, event.by),
            _side(event.by, staff),
            {name: event.data[name] for name in TOLD if name in event.data},
            written.at(event),
        )
        for event in events[:LONGEST]
    ]
    moments.reverse()  # those of one transaction have one time: they keep their order
    moments += [_report(report, names) for report in reports]
    moments += [_refusal(entry, names) for entry in refusals if entry.by in staff]
    return Timeline(sorted(moments, key=lambda moment: moment.at), cut=len(events) > LONGEST, names=names)


def _in_words(name: str, value: Any) -> str:
    """A code without words is shown as it is: an old event may hold one that is no more."""
    if isinstance(value, list):
        return ", ".join(_in_words("field", one) for one in value)
    if name == "field" and value in FIELDS:
        return spoken(FIELDS[value].label)
    if name == "field" and value in MORE_FIELDS:
        return str(MORE_FIELDS[value]).lower()
    if name == "code" and value in SENTENCES:
        return spoken(SENTENCES[value])
    if name == "finding" and value in SENTENCES:
        return spoken(SENTENCES[value].format(found=NOT_KEPT))
    if name == "method" and value in Method.values:
        return str(Method(value).label)
    if name in CHOICES and value in CHOICES[name].values:
        return str(CHOICES[name](value).label)
    return str(value)


def _report(report: Report, names: "dict[str, StrOrPromise]") -> Moment:
    words = [Words(report.get_reason_display()), *([Words(report.text)] if report.text else [])]
    by = names.get(report.client_id, report.client_id)
    return Moment(report.received_at, _("reported by a user"), by, "machine", words=words)


def _refusal(entry: LogEntry, names: "dict[str, StrOrPromise]") -> Moment:
    code = str(entry.data.get("code", ""))
    sentence = SENTENCES.get(code)
    said = spoken(sentence) if sentence is not None else code
    words = [Words(re.sub(r"\{[a-z_]+\}", "…", said))]  # what stood in its place was not kept
    tried = {"action": str(entry.data.get("action", "")).rpartition(".")[2]}
    by = names.get(entry.by, entry.by)
    return Moment(entry.at, _("tried, and was refused"), by, "staff", tried, words, refused=True)


def _side(actor: str, staff: set[str]) -> str:
    if actor in staff:
        return "staff"
    return "machine" if actor == SYSTEM.pk else "owner"


def names_of(actors: Iterable[str]) -> dict[str, "StrOrPromise"]:
    """What to call the people, client apps and machines that did something."""
    ids = set(actors)
    return _names(ids, _people(ids))


def _people(actors: Iterable[str]) -> dict[str, User]:
    return User.objects.in_bulk([actor for actor in actors if actor.startswith("usr_")])


def _names(actors: Iterable[str], people: Mapping[str, User]) -> dict[str, "StrOrPromise"]:
    clients = ClientApp.objects.in_bulk([actor for actor in actors if actor.startswith("cli_")])
    return {
        SYSTEM.pk: _("the registry"),
        **{pk: str(person) for pk, person in people.items()},
        **{pk: client.name for pk, client in clients.items()},
    }
