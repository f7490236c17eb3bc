"""Who has taken part in a case already, and therefore does not decide it (again)."""

from accounts.errors import NotAllowed
from accounts.people.models import User
from accounts.verification.models import Application, Decision


def require_impartial(application: Application, *, by: User) -> None:
    """Raises NotAllowed: another_reviewer_needed after an objection, senior_needed after an overruling or escalation.

    An objection opens a new round: whoever decided, seconded or overruled before stays out of it, and what was
    overruled then calls for no senior reviewer now.
    """
    decisions = list(application.decisions.all())
    now = _of_this_round(application, decisions)
    counted = [one for one in decisions if one.took_effect_at is not None or one.overruled]
    if any(by.pk in _people(decision) for decision in counted if decision not in now):
        raise NotAllowed("another_reviewer_needed")
    involved: set[str | None] = {
        person for decision in now if decision.overruled for person in _people(decision)
    }
    if application.escalated_by_id:
        involved.add(application.escalated_by_id)
    if involved and (by.pk in involved or not by.has_perm("verification.review_alone")):
        raise NotAllowed("senior_needed")


def this_round(application: Application) -> list[Decision]:
    """The decisions since the submission, or since the objection."""
    return _of_this_round(application, list(application.decisions.all()))


def _of_this_round(application: Application, decisions: list[Decision]) -> list[Decision]:
    ended = [decision.took_effect_at for decision in decisions if decision.took_effect_at is not None]
    if not application.contested or not ended:
        return decisions
    # The first to take effect is the decline that was objected to; the answer to the objection may have, too.
    return [decision for decision in decisions if decision.decided_at > min(ended)]


def _people(decision: Decision) -> set[str | None]:
    """Who made it, who agreed, and who overruled it."""
    people: set[str | None] = {decision.author_id, decision.seconded_by_id}
    if decision.overruled:
        people.add(decision.undone_by_id)
    return people
