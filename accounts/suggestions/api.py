"""`/v1/suggestions`: what a client app suggests, and what became of it (R9)."""

from typing import Any

from django.urls import reverse
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients.fields import MomentField, TextField
from accounts.clients.models import Scope
from accounts.clients.partners import LOCATION, PartnerView, path_id
from accounts.clients.serializers import StrictSerializer
from accounts.suggestions import services as suggestions
from accounts.suggestions.models import TEXT_LIMIT, Suggestion, SuggestionStatus
from accounts.text import Text

SUGGESTION_ID = path_id("suggestion_id", "sug")
SENT = {"text": "Show the opening hours on the card.", "language": "en"}
RECEIVED = {
    "id": "sug_01jd3x8m4vf0q9s6w2k7h5t1bc",
    **SENT,
    "status": "new",
    "title": None,
    "answer": None,
    "created_at": "2026-11-22T04:05:06.789000Z",
    "status_changed_at": None,
}
PLANNED = {
    **RECEIVED,
    "status": "planned",
    "title": {"id": "Jam buka di kartu", "en": "Opening hours on the card"},
    "answer": {"id": "Mulai Januari.", "en": "From January on."},
    "status_changed_at": "2026-11-24T02:00:00.000000Z",
}


class SaidField(TextField):
    """A text that says something: more than blanks."""


class SaidFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]  # registers subclasses, untyped
    target_class = SaidField
    priority = 1

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        field = self.target
        plain = TextField(max_length=field.max_length, help_text=field.help_text)
        schema: dict[str, Any] = auto_schema._map_serializer_field(plain, direction)  # type: ignore[no-untyped-call]  # as above
        return schema | {"allOf": [{"pattern": r"\S"}]}


_IN_BOTH_LANGUAGES = {
    "type": ["object", "null"],
    "required": ["id", "en"],
    "additionalProperties": False,
    "properties": {"id": {"type": "string"}, "en": {"type": "string"}},
}


@extend_schema_field(_IN_BOTH_LANGUAGES)
class WordsField(serializers.Field[Text, Any, dict[str, str], Any]):
    def to_representation(self, value: Text) -> dict[str, str]:
        return value.in_both()


class SuggestionRequestSerializer(StrictSerializer):
    text = SaidField(
        max_length=TEXT_LIMIT, help_text="It is never published: the staff write their own words."
    )
    language = serializers.RegexField(
        r"^[a-z]{2,3}\Z",
        trim_whitespace=False,
        required=False,
        help_text="Of the text: ISO 639, in lower case.",
    )


class SuggestionSerializer(StrictSerializer):
    id = serializers.CharField()
    text = serializers.CharField()
    language = serializers.CharField(help_text="As it was sent; empty where it was not.")
    status = serializers.ChoiceField(choices=SuggestionStatus.values)
    title = WordsField(help_text="Of the public list, in which what is planned and done stands.")
    answer = WordsField(help_text="What the staff say to it; of what is declined, why.")
    created_at = MomentField()
    status_changed_at = MomentField(allow_null=True)


class SuggestionsView(PartnerView[Suggestion]):
    queryset = Suggestion.objects.all()
    serializer_class = SuggestionSerializer
    required_scope = Scope.SUGGESTIONS_WRITE

    @extend_schema(
        operation_id="suggestions", tags=["suggestions"], responses=SuggestionSerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """What this app suggested, and what became of it."""
        return self.page(self.get_queryset(), SuggestionSerializer)

    @extend_schema(
        operation_id="suggest",
        tags=["suggestions"],
        parameters=[LOCATION],
        request=SuggestionRequestSerializer,
        responses={
            201: SuggestionSerializer,
            200: OpenApiResponse(SuggestionSerializer, "The same text was sent before, today."),
        },
        examples=[
            OpenApiExample("A suggestion", SENT, request_only=True),
            OpenApiExample("As received", RECEIVED, response_only=True, status_codes=["200", "201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Suggest something to the registry, for yourself or for a user.

        The same text again on the same day (Asia/Jakarta) answers 200 with the first suggestion: send it again
        when the answer was lost.
        """
        sent = suggestions.send(**self.body(SuggestionRequestSerializer), by=self.app)
        headers = {"Cache-Control": "no-store"}
        if sent.new:
            headers["Location"] = reverse("suggestion", args=[sent.suggestion.pk])
        data = SuggestionSerializer(sent.suggestion).data
        return Response(data, status=201 if sent.new else 200, headers=headers)


class SuggestionView(PartnerView[Suggestion]):
    queryset = Suggestion.objects.all()
    serializer_class = SuggestionSerializer
    required_scope = Scope.SUGGESTIONS_WRITE

    @extend_schema(
        operation_id="suggestion",
        tags=["suggestions"],
        parameters=[SUGGESTION_ID],
        examples=[OpenApiExample("Planned", PLANNED, response_only=True)],
    )
    def get(self, request: Request, suggestion_id: str) -> Response:
        """One of this app's own."""
        found = self.owned(Suggestion.objects.all(), suggestion_id)
        return Response(SuggestionSerializer(found).data, headers={"Cache-Control": "no-store"})
