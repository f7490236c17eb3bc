"""By which index each desk finds its cases: with sequential scans switched off, the one that its order is made for."""

import pytest
from django.db import connection

from accounts.people.models import User
from accounts.verification.desks import BY_NAME
from accounts.verification.models import Application
from accounts.verification.search import search

pytestmark = pytest.mark.django_db


def plan(applications: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
        )
        sql, parameters = applications.query.sql_with_params()  # type: ignore[attr-defined]  # a QuerySet's
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize(
    ("desk", "index"),
    [
        ("decide", "applications_to_decide"),
        ("unclaimed", "applications_to_decide"),
        ("second", "applications_to_decide"),
        ("escalated", "escalated_applications"),
        ("contested", "contested_applications"),
        ("owner", "application_queue"),
        ("deferred", "deferred_applications"),
        ("ended", "ended_applications"),
        ("all", "verification_application_pkey"),
    ],
)
def test_a_desk_is_read_in_its_order_from_its_index(desk: str, index: str, rita: User) -> None:
    rows = BY_NAME[desk].rows(Application.objects.all(), rita).order_by(*BY_NAME[desk].order)[:50]
    read = plan(rows)
    assert f"using {index} on verification_application" in read
    assert "Sort Key" not in read or "Presorted Key" in read


def test_my_desk_reads_no_other_cases(rita: User) -> None:
    read = plan(BY_NAME["mine"].rows(Application.objects.all(), rita)[:50])
    assert (
        "using verification_application_pkey" in read and "Seq Scan on verification_application" not in read
    )


def test_words_are_found_by_two_indexes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        sql, parameters = search(Application.objects.all(), "toko mel").query.sql_with_params()
        cursor.execute(f"EXPLAIN {sql}", parameters)
        read = "\n".join(line for (line,) in cursor.fetchall())
    assert "applications_by_word" in read and "businesses_by_word" in read
