"""The figures page over HTTP and as CSV: who sees what, and what a spreadsheet makes of it."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.audit.models import Event, LogEntry
from accounts.people.models import User
from accounts.people.roles import Role
from accounts.verification import figures_csv
from accounts.verification.figures_csv import safe
from tests.factories import approve_now, decline_now, make_reviewer, make_submitted
from tests.staff import browser_of

FIGURES = reverse("admin:verification_qualitycheck_figures")
DECISIONS = reverse("admin:verification_qualitycheck_decisions")
AGGREGATES = reverse("admin:verification_qualitycheck_aggregates")


@pytest.fixture
def some(rita: User, rudi: User) -> None:
    approve_now(make_submitted(), by=rita)
    decline_now(make_submitted(), by=rudi)


def body(response: Any) -> str:
    return b"".join(response.streaming_content).decode()


def table(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(response).removeprefix(figures_csv.BOM), newline="")))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        '"=1',
        "'=1",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
        "\ufeff=1",
        "＝1+1",
        "＋1",
        "－1",
        "＠SUM",
        "﹦1",
        "\u2212" + "1",
        "“=1",
        " ' \" =cmd|' /C calc'!A0",
        "%0A=1",
    ],
)
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "rita", "dec_01", "a=b", "name-of", "1-2", "verified", "é", "'s Graal"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_cells_are_quoted_by_rfc_4180_and_numbers_stay_numbers() -> None:
    lines = "".join(figures_csv.lines(("a", "b"), [('say "hi", you', -3), ("two\r\nlines", -1.239)]))
    assert lines == '\ufeffa,b\r\n"say ""hi"", you",-3\r\n"two\r\nlines",-1.24\r\n'


def test_decisions_as_csv(some: None, rita: User, sinta: User) -> None:
    response = browser_of(sinta).get(DECISIONS)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="decisions-')
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    first, second = table(response)
    assert (first["outcome"], first["tier"], first["reviewer"]) == ("approve", "verified", "rita")
    assert (second["outcome"], second["reason"]) == ("decline", "evidence_insufficient")
    assert first["decision"].startswith("dec_") and first["application"].startswith("app_")
    assert first["decided_at"].endswith("Z") and float(first["working_hours_waited"]) >= 0


def test_a_reviewer_gets_no_names(some: None, rita: User) -> None:
    exported = body(browser_of(rita).get(DECISIONS))
    assert "reviewer" not in exported and "rudi" not in exported
    page = browser_of(rita).get(FIGURES).content.decode()
    assert "shown to senior reviewers and auditors only" in page and "Rudi" not in page


@pytest.mark.parametrize("role", [Role.SENIOR_REVIEWER, Role.AUDITOR])
def test_who_may_compare_reviewers_sees_each(some: None, role: Role) -> None:
    page = browser_of(make_reviewer("comparer", role)).get(FIGURES).content.decode()
    assert "Rita" in page and "Rudi" in page


def test_aggregates_as_csv(some: None, rita: User) -> None:
    rows = table(browser_of(rita).get(f"{AGGREGATES}?period=7"))
    told = {(row["figure"], row["of"]): row["value"] for row in rows}
    assert told["decisions", ""] == "2" and told["reason_decline", "evidence_insufficient"] == "1"
    assert len([row for row in rows if row["figure"] == "decisions_bar"]) == 7


@pytest.mark.parametrize(("address", "what"), [(DECISIONS, "decisions"), (AGGREGATES, "figures")])
def test_an_export_stands_in_the_log(some: None, rita: User, address: str, what: str) -> None:
    events = Event.objects.count()
    body(browser_of(rita).get(f"{address}?period=7"))
    entry = LogEntry.objects.get(kind="exported")
    assert entry.by == rita.pk and entry.data["what"] == what and set(entry.data) == {"what", "from", "to"}
    assert Event.objects.count() == events


@pytest.mark.parametrize("period", ["", "8", "-1", "2026-13", "9999-01", "1999-01", "7;drop"])
@pytest.mark.parametrize("address", [FIGURES, DECISIONS, AGGREGATES])
def test_a_period_that_is_not_offered_is_refused(rita: User, address: str, period: str) -> None:
    response = browser_of(rita).get(address, {"period": period})
    assert response.status_code == 422 and "Choose one of the periods" in response.content.decode()
    assert not LogEntry.objects.filter(kind="exported").exists()


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_has_its_charts_and_their_tables(some: None, sinta: User, language: str) -> None:
    page = browser_of(sinta, language=language).get(FIGURES).content.decode()
    assert page.count('role="img"') == 2 and page.count("<details>") == 2
    assert "style=" not in page.partition('<div class="figures">')[2].partition("</main>")[0]


def test_a_share_of_a_few_is_not_drawn(some: None, sinta: User) -> None:
    assert "too few to say" in browser_of(sinta).get(FIGURES).content.decode()


def test_the_page_takes_few_queries(some: None, sinta: User) -> None:
    browser = browser_of(sinta)
    browser.get(FIGURES)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(FIGURES).status_code == 200
    assert len(queries) <= 12


def test_memory_does_not_grow_with_the_rows() -> None:
    """A hundred thousand lines are never held at once."""

    def many() -> Iterator[tuple[Any, ...]]:
        for number in range(100_000):
            yield (f"dec_{number}", "approve", number, 1.5, None, True)

    tracemalloc.start()
    try:
        written = sum(len(chunk) for chunk in figures_csv.lines(tuple("abcdef"), many()))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert written > 2_500_000 and most < 500_000
