"""`GET /v1/policy`: how each tier is drawn (R1, R3-R5)."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.badges.models import DisplayPolicy
from accounts.clients.fields import MomentField
from accounts.clients.models import Scope
from accounts.clients.serializers import StrictSerializer
from accounts.errors import NotAllowed


class TextSerializer(StrictSerializer):
    """One sentence or label in both languages."""

    id = serializers.CharField(help_text="Indonesian")
    en = serializers.CharField(help_text="English")


class MarkSerializer(StrictSerializer):
    """What is drawn beside photo and name (R1)."""

    symbol = serializers.CharField(
        help_text="pin, tick, …: data, so that a new one needs no new client release"
    )
    colour = serializers.CharField()
    position = serializers.CharField()
    label = TextSerializer()  # type: ignore[assignment]  # DRF takes declared fields off the class


class ChatSerializer(StrictSerializer):
    """How the chat is drawn (R3), and whether the user may delete its messages (R4)."""

    message_colour = serializers.CharField()
    notice_colour = serializers.CharField()
    messages_deletable = serializers.BooleanField()


class ActionsSerializer(StrictSerializer):
    """What the two sides may do. Blocking is always possible (R5)."""

    block = serializers.BooleanField()
    report = serializers.BooleanField()
    account_may_block = serializers.BooleanField()


class TierPolicySerializer(StrictSerializer):
    mark = MarkSerializer()
    chat = ChatSerializer()


class TiersSerializer(StrictSerializer):
    verified = TierPolicySerializer()
    confirmed = TierPolicySerializer()


class PolicySerializer(StrictSerializer):
    version = serializers.CharField()
    tiers = TiersSerializer()
    actions = ActionsSerializer(source="*")
    offline_grace = serializers.IntegerField(
        help_text="Seconds that a client may go on with its copy of a card."
    )
    published_at = MomentField()


class PolicyView(APIView):
    required_scope = Scope.CONTACTS_READ

    @extend_schema(operation_id="policy", tags=["contacts"], responses=PolicySerializer)
    def get(self, request: Request) -> Response:
        """The display policy in force."""
        policy = DisplayPolicy.objects.order_by("-published_at").first()
        if policy is None:
            raise NotAllowed("policy_missing")
        return Response(PolicySerializer(policy).data)
