"""What somebody reads who judges an approval again: the application as sent, and nothing of how it was decided."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import names
from accounts.businesses import lookalikes
from accounts.businesses.lists import ContactPurpose
from accounts.businesses.lookalikes import LookAlike
from accounts.businesses.models import Account, Business, Membership
from accounts.proofs.models import NumberProof
from accounts.spoken import spoken
from accounts.verification.applying import FIELDS
from accounts.verification.matching import READABLE
from accounts.verification.models import Application, Evidence, Kind, QualityCheck, Question, Reading
from accounts.verification.reasons import asked

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Asked:
    """A question to the owner, whoever asked it, and the answer."""

    question: str
    answer: str


@dataclass(frozen=True)
class Blind:
    """No decision, no note, no claim, no history, and nobody of the staff."""

    application: Application
    account: Account
    business: Business
    facts: list[tuple["StrOrPromise", str, bool]]
    purposes: list[str]
    members: list[Membership]
    evidence: list[Evidence]
    findings: list[tuple[names.Finding, str]]
    look_alikes: list[tuple[LookAlike, str]]
    proofs: list[NumberProof]
    questions: list[Asked]
    readings: list[tuple["StrOrPromise", Reading]]


_LABELS: dict[str, "StrOrPromise"] = {**READABLE, "photo": _("photo")}


def read(check: QualityCheck) -> Blind:
    """What came in after the decision is left out; look-alikes are those of today."""
    decided_at = check.decision.decided_at
    application = Application.objects.select_related("account__business").get(
        pk=check.decision.application_id
    )
    account, business = application.account, application.account.business
    name = application.display_name
    proofs = NumberProof.objects.of(account, application.number).filter(proven_at__lte=decided_at)
    return Blind(
        application=application,
        account=account,
        business=business,
        facts=_facts(application),
        purposes=[str(ContactPurpose(purpose).label) for purpose in account.contact_purposes],
        members=list(business.memberships.select_related("person").order_by("pk")),
        evidence=list(application.evidence.filter(uploaded_at__lte=decided_at).order_by("uploaded_at")),
        findings=[(finding, spoken(finding.sentence)) for finding in names.findings(name)],
        look_alikes=[(alike, spoken(alike.why)) for alike in lookalikes.of(name, besides=account)],
        proofs=list(proofs.order_by("proven_at")),
        questions=[_asked(question) for question in application.questions.order_by("asked_at")],
        readings=[
            (capfirst(READABLE.get(reading.field, reading.field)), reading)
            for reading in application.readings.filter(read_at__lte=decided_at)
            .select_related("evidence")
            .order_by("field", "read_at")
        ],
    )


def _facts(application: Application) -> list[tuple["StrOrPromise", str, bool]]:
    """Label, value, and whether this kind of application is about it."""
    about = FIELDS[Kind(application.kind)]
    return [
        (
            capfirst(_LABELS[name]),
            application.get_category_display() if name == "category" else getattr(application, name),
            name in about,
        )
        for name in FIELDS[Kind.NEW]
    ]


def _asked(question: Question) -> Asked:
    return Asked(asked(question), question.answer)
