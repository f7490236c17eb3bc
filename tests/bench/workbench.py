"""The reviewers' queue with very many applications: every desk and some searches, through every middleware."""

import re
import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.people.models import User
from accounts.synthetic.numbers import number
from accounts.verification.desks import DESKS
from tests.bench import applications
from tests.bench.report import Measure, held, shown
from tests.staff import browser_of

LIMIT, MOST_QUERIES = 300, 12  # milliseconds a page; queries, session and person included
PAGE = 'SELECT "verification_application"."id", "verification_application"."account_id"'  # the cases
FEW = 1_000  # applications that the others are compared with
ROUNDS = 9
SEARCHES = {
    "a common word": "q=warung",
    "two words": "q=bu+siti",
    "a word that is nowhere": "q=nonesuch",
    "a number": "q=" + quote(number(42)),
    "a part of a number": "q=" + quote(number(42)[-7:]),
    "words on a desk": "desk=unclaimed&q=toko",
    "a tag": "desk=all&tag=call-back",
    "page 100": "desk=decide&p=100",
    "a category": "desk=decide&category__exact=food",
}


def measure(database: str, count: int) -> tuple[list[Measure], str]:
    """The measures, and which indexes the pages were read by. Django is connected to `database`."""
    pages = {f"desk {desk.name}": f"desk={desk.name}" for desk in DESKS} | SEARCHES
    took: dict[int, dict[str, float]] = {}
    first = 1
    for many in (min(FEW, count // 2), count):
        applications.load(database, first, many)
        first = many + 1
        browser = browser_of(User.objects.get(username="bench-4"))  # a senior, with cases
        took[many] = {
            name: median(_timed(browser, query) for _ in range(ROUNDS)) for name, query in pages.items()
        }
    few, many = sorted(took)
    queries, plans = {}, []
    for name, query in pages.items():
        queries[name], indexes = _read(browser, query)
        plans.append(f"  {name}: {', '.join(indexes)}")
    return list(_judged(took[few], took[many], queries, many)), "\n".join(
        [f"Indexes of the queue's pages, {many:,} applications:", *plans]
    )


def _judged(
    few: dict[str, float], many: dict[str, float], queries: dict[str, int], count: int
) -> Iterator[Measure]:
    for name, milliseconds in many.items():
        yield held(f"queue of {count:,}, {name}, median", milliseconds, "ms", "<", LIMIT)
    yield held("queue, queries of the page with most", max(queries.values()), "queries", "<=", MOST_QUERIES)
    for name, milliseconds in many.items():
        yield shown(f"queue, {name}, {count:,} applications : few", milliseconds / few[name], "times")


def _timed(browser: Client, query: str) -> float:
    started = time.perf_counter()
    address = reverse("admin:verification_application_changelist")
    response = browser.get(f"{address}?{query}", headers={"Host": "127.0.0.1"})
    assert response.status_code == 200, query
    return 1_000 * (time.perf_counter() - started)


def _read(browser: Client, query: str) -> tuple[int, list[str]]:
    """How many queries a page takes, and the indexes by which its cases are found."""
    with CaptureQueriesContext(connection) as asked:
        _timed(browser, query)
    indexes: dict[str, None] = {}
    for captured in asked.captured_queries:
        if captured["sql"].startswith(PAGE) and "ORDER BY" in captured["sql"]:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {captured['sql']}")
                plan = "\n".join(line for (line,) in cursor.fetchall())
            scans = re.findall(
                r"(?:using|Bitmap Index Scan on) (\w*application\w*|\w+_by_word)|(Seq Scan on \w*tion) ", plan
            )
            indexes |= dict.fromkeys(index or scan for index, scan in scans)
    return len(asked), list(indexes)
