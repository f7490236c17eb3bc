"""Objects for the tests, made by the services that make them in life."""

import itertools
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models

from accounts import clock
from accounts.audit import journal as audit
from accounts.badges.models import Badge, Tier
from accounts.businesses import services as businesses
from accounts.businesses.models import Account, Business, Membership
from accounts.clients.models import ClientApp
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.pilot.models import Cohort
from accounts.proofs.models import NumberProof, ProofMethod
from accounts.verification import evidence
from accounts.verification import services as verification
from accounts.verification.models import Application, Kind, Source, Status

PASSWORD = "a long enough password"
AREA_CODES = [
    201,
    202,
    203,
    205,
    206,
    207,
    208,
    209,
    210,
    212,
    213,
    214,
    215,
    216,
    217,
    218,
    219,
    224,
    225,
    228,
    229,
]
_fictional = itertools.cycle(f"+1{area}55501{last:02}" for area in AREA_CODES for last in range(100))
_counter = itertools.count(1)

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def uploaded(name: str = "nib.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def next_number() -> str:
    """Numbers of the range that is reserved for fiction."""
    return next(_fictional)


def make_owner(name: str, contact: str) -> User:
    return businesses.find_or_create_owner(contact, name=name)


def make_reviewer(name: str = "", role: Role = Role.SENIOR_REVIEWER) -> User:
    name = name or f"Reviewer{next(_counter)}"
    return User.objects.create_staff(name.lower(), PASSWORD, role, name)


def make_cohort(**facts: Any) -> Cohort:
    facts = {"name": f"Cohort {next(_counter)}", "invitation_only": False, **facts}
    facts.setdefault("opens_at", clock.now() - timedelta(minutes=1))
    return Cohort.objects.create(**facts)


def make_business(owner: User | None = None, *, client: ClientApp | None = None, **facts: Any) -> Business:
    owner = owner or make_owner("Owner", f"owner{next(_counter)}@owner.example")
    facts = {"kind": "company", "legal_name": "CV Ada Jaya", "country": "ID", **facts}
    return businesses.open_business(owner=owner, client=client, by=owner, **facts)


def make_account(business: Business | None = None, **facts: Any) -> Account:
    business = business or make_business()
    facts = {"category": "food", "contact_purposes": ["order_updates"], **facts}
    return businesses.open_account(business, by=audit.SYSTEM, **facts)


def make_draft(
    account: Account | None = None, *, kind: str = Kind.NEW, cohort: Cohort | None = None, **profile: str
) -> Application:
    account = account or make_account()
    if kind == Kind.NEW:
        profile = {"display_name": f"Warung Contoh {next(_counter)}", "number": next_number(), **profile}
        cohort = cohort or make_cohort()
    application = verification.start(
        account, kind=kind, source=Source.API, cohort=cohort, by=owner_of(account), **profile
    )
    if kind == Kind.NEW:
        evidence.add(application, file=uploaded(), by=owner_of(account))
    return application


def owner_of(account: Account) -> User:
    return (
        Membership.objects.select_related("person")
        .filter(business=account.business_id)
        .order_by("pk")[0]
        .person
    )


def make_submitted(account: Account | None = None, **facts: Any) -> Application:
    application = make_draft(account, **facts)
    return verification.submit(application, by=owner_of(application.account))


def prove(application: Application) -> None:
    NumberProof.objects.get_or_create(
        account=application.account, number=application.number, method=ProofMethod.PHONE_CODE
    )


def make_claimed(reviewer: User, account: Account | None = None, **facts: Any) -> Application:
    """Submitted, its number proven, and claimed."""
    application = make_submitted(account, **facts)
    prove(application)
    verification.claim(application, by=reviewer)
    return application


def make_approved(tier: str = Tier.VERIFIED, *, account: Account | None = None, **facts: Any) -> Account:
    """An account whose application was approved, and took effect."""
    application = make_submitted(account, **facts)
    return Account.objects.get(pk=approve_now(application, tier=tier).account_id)


def approve_now(
    application: Application, *, tier: str = Tier.VERIFIED, by: User | None = None
) -> Application:
    """Prove, claim, approve (by two where that is due), and let it take effect."""
    by = by or make_reviewer()
    prove(application)
    verification.claim(application, by=by)
    application = verification.approve(application, tier=tier, by=by)
    return take_effect_now(application)


def decline_now(application: Application, *, by: User | None = None) -> Application:
    by = by or make_reviewer()
    verification.claim(application, by=by)
    return take_effect_now(verification.decline(application, reason="evidence_insufficient", by=by))


def bar_now(application: Application, *, by: User | None = None) -> Application:
    by = by or make_reviewer()
    verification.claim(application, by=by)
    return take_effect_now(verification.bar(application, reason="fraud", by=by))


def take_effect_now(application: Application) -> Application:
    """A decision, seconded where that is due, takes effect."""
    if application.status == Status.AWAITING_SECOND:
        application = verification.second(application, by=make_reviewer())
    if application.status == Status.DECIDED:
        let_undo_window_pass(application)
        application = verification.take_effect(application)
    return application


def let_undo_window_pass(application: Application) -> None:
    age(application.decisions.pending().get(), settings.UNDO_WINDOW, "effective_at")


def age(row: models.Model, by: timedelta, *fields: str) -> None:
    """Move moments of a row into the past: the clock is the database's, so the tests make things older instead."""
    row.refresh_from_db()
    earlier = {name: getattr(row, name) - by for name in fields if getattr(row, name) is not None}
    type(row)._default_manager.filter(pk=row.pk).update(**earlier)
    row.refresh_from_db()


def badge_of(account: Account) -> Badge:
    return Badge.objects.of(account).latest("issued_at")
