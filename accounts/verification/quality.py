"""Quality: some approvals, drawn by chance, are judged again by somebody who does not see how they were decided."""

import secrets

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts import clock
from accounts.audit import journal as audit
from accounts.businesses import checks
from accounts.errors import DomainError, Invalid, NotAllowed, Problem
from accounts.people.models import User
from accounts.people.services import require_permission
from accounts.verification.claims import require_outsider
from accounts.verification.models import Application, Decision, Outcome, QualityCheck


def draw_by_chance(happening: audit.Happening) -> None:
    """An approval took effect: some of them are judged again."""
    if happening.data["outcome"] != Outcome.APPROVE or not is_drawn():
        return
    decision = Decision.objects.get(
        application=happening.on, outcome=Outcome.APPROVE, took_effect_at__isnull=False
    )
    check = QualityCheck.objects.create(decision=decision, author_id=decision.author_id)
    audit.record("quality.drawn", on=check, by=audit.SYSTEM, data={"decision": decision.pk})


def is_drawn() -> bool:
    """settings.QUALITY_SHARE percent of the times that it is asked."""
    return secrets.randbelow(100) < settings.QUALITY_SHARE


def to_do(*, by: User) -> QuerySet[QualityCheck]:
    """The open checks that `by` may answer, oldest first."""
    mine = Decision.objects.filter(_by(by)).values("application")
    memberships = by.memberships.values("business")
    return (
        QualityCheck.objects.filter(checked_at=None)
        .exclude(decision__application__in=mine)
        .exclude(decision__application__account__business__in=memberships)
        .order_by("drawn_at")
    )


def require_other_eyes(check: QualityCheck, *, by: User) -> None:
    """Raises unless `by` may judge it: Forbidden permission_missing, own_business; NotAllowed quality_own_decision."""
    require_permission(by, "verification.review_application")
    application = Application.objects.select_related("account__business").get(decisions=check.decision_id)
    require_outsider(application, by=by)
    if application.decisions.filter(_by(by)).exists():
        raise NotAllowed("quality_own_decision")


def may_answer(check: QualityCheck, *, by: User) -> bool:
    try:
        require_other_eyes(check, by=by)
    except DomainError:
        return False
    return check.checked_at is None


@audit.transaction
def answer(check: QualityCheck, *, agrees: bool, by: User, note: str = "") -> QualityCheck:
    """Say, once, whether one would have approved it; who would not says why.

    Raises NotAllowed: quality_own_decision, quality_checked_already; Forbidden: permission_missing, own_business;
    Invalid: quality_note_required, or what is wrong with the note.
    """
    check = QualityCheck.objects.select_for_update(no_key=True).get(pk=check.pk)
    require_other_eyes(check, by=by)
    if check.checked_by is not None:
        raise NotAllowed("quality_checked_already", name=str(check.checked_by))
    if not agrees and not note.strip():
        code = "quality_note_required"
        raise Invalid(code, problems=[Problem(code, "/note")])
    checks.length(checks.visible(note, "/note", lines=True), 2000, "/note")
    check.checked_by, check.checked_at = by, clock.now()
    check.agrees, check.note = agrees, note
    check.save(update_fields=["checked_by", "checked_at", "agrees", "note"])
    audit.record("quality.checked", on=check, by=by, data={"agrees": agrees})
    return check


def _by(person: User) -> Q:
    """Decisions in which somebody had a part: who made it, agreed with it, or undid it."""
    return Q(author=person) | Q(seconded_by=person) | Q(undone_by=person)
