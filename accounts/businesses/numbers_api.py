"""`PUT /v1/numbers/{number}/kind`: a client platform says that a number is personal (R7)."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.businesses import ownership
from accounts.businesses.fields import NUMBER_SCHEMA
from accounts.clients.models import Scope
from accounts.clients.partners import PartnerCall
from accounts.clients.serializers import StrictSerializer

PERSONAL, UNSPECIFIED, DISPUTED = "personal", "unspecified", "disputed"
NUMBER = OpenApiParameter(
    "number",
    NUMBER_SCHEMA,
    OpenApiParameter.PATH,
    description="E.164, with +",
)


class NumberKindSerializer(StrictSerializer):
    kind = serializers.ChoiceField(choices=[PERSONAL, UNSPECIFIED])


class DeclaredNumberSerializer(StrictSerializer):
    number = serializers.CharField(help_text="E.164, with +")
    kind = serializers.ChoiceField(choices=[PERSONAL, UNSPECIFIED], help_text="What was declared.")
    state = serializers.ChoiceField(
        choices=[PERSONAL, DISPUTED, UNSPECIFIED],
        help_text="disputed: a business account has it; nothing changes before a reviewer looked into it.",
    )


class NumberKindView(PartnerCall):
    required_scope = Scope.NUMBERS_DECLARE

    @extend_schema(
        operation_id="declare_number",
        tags=["numbers"],
        parameters=[NUMBER],
        request=NumberKindSerializer,
        responses=DeclaredNumberSerializer,
    )
    def put(self, request: Request, number: str) -> Response:
        """Declare a number personal, or take that back with `unspecified`. Repeating it changes nothing."""
        kind = self.body(NumberKindSerializer)["kind"]
        state = UNSPECIFIED
        if kind == PERSONAL:
            state = ownership.declare_personal(number, by=self.app)
        else:
            ownership.release_personal(number, by=self.app)
        return Response({"number": number, "kind": kind, "state": state})
