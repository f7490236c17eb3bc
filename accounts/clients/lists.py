"""What every list of the API has in common: filters that refuse what they do not know, and signed cursors."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]  # has no stubs
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients.serializers import invalid, refusal
from accounts.errors import Invalid, Problem

DEFAULT_PAGE = 50  # rows
LARGEST_PAGE = 200
CURSOR, LIMIT, ORDERING = "cursor", "limit", "ordering"


class Ordering(NamedTuple):
    """Rows by one column and then by key, so that every row has its place."""

    column: str
    descending: bool = False


class StrictFilters(DjangoFilterBackend):  # type: ignore[misc]  # untyped, as above
    """django-filter, but unknown parameters are refused: `?categroy=food` must not list everything."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset = self.get_filterset(request, queryset, view)
        known = set(filterset.filters) if filterset is not None else set()
        require_known(request.query_params, known | {CURSOR, LIMIT, ORDERING})
        require_filled(request.query_params)
        if filterset is None:
            return queryset
        if not filterset.is_valid():
            raise _about_parameters(invalid(filterset.errors.as_data()))
        narrowed: QuerySet[Any] = filterset.qs
        return narrowed


def require_known(parameters: Mapping[str, Any], known: set[str]) -> None:
    """Raises Invalid field_unknown for a parameter that this call does not have."""
    unknown = [
        Problem("field_unknown", params={"parameter": name}) for name in parameters if name not in known
    ]
    if unknown:
        raise refusal(unknown)


def require_filled(parameters: Mapping[str, str]) -> None:
    """Raises Invalid required for `?category=`: django-filter would list everything."""
    if blank := [
        Problem("required", params={"parameter": name}) for name, value in parameters.items() if not value
    ]:
        raise refusal(blank)


def _about_parameters(error: Invalid) -> Invalid:
    """A form's faults point into the query, which has no JSON pointers."""
    return refusal(
        [
            Problem(fault.code, params={**fault.params, "parameter": fault.pointer.removeprefix("/")})
            for fault in error.problems
        ]
    )


class SignedCursor(BasePagination):
    """Keyset pagination. The view names its `orderings`, the default first; a made-up cursor is refused."""

    next: str | None = None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        orderings: dict[str, Ordering] = view.orderings
        name = _choice(request.query_params, orderings)
        column, descending = orderings[name]
        limit = _limit(request.query_params)
        if cursor := request.query_params.get(CURSOR):
            queryset = queryset.filter(_beyond(_opened(cursor, name, view), column, descending))
        by = [F(column).desc(), F("pk").desc()] if descending else [F(column).asc(), F("pk").asc()]
        rows = list(queryset.order_by(*by)[: limit + 1])
        if len(rows) > limit:
            rows.pop()
            self.next = _sealed(rows[-1], column, name, view)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": ["string", "null"],
                    "description": "The cursor of the next page; null on the last.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter(CURSOR, {"type": "string", "minLength": 1}, "`next` of the page before."),
            _parameter(
                LIMIT,
                {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": DEFAULT_PAGE},
                "Rows.",
            ),
            _parameter(
                ORDERING,
                {"type": "string", "enum": list(view.orderings), "default": next(iter(view.orderings))},
            ),
        ]


def _parameter(name: str, schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def _choice(parameters: Mapping[str, str], orderings: Mapping[str, Ordering]) -> str:
    name = parameters.get(ORDERING, next(iter(orderings)))
    if name not in orderings:
        raise refusal([Problem("choice_unknown", params={"parameter": ORDERING})])
    return name


def _limit(parameters: Mapping[str, str]) -> int:
    text = parameters.get(LIMIT, str(DEFAULT_PAGE))
    if not (text.isascii() and text.isdigit()):
        raise refusal([Problem("wrong_type", params={"parameter": LIMIT, "expected": "integer"})])
    limit = int(text[:9])
    if limit < 1:
        raise refusal([Problem("value_too_low", params={"parameter": LIMIT, "limit": 1})])
    if limit > LARGEST_PAGE:
        raise refusal([Problem("value_too_high", params={"parameter": LIMIT, "limit": LARGEST_PAGE})])
    return limit


def _salt(view: Any) -> str:
    return f"cursor of {type(view).__qualname__}"


def _sealed(row: Model, column: str, ordering: str, view: Any) -> str:
    value = getattr(row, column)
    place = [ordering, value.isoformat() if isinstance(value, datetime) else value, row.pk]
    return signing.dumps(place, salt=_salt(view), compress=True)


def _opened(cursor: str, ordering: str, view: Any) -> tuple[Any, Any]:
    try:
        of, value, key = signing.loads(cursor, salt=_salt(view))
    except signing.BadSignature:
        of = None
    if of != ordering:
        raise Invalid("cursor_invalid", problems=[Problem("cursor_invalid", params={"parameter": CURSOR})])
    return value, key


def _beyond(place: Sequence[Any], column: str, descending: bool) -> Q:
    """Rows after a place. The first condition repeats the second's bound so that an index can start there."""
    value, key = place
    way = "lt" if descending else "gt"
    return Q(**{f"{column}__{way}e": value}) & (Q(**{f"{column}__{way}": value}) | Q(**{f"pk__{way}": key}))
