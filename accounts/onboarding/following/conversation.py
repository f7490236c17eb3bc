"""What the owner and the registry told each other about an application, in the order in which it was said.

A decision is part of it when it took effect: until then it can be undone, and is nobody's business.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.spoken import spoken
from accounts.verification import reasons
from accounts.verification.models import Application, Decision, Outcome, Question, Status

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NEWEST = 6  # entries on the page; the rest on request: an answer may be 4,000 characters long
ENDS: dict[str, "StrOrPromise"] = {
    Status.WITHDRAWN: _("The application was withdrawn."),
    Status.LAPSED: _("The application lapsed: nothing was heard for too long."),
}
OUTCOMES: dict[str, "StrOrPromise"] = {
    Outcome.APPROVE: _("The application was approved."),
    Outcome.DECLINE: _("The application was declined."),
    Outcome.BAR: _("The application was refused for good."),
}


@dataclass(frozen=True)
class Said:
    """`ours`: by the registry, not by the owner."""

    ours: bool
    at: datetime
    title: "StrOrPromise"
    text: str = ""


def conversation(application: Application) -> list[Said]:
    """Three queries. The oldest first."""
    said = []
    if application.submitted_at:
        said.append(Said(False, application.submitted_at, _("You sent the application.")))
    for question in application.questions.all():
        said += _about(question)
    decisions = application.decisions.exclude(took_effect_at=None).order_by("took_effect_at")
    for place, decision in enumerate(decisions):
        said += _of(decision, application if place == 0 else None)
    if application.status in ENDS and application.ended_at:
        said.append(Said(application.status == Status.LAPSED, application.ended_at, ENDS[application.status]))
    return sorted(said, key=lambda one: one.at)


def _about(question: Question) -> list[Said]:
    said = [Said(True, question.asked_at, _("A reviewer asked:"), reasons.asked(question))]
    if question.answered_at:
        said.append(Said(False, question.answered_at, _("You answered:"), question.answer))
    return said


def _of(decision: Decision, contested_in: Application | None) -> list[Said]:
    """A decision, and the objection to it: only the first can be contested."""
    assert decision.took_effect_at is not None
    words = [spoken(reasons.text_of(decision)), decision.message]
    told = Said(
        True,
        decision.took_effect_at,
        OUTCOMES[decision.outcome],
        "\n\n".join(part for part in words if part),
    )
    if contested_in is None or not contested_in.contested:
        return [told]
    return [told, Said(False, decision.took_effect_at, _("You objected:"), contested_in.contest_text)]
