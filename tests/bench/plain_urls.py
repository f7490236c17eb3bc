"""What look-ups are measured against: the same tables by view sets as DRF's tutorial writes them, without a key."""

from django.urls import include, path
from rest_framework import serializers
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ReadOnlyModelViewSet

from accounts.badges.models import Badge
from accounts.businesses.models import Account, Business


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
    authentication_classes = []
    permission_classes = []


class Bare(Plain):
    """One row of one table: the least that a view set can do."""

    queryset = Account.objects.all()
    serializer_class = PlainRowSerializer


router = SimpleRouter(trailing_slash=False)
router.register("plain", Plain, basename="plain")
router.register("bare", Bare, basename="bare")
urlpatterns = [path("", include("registry.urls")), path("", include(router.urls))]
handler400 = "registry.errors.bad_request"
handler403 = "registry.errors.forbidden"
handler404 = "registry.errors.not_found"
handler500 = "registry.errors.server_error"
