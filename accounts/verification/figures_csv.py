"""The figures as CSV (RFC 4180, UTF-8 with a byte order mark), safe to open in a spreadsheet.

A line is made at a time: the rows come through a cursor of the server, so that only the text of the answer grows.
"""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import connection

from accounts import ids
from accounts.verification import figures_queries as queries
from accounts.verification.figures import Figures
from accounts.verification.figures_period import Period

BOM = "\ufeff"
ROWS_A_CHUNK = 1000
COLUMNS = (
    "decision",
    "application",
    "kind",
    "source",
    "decided_at",
    "outcome",
    "tier",
    "reason",
    "seconded",
    "took_effect_at",
    "undone_at",
    "undone_because",
    "contested",
    "working_hours_waited",
)
REVIEWER = "reviewer"

_STARTS_A_FORMULA = frozenset("=+-@\t\r\n|%")
_MINUSES = frozenset("\u2010\u2011\u2012\u2013\u2014\u2212")  # NFKC leaves them; a spreadsheet may not
_PASSED_OVER = frozenset("'\"`\u2018\u2019\u201c\u201d")


def safe(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet might take it for a formula.

    Quotes, blanks and invisible characters before the sign do not hide it, nor does its full-width form.
    """
    plain = unicodedata.normalize("NFKC", text)
    if text[:1] in ("\t", "\r", "\n"):
        return f"'{text}"
    for letter in plain:
        if letter in _STARTS_A_FORMULA or letter in _MINUSES:
            return f"'{text}"
        if not (letter.isspace() or letter in _PASSED_OVER or unicodedata.category(letter) in ("Cc", "Cf")):
            return text
    return text


def decisions(period: Period, *, with_reviewer: bool) -> Iterator[str]:
    """A line for each decision made in the period. Who decided only stands in it where `with_reviewer`."""
    given = queries.parameters(period.start, period.end)
    header = (*COLUMNS, REVIEWER) if with_reviewer else COLUMNS
    yield from lines(header, (_decision(row)[: len(header)] for row in _streamed(queries.DECISIONS, given)))


def aggregates(figures: Figures) -> Iterator[str]:
    """A line a number: what it is, of which day, desk or reason, and in which unit."""
    yield from lines(("figure", "of", "value", "unit"), _numbers(figures))


def lines(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield BOM + writer.writerow(header)
    made = (writer.writerow([_cell(value) for value in row]) for row in rows)
    while chunk := "".join(islice(made, ROWS_A_CHUNK)):
        yield chunk


class _Echo:
    """A file for csv.writer: what is written is what comes back."""

    def write(self, line: str) -> str:
        return line


def _cell(value: Any) -> str | int | float:
    """A number stays one; moments are RFC 3339 in UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return safe(str(value))


def _decision(row: Sequence[Any]) -> tuple[Any, ...]:
    decision, application, *rest = row
    return (ids.to_text("dec", decision), ids.to_text("app", application), *rest)


def _streamed(statement: str, given: dict[str, Any]) -> Iterator[Sequence[Any]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, given)
        while rows := cursor.fetchmany(ROWS_A_CHUNK):
            yield from rows


def _numbers(figures: Figures) -> Iterator[tuple[str, str, Any, str]]:
    hours = "working hours"
    yield "decisions", "", figures.made, "decisions"
    yield "waiting_cases", "", figures.waiting.cases, "applications"
    yield "waiting_p50", "", figures.waiting.p50, hours
    yield "waiting_p90", "", figures.waiting.p90, hours
    for place, day in enumerate(figures.period.days):
        for outcome, counts in figures.a_day.items():
            yield f"decisions_{outcome}", day.isoformat(), counts[place], "decisions"
        waited = figures.waiting_a_day[place]
        yield "waiting_p50", day.isoformat(), waited.p50, hours
        yield "waiting_p90", day.isoformat(), waited.p90, hours
    overturned, agreement = figures.overturned, figures.agreement
    for name, share in {
        "overruled": overturned.overruled,
        "taken_back": overturned.taken_back,
        "undone_by_the_clock": overturned.by_the_clock,
        "contested_and_approved": overturned.contested,
        "second_agreed": agreement.second,
        "blind_agreed": agreement.blind,
    }.items():
        yield name, "", share.part, "cases"
        yield f"{name}_of", "", share.of, "cases"
    for reason in figures.reasons:
        yield f"reason_{reason.use}", reason.code, reason.times, "times"
    for desk in figures.desks:
        yield "open_now", desk.name, desk.total, "applications"
