"""Statements that PostgreSQL plans once a connection: for the few queries that every look-up runs.

Django binds parameters on the client's side, so that PostgreSQL parses and plans each statement anew: for the
query of the cards, longer than it takes to run it.
"""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection

_ON_REQUEST = 2**31  # executions before psycopg prepares a statement by itself: never


class _Prepared(psycopg.Cursor[tuple[Any, ...]]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> "_Prepared":
        return super().execute(query, params, **{**options, "prepare": True})


def rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """All rows of a prepared statement, on Django's connection: counted, traced and refused as its queries are."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        connection.connection.prepare_threshold = _ON_REQUEST  # Django's None would forbid it altogether
        cursor = _Prepared(connection.connection)
    with connection._prepare_cursor(cursor) as wrapped:  # type: ignore[attr-defined]  # how Django makes its own
        wrapped.execute(sql, parameters)
        found: list[tuple[Any, ...]] = wrapped.fetchall()
    return found
