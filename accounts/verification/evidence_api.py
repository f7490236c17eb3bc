"""Evidence files of an application: one file a call, as multipart/form-data."""

from collections.abc import Mapping
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients.lists import Ordering
from accounts.clients.partners import LOCATION, path_id
from accounts.clients.serializers import StrictSerializer, pointer_to, refusal
from accounts.errors import Invalid, Problem
from accounts.verification import evidence
from accounts.verification.api import APPLICATION_ID, ApplicationCall
from accounts.verification.models import Application, Evidence, EvidenceKind
from accounts.verification.serializers import EvidenceSerializer

EVIDENCE_ID = path_id("evidence_id", "evd")
FIELD, KIND = "file", "kind"
ENVELOPE = 2**14  # bytes that boundaries and headers may add to a file of the largest size


class UploadSerializer(StrictSerializer):
    """One file that shows what the application says."""

    # For the document only: `_one_file` reads the form, in the serializers' words for what is wrong with it.
    file = serializers.FileField(help_text="JPEG, PNG, WebP or PDF, 10 MB at most.")
    kind = serializers.ChoiceField(
        choices=EvidenceKind.choices, default=EvidenceKind.OTHER, help_text="What it shows."
    )


class OneFileParser(MultiPartParser):
    """Refuses what is too large by its declared length, before any of it is read."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> "DataAndFiles[Any, Any]":
        assert parser_context is not None
        declared = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if declared.isdigit() and int(declared) > evidence.LARGEST + ENVELOPE:
            raise Invalid("evidence_too_large", problems=[Problem("evidence_too_large", f"/{FIELD}")])
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as wrong:
            raise Invalid("bad_request") from wrong


class EvidenceListView(ApplicationCall):
    parser_classes = [OneFileParser]
    orderings = {"uploaded": Ordering("uploaded_at")}

    @extend_schema(
        operation_id="evidence_of_application",
        tags=["onboarding"],
        parameters=[APPLICATION_ID],
        responses=EvidenceSerializer(many=True),
    )
    def get(self, request: Request, application_id: str) -> Response:
        application = self.owned(Application.objects.all(), application_id)
        return self.page(application.evidence.all(), EvidenceSerializer)

    @extend_schema(
        operation_id="add_evidence",
        tags=["onboarding"],
        parameters=[APPLICATION_ID, LOCATION],
        request={"multipart/form-data": UploadSerializer},
        responses={201: EvidenceSerializer},
    )
    def post(self, request: Request, application_id: str) -> Response:
        """Add a file. The same file again is the one that is there."""
        application = self.get_object()
        file, kind = _one_file(request)
        added = evidence.add(application, file=file, kind=kind, by=self.app)
        location = reverse("evidence", args=[application.pk, added.pk])
        return Response(EvidenceSerializer(added).data, status=201, headers={"Location": location})


class EvidenceView(ApplicationCall):
    @extend_schema(
        operation_id="evidence",
        tags=["onboarding"],
        parameters=[APPLICATION_ID, EVIDENCE_ID],
        responses=EvidenceSerializer,
    )
    def get(self, request: Request, application_id: str, evidence_id: str) -> Response:
        """What is known of a file. The file itself is for the reviewers."""
        return Response(EvidenceSerializer(self._evidence(evidence_id)).data)

    @extend_schema(
        operation_id="remove_evidence",
        tags=["onboarding"],
        parameters=[APPLICATION_ID, EVIDENCE_ID],
        responses={204: None},
    )
    def delete(self, request: Request, application_id: str, evidence_id: str) -> Response:
        """Take a file back, as a draft or while a question is open."""
        evidence.remove(self._evidence(evidence_id), by=self.app)
        return Response(status=204)

    def _evidence(self, evidence_id: str) -> Evidence:
        application = self.get_object()
        return get_object_or_404(application.evidence.select_related("application__account"), pk=evidence_id)


def _one_file(request: Request) -> tuple[UploadedFile[Any], str]:
    """The file, and what it shows."""
    # Without a body there is nothing to parse, and DRF gives an empty dictionary.
    form = request.data if isinstance(request.data, QueryDict) else QueryDict()
    faults = [Problem("field_unknown", pointer_to(name)) for name in form if name not in (FIELD, KIND)]
    faults += [Problem("field_repeated", f"/{KIND}")] if len(form.getlist(KIND)) > 1 else []
    sent: list[str | UploadedFile[Any]] = list(form.getlist(FIELD))
    if not sent:
        faults.append(Problem("required", f"/{FIELD}"))
    elif len(sent) > 1:
        faults.append(Problem("field_repeated", f"/{FIELD}"))
    elif not isinstance(sent[0], UploadedFile):
        faults.append(Problem("wrong_type", f"/{FIELD}", {"expected": "file"}))
    if faults:
        raise refusal(faults)
    assert isinstance(sent[0], UploadedFile)
    return sent[0], str(form.get(KIND, EvidenceKind.OTHER))
