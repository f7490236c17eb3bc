"""`/v1/businesses`: the organisations that a partner app applies for."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.audit import journal as audit
from accounts.businesses import services as businesses
from accounts.businesses.fields import CountryField
from accounts.businesses.models import Business, BusinessKind
from accounts.clients.fields import MomentField, TextField
from accounts.clients.models import ClientApp
from accounts.clients.partners import ETAG, IF_MATCH, LOCATION, PartnerView, path_id, require_match
from accounts.clients.serializers import StrictSerializer
from accounts.people import languages

BUSINESS_ID = path_id("business_id", "biz")
EXAMPLE = OpenApiExample(
    "A bakery",
    {
        "kind": "company",
        "legal_name": "CV Ada Jaya",
        "registration_number": "9120001234567",
        "country": "ID",
        "owner": {"contact": "ada@owner.example", "name": "Ada", "language": "id"},
    },
    request_only=True,
)


class OwnerSerializer(StrictSerializer):
    """Who signs in for the business. It is not given back: the person may be known here by other names."""

    contact = serializers.CharField(max_length=254, help_text="E-mail address, or phone number with +.")
    name = TextField(max_length=120, allow_blank=True, default="")
    language = serializers.ChoiceField(choices=languages.choices(), default=languages.INDONESIAN)


class BusinessSerializer(StrictSerializer):
    id = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=BusinessKind.choices, read_only=True)
    legal_name = TextField(max_length=160)
    registration_number = TextField(max_length=40, allow_blank=True)
    country = CountryField()
    created_at = MomentField(read_only=True)


class NewBusinessSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=BusinessKind.choices)
    legal_name = TextField(max_length=160)
    registration_number = TextField(max_length=40, allow_blank=True, default="")
    country = CountryField()
    owner = OwnerSerializer()


class BusinessesView(PartnerView[Business]):
    queryset = Business.objects.all()
    serializer_class = BusinessSerializer

    @extend_schema(operation_id="businesses", tags=["onboarding"], responses=BusinessSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The businesses that this app created."""
        return self.page(self.get_queryset(), BusinessSerializer)

    @extend_schema(
        operation_id="open_business",
        tags=["onboarding"],
        parameters=[ETAG, LOCATION],
        examples=[EXAMPLE],
        request=NewBusinessSerializer,
        responses={201: BusinessSerializer},
    )
    def post(self, request: Request) -> Response:
        """A business, and the person who owns it."""
        business = _open(self.body(NewBusinessSerializer), app=self.app)
        return self.answer(business, status=201, location=reverse("business", args=[business.pk]))


class BusinessView(PartnerView[Business]):
    queryset = Business.objects.all()
    serializer_class = BusinessSerializer
    lookup_url_kwarg = "business_id"

    @extend_schema(operation_id="business", tags=["onboarding"], parameters=[BUSINESS_ID, ETAG])
    def get(self, request: Request, business_id: str) -> Response:
        return self.answer(self.get_object())

    @extend_schema(
        operation_id="change_business", tags=["onboarding"], parameters=[BUSINESS_ID, IF_MATCH, ETAG]
    )
    def patch(self, request: Request, business_id: str) -> Response:
        """Correct its facts. Once an account of it is approved, they are what was approved."""
        business = self.get_object()
        changes = self.body(BusinessSerializer, partial=True)
        require_match(request, self.tag(business))
        if changes:
            business = businesses.change_business(
                business, revision=business.revision, by=self.app, **changes
            )
        return self.answer(business)


def _open(facts: dict[str, Any], *, app: ClientApp) -> Business:
    """Both or neither: a business that nobody owns could never apply."""
    with audit.together():
        owner = businesses.find_or_create_owner(**facts.pop("owner"))
        return businesses.open_business(**facts, owner=owner, client=app, by=app)
