"""Look-ups: whose name and which badge a client shows for a number."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.badges import cards
from accounts.badges.standing import standing
from accounts.businesses import numbers
from accounts.businesses.fields import NUMBER_SCHEMA
from accounts.businesses.models import Account
from accounts.clients.authentication import digest_of, spend, spend_numbers
from accounts.clients.lists import SignedCursor, StrictFilters, require_known
from accounts.clients.models import Scope
from accounts.display import answers, directory, queries
from accounts.display.answers import Freshness
from accounts.display.serializers import CardSerializer, ChangesSerializer, FoundSerializer, LookupSerializer
from accounts.errors import Invalid, Problem

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The ETag of your copy."
)
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 304], description="Of these bytes."
)
AS_OF = OpenApiParameter(
    "Registry-As-Of",
    str,
    OpenApiParameter.HEADER,
    response=[200, 304],
    description="When this was so, in RFC 3339.",
)
STALE = OpenApiParameter(
    "Registry-Stale",
    str,
    OpenApiParameter.HEADER,
    response=[200, 304],
    enum=["false", "true"],
    description="true: from a copy that may be behind, for the database can't be reached.",
)
ACCEPT_ENCODING = OpenApiParameter(
    "Accept-Encoding",
    str,
    OpenApiParameter.HEADER,
    description=f"With gzip, an answer of {answers.GZIP_PAYS_FROM:,} bytes or more comes compressed; Content-Encoding "
    "says so.",
)
VARY = OpenApiParameter("Vary", str, OpenApiParameter.HEADER, response=[200])


class ContactView(APIView):
    required_scope = Scope.CONTACTS_READ

    def perform_authentication(self, request: Request) -> None:
        """Left to the statement that also finds the card."""

    def check_permissions(self, request: Request) -> None:
        """Left to it as well."""

    def check_key(self, request: Request) -> None:
        super().perform_authentication(request)
        super().check_permissions(request)

    @extend_schema(
        operation_id="contact",
        tags=["contacts"],
        parameters=[
            OpenApiParameter("number", NUMBER_SCHEMA, OpenApiParameter.PATH, description="E.164, with +"),
            IF_NONE_MATCH,
            ETAG,
            AS_OF,
            STALE,
        ],
        responses={200: CardSerializer, 304: OpenApiResponse(description="Your copy is still right.")},
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """One card. A number that the registry says nothing about is a card too, with `listed: false`."""
        if numbers.misspelt(number) is not None:
            self.check_key(request)
            numbers.require_e164(number)
        found, key = queries.find_for_key(number, digest_of(request), self.required_scope)
        spend(self, key, [number])
        assert found.policy is not None
        card = cards.render(found.rows[0], found.policy)
        if_none_match = request.META.get("HTTP_IF_NONE_MATCH", "")
        return _response(answers.contact(card, Freshness.at(found.as_of), if_none_match))


class LookupView(APIView):
    required_scope = Scope.CONTACTS_READ

    @extend_schema(
        operation_id="lookup",
        tags=["contacts"],
        parameters=[ACCEPT_ENCODING, AS_OF, STALE, VARY],
        request=LookupSerializer,
        responses=FoundSerializer,
    )
    def post(self, request: Request) -> HttpResponse:
        """Up to 1,000 numbers at once; one that is asked for twice is answered once."""
        asked = LookupSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        sound, unsound = answers.sorted_out(asked.validated_data["numbers"])
        spend_numbers(self, sound, misspelt=len(unsound))
        found = queries.find(sound)
        listed, unlisted = [], []
        for row in found.rows:
            if standing(row).listed:
                assert found.policy is not None
                listed.append(cards.render(row, found.policy))
            else:
                unlisted.append(row.number)
        accept_encoding = request.META.get("HTTP_ACCEPT_ENCODING", "")
        freshness = Freshness.at(found.as_of)
        return _response(answers.lookup(listed, unlisted, unsound, freshness, accept_encoding))


class ChangesView(APIView):
    required_scope = Scope.CONTACTS_READ

    @extend_schema(
        operation_id="changes",
        tags=["contacts"],
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "integer", "minimum": 0, "maximum": 10**18 - 1, "default": 0},
                description="`next` of the call before; 0 starts at the beginning.",
            ),
            IF_NONE_MATCH,
            ETAG,
            AS_OF,
            STALE,
        ],
        responses={200: ChangesSerializer, 304: OpenApiResponse(description="Nothing has changed since.")},
    )
    def get(self, request: Request) -> HttpResponse:
        """Which numbers' cards changed since a cursor, in order and without gaps.

        A number stands here for as long as the registry may hold it: where its owner had it erased, 90 days from then.
        Whoever was away for longer starts again at 0, or from a snapshot. Asked again with the ETag of a page, the
        answer is 304 while nothing has happened since.
        """
        require_known(request.query_params, {"after"})
        page = queries.changes(_cursor(request.query_params.get("after", "0")))
        if_none_match = request.META.get("HTTP_IF_NONE_MATCH", "")
        return _response(answers.changes(page.document(), Freshness.at(page.as_of), if_none_match))


class DirectoryView(GenericAPIView[Account]):
    required_scope = Scope.CONTACTS_READ
    queryset = Account.objects.none()
    serializer_class = CardSerializer
    filter_backends = [StrictFilters]
    filterset_class = directory.DirectoryFilter
    pagination_class = SignedCursor
    orderings = directory.ORDERINGS

    def get_queryset(self) -> Any:
        return directory.listed()

    @extend_schema(operation_id="accounts", tags=["contacts"], responses=CardSerializer(many=True))
    def get(self, request: Request) -> HttpResponse:
        """The public directory: the cards of accounts that have a tier."""
        accounts = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        assert accounts is not None and isinstance(self.paginator, SignedCursor)
        found = queries.find([account.number for account in accounts if account.number])
        # An account that lost its tier since the first query is left out.
        shown = [row for row in found.rows if standing(row).tier]
        rendered = [cards.render(row, found.policy) for row in shown if found.policy]
        body = b'{"results":[%b],"next":%b}' % (b",".join(rendered), cards.encode(self.paginator.next))
        return _response(answers.page(body, Freshness.at(found.as_of)))


def _cursor(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("cursor_invalid", problems=[Problem("cursor_invalid", params={"parameter": "after"})])
    return int(text)


def _response(answer: answers.Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
