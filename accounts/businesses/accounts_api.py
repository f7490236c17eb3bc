"""`/v1/accounts/{id}` of the owner's side: the messaging identities of a business."""

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.businesses import services as businesses
from accounts.businesses.api import BUSINESS_ID
from accounts.businesses.fields import CountryField, PurposesField, WebAddressField
from accounts.businesses.lists import ABOUT_LIMIT, Category
from accounts.businesses.models import Account, Business
from accounts.clients.fields import MomentField, TextField
from accounts.clients.partners import ETAG, IF_MATCH, LOCATION, PartnerView, path_id, require_match
from accounts.clients.serializers import StrictSerializer

ACCOUNT_ID = path_id("account_id", "acc")
EXAMPLE = OpenApiExample(
    "A bakery's account",
    {
        "category": "food",
        "website": "https://ada.example",
        "about": "Roti setiap pagi.",
        "contact_purposes": ["order_updates", "delivery"],
    },
    request_only=True,
)


class AccountSerializer(StrictSerializer):
    """`number`, `display_name` and what is read-only change by an application only."""

    id = serializers.CharField(read_only=True)
    business = serializers.CharField(read_only=True, source="business_id")
    number = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="E.164; null until approved, and once it is somebody else's: the account may move to another one.",
    )
    display_name = serializers.CharField(
        read_only=True, source="live_name", allow_null=True, help_text="null until approved."
    )
    category = serializers.ChoiceField(choices=Category.choices, read_only=True)
    country = serializers.CharField(read_only=True, help_text="ISO 3166-1, two letters.")
    website = WebAddressField(read_only=True)
    photo = WebAddressField(read_only=True)
    about = TextField(max_length=ABOUT_LIMIT, allow_blank=True)
    contact_purposes = PurposesField()
    created_at = MomentField(read_only=True)
    closed_at = MomentField(read_only=True, allow_null=True)


class NewAccountSerializer(StrictSerializer):
    category = serializers.ChoiceField(choices=Category.choices)
    country = CountryField(required=False, help_text="The business's, where it is not said.")
    website = WebAddressField(required=False)
    about = TextField(max_length=ABOUT_LIMIT, allow_blank=True, required=False)
    contact_purposes = PurposesField(required=False)


class BusinessAccountsView(PartnerView[Account]):
    queryset = Account.objects.all()
    serializer_class = AccountSerializer

    @extend_schema(
        operation_id="business_accounts",
        tags=["onboarding"],
        parameters=[BUSINESS_ID],
        responses=AccountSerializer(many=True),
    )
    def get(self, request: Request, business_id: str) -> Response:
        business = self.owned(Business.objects.all(), business_id)
        return self.page(self.get_queryset().filter(business=business), AccountSerializer)

    @extend_schema(
        operation_id="open_account",
        tags=["onboarding"],
        parameters=[BUSINESS_ID, ETAG, LOCATION],
        examples=[EXAMPLE],
        request=NewAccountSerializer,
        responses={201: AccountSerializer},
    )
    def post(self, request: Request, business_id: str) -> Response:
        """An account without number and name: an application asks for those."""
        business = self.owned(Business.objects.all(), business_id)
        account = businesses.open_account(business, by=self.app, **self.body(NewAccountSerializer))
        return self.answer(account, status=201, location=reverse("account", args=[account.pk]))


class AccountView(PartnerView[Account]):
    queryset = Account.objects.all()
    serializer_class = AccountSerializer
    lookup_url_kwarg = "account_id"

    @extend_schema(operation_id="account", tags=["onboarding"], parameters=[ACCOUNT_ID, ETAG])
    def get(self, request: Request, account_id: str) -> Response:
        return self.answer(self.get_object())

    @extend_schema(
        operation_id="change_account", tags=["onboarding"], parameters=[ACCOUNT_ID, IF_MATCH, ETAG]
    )
    def patch(self, request: Request, account_id: str) -> Response:
        """What is free within the rules: `about` and `contact_purposes`."""
        account = self.get_object()
        changes = self.body(AccountSerializer, partial=True)
        require_match(request, self.tag(account))
        if changes:
            account = businesses.change_account(account, revision=account.revision, by=self.app, **changes)
        return self.answer(account)
