"""The owner's side of an application: start, change, submit, answer, withdraw, contest."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q

from accounts import clock, names
from accounts.audit import journal as audit
from accounts.badges import services as badges
from accounts.badges.models import Badge, BadgeStatus
from accounts.businesses import bars, checks, lookalikes, numbers, ownership
from accounts.businesses import services as businesses
from accounts.businesses.models import Account
from accounts.errors import DomainError, Invalid, NotAllowed, Problem, Stale
from accounts.people.models import User
from accounts.pilot import services as pilot
from accounts.pilot.models import Cohort
from accounts.proofs import claims
from accounts.proofs import services as proofs
from accounts.verification import notices, photos, references
from accounts.verification.claims import require_reviewer
from accounts.verification.models import Application, Kind, Source, Status
from accounts.verification.requirements import of_submission
from accounts.verification.transitions import lock, move, require_action

RENEWAL_OPENS = timedelta(days=60)  # before the badge expires
OFFER = timedelta(days=1)  # how long an answer is the asking reviewer's

# What each kind asks to change; the rest stands in the application for the reviewer to read.
FIELDS: Mapping[str, tuple[str, ...]] = {
    Kind.NEW: ("display_name", "number", "category", "website", "photo"),
    Kind.RENEWAL: (),
    Kind.NAME_CHANGE: ("display_name",),
    Kind.NUMBER_CHANGE: ("number",),
    Kind.PROFILE_CHANGE: ("category", "website", "photo"),
    Kind.REINSTATEMENT: (),
}


@audit.transaction
def start(
    account: Account, *, kind: str, source: str, by: audit.Actor, cohort: Cohort | None = None, **profile: str
) -> Application:
    """A draft. What `profile` leaves out is as the account has it.

    Raises NotAllowed: open_application_exists, or why this kind is not possible now; Invalid for a field.
    """
    account = businesses.locked(account)
    if kind not in Kind.values:
        raise Invalid("invalid", problems=[Problem("choice_unknown", "/kind")])
    if account.closed_at:
        raise NotAllowed("account_closed")
    _require_kind_possible(account, Kind(kind))
    application = Application(
        account=account, kind=kind, source=source, cohort=cohort, **_profile_of(account)
    )
    _set_profile(application, profile)
    try:
        application.save(force_insert=True)
    except IntegrityError as wrong:
        raise NotAllowed("open_application_exists") from wrong
    audit.record("application.started", on=application, by=by, data={"account": account.pk, "kind": kind})
    return application


@audit.transaction
def change(application: Application, *, revision: int, by: audit.Actor, **profile: str) -> Application:
    """Change what is applied for, while the owner has the ball. Raises Stale, Invalid, NotAllowed wrong_status."""
    application = lock(application)
    if application.revision != revision:
        raise Stale("stale")
    if application.status not in (Status.DRAFT, Status.NEEDS_INFORMATION):
        raise NotAllowed("wrong_status", action="change", status=application.status)
    number = application.number
    _set_profile(application, profile)
    if application.number != number:
        if application.status != Status.DRAFT:
            ownership.take_number(application.number, application.account)
        # Also a draft's: a number that was claimed is its own before it is sent.
        ownership.give_back_number(number, application.account)
        claims.withdraw_of(application.account, number, by=by)
    application.revision += 1
    application.changed_at = clock.now()
    application.save()
    if "photo" in profile:
        photos.forget_unused(application.account, by=by)
    audit.record("application.changed", on=application, by=by, data={"fields": sorted(profile)})
    return application


@audit.transaction
def submit(application: Application, *, by: audit.Actor) -> Application:
    """Send it in. The number becomes the account's here, not as a draft.

    Raises Invalid requirements_missing with one problem each; NotAllowed: business_barred, cool_down,
    number_taken, number_is_personal, or what the cohort refuses.
    """
    application = lock(application)
    require_action(application, "submit")
    account = businesses.locked(application.account)
    _require_kind_possible(account, Kind(application.kind))
    copy_unchanged(application)
    if missing := of_submission(application):
        problems = [Problem(r.code, r.pointer, sentence=r.text) for r in missing]
        raise Invalid("requirements_missing", problems=problems)
    bars.require_none(account.business)
    _require_cooled_down(application)
    ownership.take_number(application.number, account)
    if application.kind == Kind.NEW:
        application.cohort = pilot.admit(account, application.cohort, by=by)
    if application.kind == Kind.RENEWAL:
        badges.keep_for_renewal(account, by=by)
    judge_name(application)
    references.give(application)
    judged = ("findings", "protected_look_alike", *FIELDS[Kind.NEW])
    application = move(
        application,
        "submit",
        Status.SUBMITTED,
        by=by,
        submitted_at=clock.now(),
        cohort=application.cohort,
        **{name: getattr(application, name) for name in judged},
    )
    if application.source != Source.IMPORT:
        notices.to_owners(application, "application_submitted")
    return application


@audit.transaction
def answer(application: Application, *, text: str, by: audit.Actor) -> Application:
    """Answer the reviewer's question. The case is offered for a day to whoever asked, if they may still decide it.

    Three claims of theirs do not end the offer: they have the day to finish one.
    """
    application = lock(application)
    require_action(application, "answer")
    if not text.strip():
        raise Invalid("required", problems=[Problem("required", "/text")])
    checks.length(checks.visible(text, "/text", lines=True), 4000, "/text")
    if missing := of_submission(application):
        raise Invalid(
            "requirements_missing", problems=[Problem(r.code, r.pointer, sentence=r.text) for r in missing]
        )
    now = clock.now()
    question = application.questions.get(answered_at=None)
    question.answer, question.answered_at = text, now
    question.save(update_fields=["answer", "answered_at"])
    judge_name(application)
    offered_to = question.asked_by if _may_review(application, question.asked_by) else None
    return move(
        application,
        "answer",
        Status.SUBMITTED,
        by=by,
        offered_to=offered_to,
        offered_until=now + OFFER if offered_to else None,
        findings=application.findings,
        protected_look_alike=application.protected_look_alike,
    )


def _may_review(application: Application, person: User) -> bool:
    try:
        require_reviewer(application, by=person)
    except DomainError:
        return False
    return True


@audit.transaction
def withdraw(application: Application, *, by: audit.Actor) -> Application:
    application = lock(application)
    require_action(application, "withdraw")
    application.decisions.pending().update(undone_at=clock.now(), undone_reason="withdrawn")
    application = move(application, "withdraw", Status.WITHDRAWN, by=by)
    let_go(application, by=by)
    forget_proof(application, by=by)
    notices.to_owners(application, "application_withdrawn")
    return application


@audit.transaction
def contest(application: Application, *, text: str, by: audit.Actor) -> Application:
    """Object to a decline, once; another reviewer answers. Raises NotAllowed contested_already."""
    application = lock(application)
    require_action(application, "contest")
    if application.contested:
        raise NotAllowed("contested_already")
    if not text.strip():
        raise Invalid("required", problems=[Problem("required", "/text")])
    checks.length(checks.visible(text, "/text", lines=True), 4000, "/text")
    account = application.account
    if account.closed_at:
        raise NotAllowed("account_closed")
    bars.require_none(account.business)
    _require_kind_possible(account, Kind(application.kind))
    if Application.objects.open().filter(account=account, kind=application.kind).exists():
        raise NotAllowed("open_application_exists")
    copy_unchanged(application)
    ownership.take_number(application.number, account)
    if application.kind == Kind.RENEWAL:
        badges.keep_for_renewal(account, by=by)
    facts = {name: getattr(application, name) for name in FIELDS[Kind.NEW]}
    return move(
        application,
        "contest",
        Status.SUBMITTED,
        by=by,
        contested=True,
        offered_to=None,
        contest_text=text,
        **facts,
    )


def copy_unchanged(application: Application) -> None:
    """What this kind of application does not change stands in it as the account has it now."""
    for name, value in _profile_of(application.account).items():
        if name not in FIELDS[application.kind]:
            setattr(application, name, value)


def _profile_of(account: Account) -> dict[str, str]:
    return {
        "display_name": account.live_name or "",
        "number": account.number or "",
        "category": account.category,
        "website": account.website,
        "photo": account.photo,
    }


def let_go(application: Application, *, by: audit.Actor) -> None:
    """What an application that ended without an approval held: its number, and the badge a renewal kept."""
    ownership.give_back_number(application.number, application.account)
    claims.withdraw_of(application.account, application.number, by=by)
    if application.kind == Kind.RENEWAL:
        badges.renewal_ended(application.account, by=by)


def forget_proof(application: Application, *, by: audit.Actor) -> None:
    """A code seen once is no key for the day on which somebody else has the number: who applies anew proves anew."""
    if application.number != application.account.number:
        proofs.falls(application.account, application.number, by=by)


def judge_name(application: Application) -> None:
    """Note for the reviewer what speaks against the name, look-alikes included."""
    similar = lookalikes.of(application.display_name, besides=application.account)
    application.findings = warnings_of(application.display_name, similar)
    application.protected_look_alike = any(name.protected for name in similar)


def warnings_of(name: str, similar: Sequence[lookalikes.LookAlike]) -> list[str]:
    """The codes of what a reviewer has to judge about a name."""
    findings = [finding.code for finding in names.findings(name) if finding.severity == "warning"]
    return [*findings, "name_look_alike"] if similar else findings


def _set_profile(application: Application, profile: dict[str, str]) -> None:
    """Raises Invalid: field_read_only for what this kind does not change, or what is wrong with a field."""
    allowed = FIELDS[application.kind]
    if refused := sorted(set(profile) - set(allowed)):
        raise Invalid(
            "field_read_only", problems=[Problem("field_read_only", f"/{name}") for name in refused]
        )
    if "display_name" in profile:
        name = names.normalise(profile["display_name"])
        application.display_name = checks.length(name, 200, "/display_name")
        checks.storable(name, "/display_name")
    if profile.get("number"):
        application.number = numbers.require_e164(profile["number"])
    if "category" in profile:
        application.category = checks.category(profile["category"])
    if "website" in profile:
        application.website = checks.website(profile["website"])
    if "photo" in profile:
        application.photo = _photo(profile["photo"], application.account)
    account = application.account
    if application.kind == Kind.NAME_CHANGE and application.display_name == account.live_name:
        raise Invalid("name_unchanged", problems=[Problem("name_unchanged", "/display_name")])
    if application.kind == Kind.NUMBER_CHANGE and application.number == account.number:
        raise Invalid("number_unchanged", problems=[Problem("number_unchanged", "/number")])
    if application.kind == Kind.PROFILE_CHANGE and all(
        getattr(application, name) == getattr(account, name) for name in FIELDS[Kind.PROFILE_CHANGE]
    ):
        raise Invalid("nothing_changes")


def _photo(address: str, account: Account) -> str:
    """One that was uploaded here for this account, whatever our own address is like, or one on the public web."""
    if photos.is_of(account, address):
        return address
    if photos.is_here(checks.website(address, "/photo")):  # another account's, or one that is gone
        raise Invalid("website_invalid", problems=[Problem("website_invalid", "/photo")])
    return address


def _require_kind_possible(account: Account, kind: Kind) -> None:
    """Whether this kind makes sense for the account as it stands."""
    if kind == Kind.NEW:
        if account.live_name is not None:
            raise NotAllowed("account_already_approved")
        return
    if account.live_name is None:  # one that lost its number to somebody else has a name, and may move
        raise NotAllowed("account_not_live")
    badge = Badge.objects.of(account).order_by("-issued_at").first()
    ended_badly = badge is not None and badge.status in (BadgeStatus.SUSPENDED, BadgeStatus.REVOKED)
    if kind == Kind.REINSTATEMENT and not ended_badly and account.confirmed_at is not None:
        raise NotAllowed("nothing_to_reinstate")
    if kind == Kind.RENEWAL and badge is not None and badge.status == BadgeStatus.ACTIVE:
        opens = badge.term_ends_at - RENEWAL_OPENS
        if opens > clock.now():
            raise NotAllowed("renewal_too_early", opens=f"{opens:%Y-%m-%d}")


def _require_cooled_down(application: Application) -> None:
    """After a decline, of the same business or for the same number, there is a pause. Raises NotAllowed cool_down."""
    same = Q(account__business=application.account.business) | Q(number=application.number)
    declined = Application.objects.filter(same, status=Status.DECLINED, kind=application.kind).exclude(
        pk=application.pk
    )
    last = declined.order_by("-ended_at").values_list("ended_at", flat=True).first()
    if last is not None and last + settings.COOL_DOWN > clock.now():
        raise NotAllowed("cool_down", until=f"{last + settings.COOL_DOWN:%Y-%m-%d}")
