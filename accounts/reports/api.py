"""`POST /v1/reports`: what a user of a client app says about an account, and what became of it."""

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.businesses.fields import NumberField
from accounts.clients.fields import MomentField, TextField
from accounts.clients.models import Scope
from accounts.clients.partners import LOCATION, PartnerCall, path_id
from accounts.clients.serializers import StrictSerializer
from accounts.reports import services as reports
from accounts.reports.models import TEXT_LIMIT, Report, ReportReason

REPORT_ID = path_id("report_id", "rpt")
SENT = {
    "number": "+12025550123",
    "reason": "impersonation",
    "text": "It says it is my bank, and asks for my PIN.",
    "reporter": "u-7f3a90c1",
}
RECEIVED = {
    "id": "rpt_01jd3x8m4vf0q9s6w2k7h5t1bc",
    "number": "+12025550123",
    "reason": "impersonation",
    "received_at": "2026-11-22T04:05:06.789000Z",
}


class ReportRequestSerializer(StrictSerializer):
    """What a user says about the account that has a number."""

    number = NumberField(help_text="E.164, with +")
    reason = serializers.ChoiceField(choices=ReportReason.values)
    text = TextField(
        max_length=TEXT_LIMIT,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="In the user's words; only reviewers read it.",
    )
    reporter = serializers.RegexField(
        r"^[!-~]{1,64}\Z",
        trim_whitespace=False,
        help_text="Your own id for the user: visible ASCII without blanks, no phone number, no e-mail address. The"
        " registry keeps a keyed hash of it, to tell one reporter from another.",
    )


class ReceivedReportSerializer(StrictSerializer):
    id = serializers.CharField()
    number = serializers.CharField(help_text="E.164, with +")
    reason = serializers.ChoiceField(choices=ReportReason.values)
    received_at = MomentField()


class ReportSerializer(ReceivedReportSerializer):
    state = serializers.ChoiceField(
        choices=["received", "acted_on", "dismissed"],
        help_text="What was done stays with the registry. dismissed: nothing is to be done, or not any more.",
    )


class ReportsView(PartnerCall):
    required_scope = Scope.REPORTS_WRITE

    @extend_schema(
        operation_id="report",
        tags=["reports"],
        parameters=[LOCATION],
        request=ReportRequestSerializer,
        responses={
            201: ReceivedReportSerializer,
            200: OpenApiResponse(ReceivedReportSerializer, "The same report was sent before, today."),
        },
        examples=[
            OpenApiExample("A report", SENT, request_only=True),
            OpenApiExample("As received", RECEIVED, response_only=True, status_codes=["200", "201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        """Report an account that a look-up lists, once a day (Asia/Jakarta) for an account and reporter.

        The same body again on the same day answers 200 with the first report: send it again when the answer was
        lost. Another body that day is refused with 409 `reported_already`. A number that no look-up lists is
        refused with 422 `number_not_listed`, whatever the cause.
        """
        received = reports.receive(**self.body(ReportRequestSerializer), by=self.app)
        headers = {"Cache-Control": "no-store"}
        if received.new:
            headers["Location"] = reverse("report", args=[received.report.pk])
        data = ReceivedReportSerializer(received.report).data
        return Response(data, status=201 if received.new else 200, headers=headers)


class ReportView(PartnerCall):
    required_scope = Scope.REPORTS_WRITE

    @extend_schema(
        operation_id="report_state", tags=["reports"], parameters=[REPORT_ID], responses=ReportSerializer
    )
    def get(self, request: Request, report_id: str) -> Response:
        """What became of a report. Only the app that sent it can ask."""
        report = get_object_or_404(Report.objects.sent_by(self.app).select_related("case"), pk=report_id)
        return Response(ReportSerializer(report).data, headers={"Cache-Control": "no-store"})
