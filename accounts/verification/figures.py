"""How the desk does: how long owners wait, what is decided, how often reviewers disagree. Aggregates, read by SQL."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.text import Text
from accounts.verification import figures_queries as queries
from accounts.verification.figures_period import Period
from accounts.verification.models import Outcome, Status

ENOUGH = 10  # cases, before their share says anything
NO_REASON = Text("Dengan kata-kata peninjau sendiri", "In the reviewer's own words")
DESKS = (
    Status.SUBMITTED,
    "claimed",
    Status.AWAITING_SECOND,
    Status.NEEDS_INFORMATION,
    Status.DEFERRED,
    Status.DECIDED,
)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    part: int
    of: int

    @property
    def share(self) -> float:
        return self.part / self.of if self.of else 0.0

    @property
    def percent(self) -> float:
        return round(100 * self.share, 1)

    @property
    def enough(self) -> bool:
        return self.of >= ENOUGH


@dataclass(frozen=True)
class Waiting:
    """Working hours from the submission to the first decision, without the time in which the owner had the ball."""

    cases: int
    p50: float | None
    p90: float | None


NOBODY_WAITED = Waiting(0, None, None)


@dataclass(frozen=True)
class Overturned:
    """Of the decisions made in the period, those that were undone before they took effect, by what undid them.

    `contested` are declines in effect: how many of those contested ended approved, and how many are still open.
    """

    overruled: Share
    taken_back: Share
    by_the_clock: Share
    contested: Share
    contested_open: int


@dataclass(frozen=True)
class Agreement:
    """Of second reviewers with the first, and of blind reviews (answered in the period) with the approval."""

    second: Share
    blind: Share
    blind_open: int


@dataclass(frozen=True)
class Reason:
    use: str
    code: str
    text: Text
    times: int


@dataclass(frozen=True)
class Desk:
    """Open cases now, by age: `cases` has a place for each interval between `AGE_LIMITS`."""

    name: str
    cases: list[int]

    @property
    def total(self) -> int:
        return sum(self.cases)


@dataclass(frozen=True)
class Reviewer:
    name: str
    made: int
    seconded: int
    overruled: int
    taken_back: int
    blind_agreed: int
    blind_disagreed: int


@dataclass(frozen=True)
class Figures:
    period: Period
    made: int
    a_day: dict[str, list[int]]
    waiting: Waiting
    waiting_a_day: list[Waiting]
    overturned: Overturned
    agreement: Agreement
    reasons: list[Reason]
    desks: list[Desk]
    reviewers: list[Reviewer] | None


def read(period: Period, *, each_reviewer: bool) -> Figures:
    """By six statements; a seventh for the counts of each reviewer, where whoever asks may compare them."""
    given = queries.parameters(period.start, period.end)
    days = period.days
    decided = queries.ask(queries.DECISIONS_A_DAY, given)
    made, seconded, overruled, taken_back, by_the_clock = (
        sum(row[place] for row in decided) for place in range(2, 7)
    )
    [(agreed, disagreed, unanswered)] = queries.ask(queries.BLIND, given)
    contested = dict(queries.ask(queries.CONTESTED, given))
    ended = sum(contested.get(status, 0) for status in (Status.APPROVED, Status.DECLINED, Status.BARRED))
    waiting = {day: Waiting(*rest) for day, *rest in queries.ask(queries.WAITING, given)}
    return Figures(
        period=period,
        made=made,
        a_day=_a_day(days, decided),
        waiting=waiting.get(None, NOBODY_WAITED),
        waiting_a_day=[waiting.get(day, NOBODY_WAITED) for day in days],
        overturned=Overturned(
            Share(overruled, made),
            Share(taken_back, made),
            Share(by_the_clock, made),
            Share(contested.get(Status.APPROVED, 0), ended),
            sum(contested.values()) - ended,
        ),
        agreement=Agreement(
            Share(seconded, seconded + overruled), Share(agreed, agreed + disagreed), unanswered
        ),
        reasons=[
            Reason(use, code, _sentence(code, text_id, text_en), times)
            for use, code, times, text_id, text_en in queries.ask(queries.REASONS, given)
        ],
        desks=_desks(queries.ask(queries.OPEN_NOW, given)),
        reviewers=[Reviewer(*row) for row in queries.ask(queries.REVIEWERS, given)]
        if each_reviewer
        else None,
    )


def _a_day(days: Sequence[date], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[int]]:
    counted = {(day, outcome): made for day, outcome, made, *_ in rows}
    return {outcome: [counted.get((day, outcome), 0) for day in days] for outcome in Outcome.values}


def _desks(rows: Sequence[tuple[str, int | None, int]]) -> list[Desk]:
    counted: dict[str, list[int]] = defaultdict(lambda: [0] * (len(queries.AGE_LIMITS) + 1))
    for desk, age, count in rows:
        counted[desk][age or 0] += count
    return [Desk(str(name), counted[name]) for name in DESKS]


def _sentence(code: str, text_id: str | None, text_en: str | None) -> Text:
    if not code:
        return NO_REASON
    return Text(text_id or code, text_en or code)
