"""Writing a list of invited businesses: some hundred rows a transaction, so that reviewers can work meanwhile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError

from accounts import clock, copying
from accounts.audit import journal as audit
from accounts.businesses import lookalikes
from accounts.businesses.models import Account, Bar, Business, Membership, NumberDispute, NumberUse
from accounts.csvlists import Refusal
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort, Place
from accounts.verification import risk
from accounts.verification.applying import warnings_of
from accounts.verification.models import Application, Kind, Source, Status
from accounts.verification.pilot_list import Entry, refuse
from accounts.verification.transitions import move_all

CHUNK = 300  # rows a transaction: the journal's head is held for well under a second
ATTEMPTS = 5  # at a chunk of which somebody else took a number or a contact at the same moment


@dataclass
class Outcome:
    added: int = 0
    already_there: int = 0
    refused: list[Refusal] = field(default_factory=list)


def add(entries: Sequence[Entry], cohort: Cohort, *, by: audit.Actor) -> Outcome:
    """Have the entries' businesses apply, all of them in one transaction. Raises NotAllowed cohort_not_open."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _add(entries, cohort, by=by)
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def preview(entries: Sequence[Entry], cohort: Cohort | None, seen: dict[str, str]) -> Outcome:
    """What `add` would do, without writing. `seen` holds number and name of the rows before, and grows."""
    outcome, chosen = _sort(entries, cohort, seen)
    if cohort is not None:
        chosen = _within_capacity(chosen, cohort, outcome)
    outcome.added = len(chosen)
    return outcome


@audit.transaction
def _add(entries: Sequence[Entry], cohort: Cohort, *, by: audit.Actor) -> Outcome:
    pilot.require_open(cohort)
    outcome, chosen = _sort(entries, cohort, {})
    chosen = _within_capacity(chosen, cohort, outcome)
    outcome.added = len(chosen)
    if chosen:
        _write(chosen, cohort, _owners(chosen), by=by)
    return outcome


def _sort(
    entries: Sequence[Entry], cohort: Cohort | None, seen: dict[str, str]
) -> tuple[Outcome, list[Entry]]:
    """Which entries are new; the others are there already, or refused."""
    outcome, chosen = Outcome(), []
    wanted = [entry.number for entry in entries]
    applied = Application.objects.filter(cohort=cohort, number__in=wanted, source=Source.IMPORT)
    there = set(applied.values_list("number", "display_name")) if cohort else set()
    holders = dict(NumberUse.objects.filter(number__in=wanted).values_list("number", "account"))
    disputes = NumberDispute.objects.filter(number__in=wanted, settled_at=None)
    personal = {number for number, account in holders.items() if account is None}
    personal.update(disputes.values_list("number", flat=True))
    staff = set(User.objects.exclude(role="").values_list("email", flat=True)) - {None}
    barred = _barred_contacts(entries)
    for entry in entries:
        known = (entry.number, entry.display_name)
        if known in there or seen.get(entry.number) == entry.display_name:
            outcome.already_there += 1
        elif entry.number in personal:
            outcome.refused.append(refuse(entry.row, "number_is_personal"))
        elif entry.number in holders or entry.number in seen:
            outcome.refused.append(refuse(entry.row, "number_taken"))
        elif cohort is not None and cohort.country not in ("", entry.country):
            outcome.refused.append(refuse(entry.row, "cohort_other_country"))
        elif entry.owner[1] in staff:
            outcome.refused.append(refuse(entry.row, "owner_contact_invalid"))
        elif entry.owner[1] in barred:
            outcome.refused.append(refuse(entry.row, "business_barred"))
        else:
            seen[entry.number] = entry.display_name
            chosen.append(entry)
    return outcome, chosen


def _barred_contacts(entries: Iterable[Entry]) -> set[str]:
    contacts = [entry.owner[1] for entry in entries]
    standing = Bar.objects.filter(lifted_at=None)
    emails = standing.filter(owners__email__in=contacts).values_list("owners__email", flat=True)
    phones = standing.filter(owners__phone__in=contacts).values_list("owners__phone", flat=True)
    return {contact for contact in (*emails, *phones) if contact}


def _within_capacity(chosen: list[Entry], cohort: Cohort, outcome: Outcome) -> list[Entry]:
    left = pilot.places_left(cohort)
    if left is None or len(chosen) <= left:
        return chosen
    outcome.refused += [refuse(entry.row, "cohort_full") for entry in chosen[left:]]
    return chosen[:left]


def _owners(entries: Sequence[Entry]) -> dict[tuple[str, str], User]:
    """The people behind the contacts; who is not known yet is made."""
    found: dict[tuple[str, str], User] = {}
    for kind in ("email", "phone"):
        named = {entry.owner[1]: entry for entry in entries if entry.owner[0] == kind}
        new = [
            User(**{kind: contact}, name=entry.owner_name, language=entry.locale)
            for contact, entry in named.items()
        ]
        User.objects.bulk_create(new, ignore_conflicts=True)
        people = User.objects.filter(**{f"{kind}__in": list(named)})
        found |= {(kind, getattr(person, kind)): person for person in people}
    return found


def _write(
    entries: Sequence[Entry], cohort: Cohort, owners: dict[tuple[str, str], User], *, by: audit.Actor
) -> None:
    similar = lookalikes.of_many([entry.display_name for entry in entries])
    businesses, accounts, applications = [], [], []
    for entry in entries:
        business = Business(kind=entry.kind, legal_name=entry.legal_name, country=entry.country)
        account = Account(
            business=business,
            country=entry.country,
            category=entry.category,
            website=entry.website,
            about=entry.about,
            contact_purposes=entry.contact_purposes,
        )
        found = similar.get(entry.display_name, [])
        application = Application(
            account=account,
            kind=Kind.NEW,
            source=Source.IMPORT,
            cohort=cohort,
            display_name=entry.display_name,
            number=entry.number,
            category=entry.category,
            website=entry.website,
            findings=warnings_of(entry.display_name, found),
            protected_look_alike=any(name.protected for name in found),
        )
        application.risk = risk.of_new(application).level
        businesses.append(business)
        accounts.append(account)
        applications.append(application)
    copying.insert(businesses)
    copying.insert(
        [
            Membership(business=business, person=owners[entry.owner])
            for business, entry in zip(businesses, entries, strict=True)
        ]
    )
    copying.insert(accounts)
    uses = [
        NumberUse(number=entry.number, account=account)
        for account, entry in zip(accounts, entries, strict=True)
    ]
    uses.sort(key=lambda use: use.number)  # two imports at once take them in one order
    copying.insert(uses)
    copying.insert([Place(cohort=cohort, account=account) for account in accounts])
    copying.insert(applications)
    for business, account, application in zip(businesses, accounts, applications, strict=True):
        audit.record(
            "business.opened", on=business, by=by, data={"kind": business.kind, "country": business.country}
        )
        audit.record("account.opened", on=account, by=by, data={"business": business.pk})
        audit.record("cohort.admitted", on=account, by=by, data={"cohort": cohort.pk})
        audit.record(
            "application.started", on=application, by=by, data={"account": account.pk, "kind": Kind.NEW}
        )
    move_all(applications, "submit", Status.SUBMITTED, by=by, submitted_at=clock.now())
