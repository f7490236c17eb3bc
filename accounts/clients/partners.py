"""The owner's side of the API: a partner app sees what it created, and changes what it has read."""

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.clients.lists import Ordering, SignedCursor, StrictFilters
from accounts.clients.models import ApiKey, ClientApp, Scope
from accounts.clients.serializers import StrictSerializer
from accounts.errors import Invalid, Stale
from accounts.ids import SUFFIX_PATTERN

ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="For If-Match."
)
LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[201], description="Where it is."
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": r'^"[!#-~]+"$', "examples": ['"1"']},
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag that came with what you change.",
)

M = TypeVar("M", bound=Model)
Row = TypeVar("Row", bound=Model)


def path_id(name: str, prefix: str) -> OpenApiParameter:
    """How the document describes the id in an address."""
    schema = {"type": "string", "pattern": f"^{prefix}_{SUFFIX_PATTERN}$"}
    return OpenApiParameter(name, schema, OpenApiParameter.PATH)


def require_match(request: Request, tag: str) -> None:
    """If-Match by RFC 9110 section 13.1.1: a weak tag never matches, nor does `*`: what was it that was read?

    Raises Invalid precondition_required (428) without one, Stale (412) when it is another.
    """
    sent = request.META.get("HTTP_IF_MATCH", "").strip()
    if not sent:
        raise Invalid("precondition_required")
    if tag not in (part.strip() for part in sent.split(",")):
        raise Stale("stale")


class NothingSerializer(StrictSerializer):
    """The body of a call that takes none."""


class PartnerCall(APIView):
    """A call of a client app that changes something."""

    @property
    def app(self) -> ClientApp:
        assert isinstance(self.request.auth, ApiKey)
        return self.request.auth.app

    def body(self, serializer: type[StrictSerializer], *, partial: bool = False) -> dict[str, Any]:
        """What was sent, checked. A text that is null is one that is not there: empty for the services."""
        asked = serializer(data=self.request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        return {name: "" if value is None else value for name, value in asked.validated_data.items()}


class PartnerView(PartnerCall, GenericAPIView[M]):
    # No docstring: it would stand in the API's document. Rows come from `get_queryset` and `owned` alone, and both
    # leave out what another app created: a 404.

    required_scope = Scope.ONBOARDING_WRITE
    filter_backends = [StrictFilters]
    pagination_class = SignedCursor
    orderings = {"-created": Ordering("created_at", descending=True), "created": Ordering("created_at")}

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.created_by(self.app)

    def owned(self, rows: QuerySet[Row], pk: str) -> Row:
        """Raises Http404: unknown, malformed, or another app's."""
        every: Any = rows
        mine: QuerySet[Row] = every.created_by(self.app)
        return get_object_or_404(mine, pk=pk)

    def tag(self, row: Any) -> str:
        return f'"{row.revision}"'

    def answer(self, row: Any, *, status: int = 200, location: str = "") -> Response:
        headers = {"ETag": self.tag(row), "Cache-Control": "no-store"}
        if location:
            headers["Location"] = location
        return Response(self.get_serializer(row).data, status=status, headers=headers)

    def page(self, rows: QuerySet[Any], serializer: type[StrictSerializer]) -> Response:
        found = self.paginate_queryset(self.filter_queryset(rows))
        response = self.get_paginated_response(serializer(found, many=True).data)
        response.headers["Cache-Control"] = "no-store"
        return response
