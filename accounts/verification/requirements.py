"""What an application still lacks: one list for the form, the API and the reviewer's page."""

from dataclasses import dataclass
from typing import Literal

from accounts import names
from accounts.businesses import ownership
from accounts.businesses.models import Account, NumberUse
from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.proofs import services as proofs
from accounts.sentences import SENTENCES
from accounts.text import Text
from accounts.verification.models import Application, EvidenceKind, Kind, Source


@dataclass(frozen=True)
class Requirement:
    """`blocks` says what it stands in the way of: sending the application, or approving it."""

    code: str
    pointer: str
    blocks: Literal["submission", "approval"]
    text: Text


def requirements(application: Application) -> list[Requirement]:
    account = application.account
    missing = _of_the_name(application) + _of_the_profile(application, account)
    if not application.number:
        missing.append(_requirement("number_missing", "/number", "submission"))
    elif not proofs.is_proven(account, application.number):
        missing.append(_requirement("number_not_proven", "/number", "approval"))
    if application.kind == Kind.NEW and application.source != Source.IMPORT:
        # Imported lists were checked by whoever made them; everybody else shows what they are.
        missing += _of_the_evidence(application)
    return missing


def of_submission(application: Application) -> list[Requirement]:
    return [requirement for requirement in requirements(application) if requirement.blocks == "submission"]


def _of_the_name(application: Application) -> list[Requirement]:
    errors = [finding for finding in names.findings(application.display_name) if finding.severity == "error"]
    return [Requirement(finding.code, "/display_name", "submission", finding.sentence) for finding in errors]


def _of_the_profile(application: Application, account: Account) -> list[Requirement]:
    missing = []
    if not account.business.legal_name:
        missing.append(_requirement("legal_name_missing", "/business/legal_name", "submission"))
    if not account.contact_purposes:
        missing.append(_requirement("contact_purposes_missing", "/account/contact_purposes", "submission"))
    if not account.business.memberships.exists():
        missing.append(_requirement("owner_contact_missing", "/business/owner", "submission"))
    elif ownership.is_private(application.number, account.business):
        missing.append(_requirement("owner_contact_is_the_number", "/number", "submission"))
    return missing


def _of_the_evidence(application: Application) -> list[Requirement]:
    """Papers; or, of a trader who has none, how the place looks and who knows it."""
    kinds = {evidence.kind for evidence in application.evidence.all()}
    if not application.without_papers:
        return [] if kinds else [_requirement("evidence_missing", "/evidence", "submission")]
    missing = []
    if EvidenceKind.PLACE not in kinds:
        missing.append(_requirement("place_photo_missing", "/evidence/place", "submission"))
    if not hasattr(application, "trade_reference"):
        missing.append(_requirement("trade_reference_missing", "/trade_reference", "submission"))
    return missing


def _requirement(code: str, pointer: str, blocks: Literal["submission", "approval"]) -> Requirement:
    return Requirement(code, pointer, blocks, SENTENCES[code])


def require_apart(contact: str, person: User) -> None:
    """Nobody signs in with a number that their own business has or applies for (R7).

    Raises NotAllowed owner_contact_is_the_number.
    """
    theirs = {"number": contact, "account__business__members": person}
    if NumberUse.objects.filter(**theirs).exists() or Application.objects.open().filter(**theirs).exists():
        raise NotAllowed("owner_contact_is_the_number")
