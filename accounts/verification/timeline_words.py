"""What was written at a step of a case: the journal holds none of it, and tells only that there was such a step.

A question, an answer, a decision is one row and one event each, so the last event of a kind belongs to the last row.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from accounts.audit.models import Event
from accounts.proofs.models import ProofMethod
from accounts.spoken import spoken
from accounts.verification.matching import READABLE, Match, match_of, written
from accounts.verification.models import Application, Decision, Outcome, Question
from accounts.verification.reasons import text_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_DECIDED = {
    Outcome.APPROVE: "application.approval_decided",
    Outcome.DECLINE: "application.decline_decided",
    Outcome.BAR: "application.bar_decided",
}


@dataclass(frozen=True)
class Words:
    """`internal`: the owner never reads it."""

    text: "StrOrPromise"
    label: "StrOrPromise" = ""
    internal: bool = False


class Written:
    """The words of one case, read whole (`fetching`). Ask for its events from the last to the first, each once."""

    def __init__(self, application: Application) -> None:
        self._last: dict[str, list[list[Words]]] = defaultdict(list)  # by kind of event, the last at the end
        self._of: dict[tuple[str, str], list[Words]] = {}  # by kind and id
        self._questions(application)
        self._decisions(application)
        self._call_backs(application)
        for note in application.notes.all():
            self._of["application.noted", note.pk] = [Words(note.text, internal=True)]
        self._readings(application)
        if application.contest_text:
            self._last["application.contested"].append([Words(application.contest_text)])
        for dispute in application.account.disputes.all():
            if dispute.note:
                self._of["number.dispute_settled", dispute.pk] = [Words(dispute.note, internal=True)]
        for case in application.account.report_cases.all():
            if case.note:
                self._of["report_case.closed", case.pk] = [Words(case.note, internal=True)]

    def at(self, event: Event) -> list[Words]:
        for about in (event.data.get("note"), event.data.get("reading"), event.on):
            if about is not None and (event.kind, about) in self._of:
                return self._of[event.kind, about]
        kind = event.kind
        if kind == "number.proven":
            kind = f"{kind} {event.data.get('method')}"
        rows = self._last[kind]
        return rows.pop() if rows else []

    def _questions(self, application: Application) -> None:
        questions = list(application.questions.all())
        self._last["application.asked"] = [_question(question) for question in questions]
        answered = [question for question in questions if question.answered_at]
        self._last["application.answered"] = [[Words(question.answer)] for question in answered]

    def _decisions(self, application: Application) -> None:
        decisions = list(application.decisions.all())
        for decision in decisions:
            self._last[_DECIDED[Outcome(decision.outcome)]].append(_decision(decision))
        undone: list[tuple[Any, str, Decision]] = sorted(
            (decision.undone_at, decision.pk, decision) for decision in decisions if decision.undone_at
        )
        for _at, _pk, decision in undone:
            if decision.overruled:
                self._last["application.overruled"].append([Words(decision.why_undone, internal=True)])
            elif not decision.undone_by_id:
                self._last["application.fell_back"].append([Words(decision.why_undone, internal=True)])

    def _call_backs(self, application: Application) -> None:
        self._last[f"number.proven {ProofMethod.CALL_BACK}"] = [
            [Words(proof.note, internal=True)] if proof.note else []
            for proof in application.account.number_proofs.all()
            if proof.method == ProofMethod.CALL_BACK
        ]

    def _readings(self, application: Application) -> None:
        country = application.account.country
        for reading in application.readings.all():
            source = reading.evidence.name if reading.evidence else reading.source
            match = match_of(
                reading.field, written(application, reading.field), reading.value, country=country
            )
            text = f"{READABLE.get(reading.field, reading.field)}: {reading.value} ({Match(match).label})"
            self._of["application.reading_recorded", reading.pk] = [Words(text, source, internal=True)]


def _question(question: Question) -> list[Words]:
    return _present([Words(spoken(text_of(question))), Words(question.text)])


def _decision(decision: Decision) -> list[Words]:
    return _present(
        [
            Words(spoken(text_of(decision)), _("reason")),
            Words(decision.message, _("to the owner")),
            Words(decision.note, _("internal"), internal=True),
        ]
    )


def _present(words: list[Words]) -> list[Words]:
    return [one for one in words if one.text]
