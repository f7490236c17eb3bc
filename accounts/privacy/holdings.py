"""What the registry holds about an owner: the one table by which it is handed out, and erased.

Fields that no line names are not handed out. Every text of every model stands in a line, in STAYS or in NOT_PERSONAL:
a test demands it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Now

from accounts.badges.models import Badge
from accounts.businesses.models import Account, Bar, Business, MemberInvitation, Membership, NumberDispute
from accounts.contacts.models import Device
from accounts.messages.models import Message, MessageStatus
from accounts.people.models import User
from accounts.pilot.models import Invitation, WaitingEntry
from accounts.privacy.models import Consent
from accounts.proofs.models import NumberClaim, NumberCode, NumberProof, NumberReproof
from accounts.suggestions.models import Suggestion
from accounts.text import Text
from accounts.verification.models import (
    Application,
    Decision,
    Evidence,
    Note,
    Photo,
    QualityCheck,
    Question,
    Reading,
    Status,
    TradeReference,
)
from accounts.websites.models import WebsiteProof

GONE = "–"  # where the database demands a word
EACH_GONE = Concat(Value(f"{GONE} "), Cast("pk", TextField()))  # and where each has to be another one


@dataclass(frozen=True)
class Subject:
    """A person, and the businesses that are meant with them."""

    person: User
    businesses: tuple[str, ...]
    accounts: tuple[str, ...] = field(init=False)
    applications: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        accounts = Account.objects.filter(business__in=self.businesses).values_list("pk", flat=True)
        applications = Application.objects.filter(account__in=list(accounts)).values_list("pk", flat=True)
        object.__setattr__(self, "accounts", tuple(accounts))
        object.__setattr__(self, "applications", tuple(applications))

    @property
    def contacts(self) -> tuple[str, ...]:
        return tuple(contact for contact in (self.person.email, self.person.phone) if contact)

    @property
    def ids(self) -> tuple[str, ...]:
        return (self.person.pk, *self.businesses, *self.accounts, *self.applications)


@dataclass(frozen=True)
class Holding:
    """Rows of one model that are about a subject."""

    model: type[Model]
    whose: Callable[[Subject], Q]
    shown: tuple[str, ...] = ()  # what the person is handed
    erased: Mapping[str, Any] | None = None  # what stands in these fields afterwards; None: the rows go
    later: Callable[[], Q] | None = None  # rows that have to wait, by a line of STAYS

    def rows(self, subject: Subject) -> QuerySet[Any]:
        return self.model._default_manager.filter(self.whose(subject)).order_by("pk")


def _person(path: str) -> Callable[[Subject], Q]:
    return lambda subject: Q(**{path: subject.person.pk})


def _businesses(path: str) -> Callable[[Subject], Q]:
    return lambda subject: Q(**{f"{path}__in": subject.businesses})


def _accounts(path: str = "account") -> Callable[[Subject], Q]:
    return lambda subject: Q(**{f"{path}__in": subject.accounts})


def _applications(path: str = "application") -> Callable[[Subject], Q]:
    return lambda subject: Q(**{f"{path}__in": subject.applications})


def _barred() -> Q:
    return Q(pk__in=Bar.objects.filter(lifted_at=None).values("owners"))


def _cooling_down() -> Q:
    return Q(status=Status.DECLINED, ended_at__gt=Now() - settings.COOL_DOWN)


# What is held above this package is added by its AppConfig.
HOLDINGS: list[Holding] = [
    Holding(User, _person("pk"), ("id", "name", "language", "created_at"), {"name": ""}),
    Holding(User, _person("pk"), ("email", "phone"), {"email": None, "phone": None}, later=_barred),
    Holding(Device, _person("person"), ("browser", "signed_in_at")),
    Holding(Consent, _person("person"), ("version", "language", "given_at"), {}),
    Holding(Membership, _person("person"), ("business", "role")),
    Holding(
        MemberInvitation,
        lambda subject: Q(contact__in=subject.contacts),  # an open one: the contact goes with the answer
        ("business", "contact", "role", "created_at", "expires_at"),
    ),
    Holding(
        Invitation,
        lambda subject: Q(contact__in=subject.contacts),
        ("contact", "language", "created_at", "expires_at", "redeemed_at"),
        {"contact": None},
    ),
    Holding(  # whoever has the link may accept it: it may have been sent to somebody else
        Invitation, _person("redeemed_by"), ("created_at", "expires_at", "redeemed_at"), {"contact": None}
    ),
    Holding(WaitingEntry, _person("person"), ("country", "joined_at")),
    Holding(
        Suggestion,
        _person("person"),
        ("id", "text", "language", "status", "answer_id", "answer_en", "created_at"),
        {"text": EACH_GONE},  # nobody has two alike of a day
    ),
    Holding(
        Message,
        lambda subject: Q(to__in=subject.contacts),
        ("channel", "to", "subject", "body", "status", "created_at", "sent_at"),
        {"to": "", "subject": "", "body": "", "secret": ""},
        later=lambda: Q(status=MessageStatus.WAITING),
    ),
    Holding(  # about what is theirs, to whomever: an owner of before, somebody who never answered
        Message,
        lambda subject: Q(about__in=subject.ids),
        ("channel", "subject", "body", "status", "created_at", "sent_at"),
        {"to": "", "subject": "", "body": "", "secret": ""},
        later=lambda: Q(status=MessageStatus.WAITING),
    ),
    Holding(
        Business,
        _businesses("pk"),
        ("id", "kind", "legal_name", "registration_number", "country", "created_at"),
        {"legal_name": GONE, "registration_number": ""},
    ),
    Holding(
        Account,
        _businesses("business"),
        ("id", "number", "live_name", "category", "country", "website", "photo", "about", "contact_purposes"),
        {"website": "", "photo": "", "about": "", "contact_purposes": []},
    ),
    Holding(Badge, _accounts(), ("id", "status", "methods", "issued_at", "expires_at", "ended_at"), {}),
    Holding(NumberProof, _accounts(), ("number", "method", "proven_at", "failed_at")),
    Holding(NumberCode, _accounts(), ("number", "created_at")),
    Holding(WebsiteProof, _accounts(), ("host", "method", "proven_at", "checked_at")),
    Holding(
        NumberReproof,
        _accounts(),
        ("number", "asked_at", "due_at", "outcome"),
        {"number": ""},
        later=lambda: Q(closed_at=None),
    ),
    Holding(
        NumberClaim,
        lambda subject: Q(account__in=subject.accounts) | Q(holder__in=subject.accounts),
        ("number", "opened_at", "outcome"),
        {"number": "", "note": ""},
        later=lambda: Q(settled_at=None),
    ),
    Holding(
        NumberDispute,
        _accounts(),
        ("number", "opened_at", "outcome"),
        {"number": "", "note": ""},
        later=lambda: Q(settled_at=None),
    ),
    Holding(
        Application,
        _accounts(),
        ("id", "reference", "kind", "status", "display_name", "category", "website", "photo", "contest_text"),
        {"display_name": GONE, "website": "", "photo": "", "contest_text": ""},
    ),
    Holding(
        Application,
        _accounts(),
        ("number", "created_at", "submitted_at", "ended_at"),
        {"number": ""},
        later=_cooling_down,
    ),
    Holding(TradeReference, _applications(), ("name", "contact", "relation")),
    Holding(Evidence, _applications(), ("id", "kind", "name", "content_type", "size", "uploaded_at")),
    Holding(Photo, _accounts(), ("id", "uploaded_at")),
    Holding(
        Question,
        _applications(),
        ("field", "wording", "text", "answer", "asked_at", "answered_at"),
        {"wording": {}, "text": GONE, "answer": ""},
    ),
    Holding(
        Decision,
        lambda subject: Q(application__in=subject.applications, took_effect_at__isnull=False),
        ("outcome", "tier", "reason", "wording", "message", "decided_at", "took_effect_at"),
        {},
    ),
    # What the staff wrote for each other is erased, but not handed out: it would tell how fraud is found.
    Holding(
        Decision,
        _applications(),
        erased={"wording": {}, "message": "", "note": "", "undone_reason": ""},
    ),
    Holding(QualityCheck, _applications("decision__application"), erased={"note": ""}),
    Holding(Note, _applications(), erased={"text": GONE}),
    Holding(Reading, _applications()),
]

# What an erasure leaves, and why: shown before and after.
STAYS: Mapping[str, Text] = {
    "journal": Text(
        "Jurnal mencatat apa yang terjadi dan kapan, hanya dengan kode acak, tanpa nama, nomor, atau kontak. Tanpa "
        "jurnal, tidak ada yang dapat memeriksa keputusan kami.",
        "The journal notes what happened and when, by random codes only: no name, number or contact. Without it, "
        "nobody could check our decisions.",
    ),
    "changes": Text(
        "Nomor usaha tinggal {days} hari dalam daftar perubahan, supaya aplikasi pesan menghapus kartunya.",
        "The number of the business stays in the list of changes for {days} days, so that messaging apps take its "
        "card down.",
    ),
    "copies": Text(
        "Salinan kartu yang diunduh aplikasi pesan masih memuat nomor dan kartu usaha paling lama tujuh hari.",
        "Copies of the cards that messaging apps download hold the number and the card of the business for seven "
        "days at most.",
    ),
    "declined": Text(
        "Nomor dari pengajuan yang ditolak tinggal sampai masa tunggunya lewat.",
        "The number of a declined application stays until its pause is over.",
    ),
    "barred": Text(
        "Bila usaha Anda dilarang mengajukan, kontak Anda dan nomor registrasinya tinggal selama larangan itu berlaku.",
        "While a business of yours is barred from applying, your contact and its registration number stay.",
    ),
    "disputed": Text(
        "Nomor yang masih dipersoalkan tinggal sampai perkaranya selesai.",
        "A number that is in dispute stays until the case is settled.",
    ),
    "reports": Text(
        "Laporan pengguna tentang usaha tetap milik yang melaporkan, dan melindungi dari penipuan.",
        "Reports by users about the business belong to whoever reported, and protect from fraud.",
    ),
    "consent": Text(
        "Bahwa dan kapan Anda memberi persetujuan tetap tercatat: kami harus dapat membuktikannya.",
        "That and when you agreed stays: we have to be able to prove it.",
    ),
}

# Texts that are not about an owner, by model; "*": all of it.
NOT_PERSONAL: Mapping[str, tuple[str, ...]] = {
    "people.User": ("password", "username"),  # of the staff; an erased owner's says just that
    "people.Guesses": ("*",),  # keyed hashes
    "audit.Event": ("*",),  # STAYS: journal
    "audit.LogEntry": ("*",),
    "audit.EventNumber": ("*",),  # STAYS: changes
    "privacy.NumberToForget": ("*",),
    "clients.ClientApp": ("*",),
    "clients.ApiKey": ("*",),
    "outbox.Delivery": ("*",),  # kinds and ids
    "outbox.Message": ("template", "by", "about", "last_error", "once"),
    "businesses.Business": ("country",),
    "businesses.Account": ("country", "number", "live_name"),  # closing empties these two
    "businesses.Bar": ("*",),  # STAYS: barred
    "businesses.NumberUse": ("*",),  # closing frees the number
    "businesses.ProtectedName": ("*",),
    "pilot.Cohort": ("*",),
    "pilot.Invitation": ("digest",),
    "pilot.WaitingEntry": ("country",),
    "contacts.SignInCode": ("*",),  # keyed hashes, for a day
    "suggestions.Suggestion": ("language", "title_id", "title_en", "answer_id", "answer_en"),  # by the staff
    "badges.Badge": ("cause",),
    "badges.DisplayPolicy": ("*",),
    "badges.BulkSuspension": ("*",),
    "badges.BulkItem": ("*",),
    "reports.Report": ("*",),  # STAYS: reports
    "reports.ReportCase": ("*",),
    "status.Incident": ("*",),  # of the staff and the probers, for everybody
    "status.IncidentUpdate": ("*",),
    "status.Telling": ("*",),  # ids
    "verification.Application": ("reference",),
    "verification.SavedFilter": ("*",),
    "verification.Reason": ("*",),
    "verification.Decision": ("reason",),
    "verification.Question": ("field", "reason"),
}
