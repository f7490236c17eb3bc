"""`/v1/probes`: test messages, by which a prober sees whether messages leave."""

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients.fields import MomentField
from accounts.clients.models import Scope
from accounts.clients.partners import LOCATION, PartnerCall, path_id
from accounts.clients.serializers import StrictSerializer
from accounts.messages import probes
from accounts.messages.models import Channel, Message, MessageStatus

PROBE_ID = path_id("probe_id", "msg")
CHANNELS = [Channel.EMAIL.value, Channel.SMS.value]
WAITING = {
    "id": "msg_01jd3x8m4vf0q9s6w2k7h5t1bc",
    "channel": "email",
    "status": "waiting",
    "created_at": "2026-11-22T04:05:06.789000Z",
    "sent_at": None,
    "gateway": "works",
}
SENT = {**WAITING, "status": "sent", "sent_at": "2026-11-22T04:05:06.912000Z"}


class ProbeRequestSerializer(StrictSerializer):
    channel = serializers.ChoiceField(choices=CHANNELS, help_text="Mail and telephones have a queue each.")


class ProbeSerializer(StrictSerializer):
    id = serializers.CharField()
    channel = serializers.ChoiceField(choices=CHANNELS)
    status = serializers.ChoiceField(choices=MessageStatus.values)
    created_at = MomentField()
    sent_at = MomentField(allow_null=True)
    gateway = serializers.SerializerMethodField(
        help_text="Of the last hour and a half: `fails` where none of the last three messages to people was handed"
        " over; `unknown` where there were too few to say so."
    )

    @extend_schema_field(serializers.ChoiceField(choices=probes.Gateway.values))
    def get_gateway(self, message: Message) -> str:
        return probes.gateway(Channel(message.channel)).value


class ProbesView(PartnerCall):
    required_scope = Scope.STATUS_PROBE

    @extend_schema(
        operation_id="probe",
        tags=["probes"],
        parameters=[LOCATION],
        request=ProbeRequestSerializer,
        responses={201: ProbeSerializer},
        examples=[OpenApiExample("Written", WAITING, response_only=True, status_codes=["201"])],
    )
    def post(self, request: Request) -> Response:
        """Put a test message into the outbox. An e-mail goes to the address that the operators named for it, if they
        did; otherwise all happens but the last step. It is forgotten after two minutes.
        """
        message = probes.send(Channel(self.body(ProbeRequestSerializer)["channel"]), by=self.app)
        headers = {"Cache-Control": "no-store", "Location": reverse("probe", args=[message.pk])}
        return Response(ProbeSerializer(message).data, status=201, headers=headers)


class ProbeView(PartnerCall):
    required_scope = Scope.STATUS_PROBE

    @extend_schema(
        operation_id="probed",
        tags=["probes"],
        parameters=[PROBE_ID],
        responses={200: ProbeSerializer},
        examples=[OpenApiExample("Sent", SENT, response_only=True)],
    )
    def get(self, request: Request, probe_id: str) -> Response:
        """Whether a test message of this app's was sent."""
        message = get_object_or_404(probes.sent_by(self.app), pk=probe_id)
        return Response(ProbeSerializer(message).data, headers={"Cache-Control": "no-store"})
