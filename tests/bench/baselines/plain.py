"""Django REST framework as its tutorial has it: read-only view sets on the registry's tables, for whoever has a key.

No middleware at all, and connections are pooled: it is as fast as it gets without leaving the tutorial.
"""

import hashlib

from django.urls import include, path
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.badges.models import Badge
from accounts.businesses.models import Account, Business
from accounts.clients.models import ApiKey, Scope


class PlainKey(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[None, ApiKey]:
        secret = request.headers.get("Authorization", "").removeprefix("Bearer ")
        digest = hashlib.sha256(secret.encode()).digest()
        key = ApiKey.objects.live().select_related("app").filter(digest=digest).first()
        if key is None or not key.app.is_active:
            raise AuthenticationFailed
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class MayRead(BasePermission):
    def has_permission(self, request: Request, view: object) -> bool:
        return isinstance(request.auth, ApiKey) and Scope.CONTACTS_READ in request.auth.scopes


class PlainBusinessSerializer(serializers.ModelSerializer[Business]):
    class Meta:
        model = Business
        fields = ["id", "kind", "legal_name"]


class PlainBadgeSerializer(serializers.ModelSerializer[Badge]):
    class Meta:
        model = Badge
        fields = ["id", "status", "methods", "issued_at", "expires_at"]


_ROW = ["id", "number", "live_name", "country", "category", "website", "photo", "about", "contact_purposes"]


class PlainRowSerializer(serializers.ModelSerializer[Account]):
    class Meta:
        model = Account
        fields = _ROW


class PlainAccountSerializer(serializers.ModelSerializer[Account]):
    business = PlainBusinessSerializer()
    badges = PlainBadgeSerializer(many=True)

    class Meta:
        model = Account
        fields = [*_ROW, "business", "badges"]


class Plain(ReadOnlyModelViewSet[Account]):
    """Account, business and badge: what a card is made of."""

    queryset = Account.objects.select_related("business").prefetch_related("badges")
    serializer_class: type[serializers.BaseSerializer[Account]] = PlainAccountSerializer
    lookup_field = "number"
    lookup_value_regex = r"\+[0-9]+"
    authentication_classes = [PlainKey]
    permission_classes = [MayRead]


class Bare(Plain):
    """One row of one table: the least that a view set can do."""

    queryset = Account.objects.all()
    serializer_class = PlainRowSerializer


router = SimpleRouter(trailing_slash=False)
router.register("plain", Plain, basename="plain")
router.register("row", Bare, basename="row")
urlpatterns = [path("", include(router.urls))]
