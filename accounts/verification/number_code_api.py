"""Proving the number that an application asks for, by a six-digit code."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.clients.partners import NothingSerializer
from accounts.errors import NotAllowed
from accounts.proofs import services as proofs
from accounts.proofs.api import CodeSerializer, NumberProofSerializer, SentCodeSerializer
from accounts.verification.api import APPLICATION_ID, ApplicationCall
from accounts.verification.models import OPEN, Application


class NumberCodeView(ApplicationCall):
    @extend_schema(
        operation_id="send_number_code",
        tags=["onboarding"],
        parameters=[APPLICATION_ID],
        request=None,
        responses={202: SentCodeSerializer},
    )
    def post(self, request: Request, application_id: str) -> Response:
        """Send a code to the number applied for; one that was sent before is no longer valid."""
        application = _with_number(self.get_object(), "send_code")
        self.body(NothingSerializer)
        code = proofs.send_code(application.account, application.number, by=self.app)
        return Response(SentCodeSerializer(code).data, status=202)


class NumberCodeCheckView(ApplicationCall):
    @extend_schema(
        operation_id="check_number_code",
        tags=["onboarding"],
        parameters=[APPLICATION_ID],
        request=CodeSerializer,
        responses=NumberProofSerializer,
    )
    def post(self, request: Request, application_id: str) -> Response:
        """Prove the number with the code that arrived there. Five guesses a code."""
        application = _with_number(self.get_object(), "check_code")
        code = self.body(CodeSerializer)["code"]
        proof = proofs.check_code(application.account, application.number, code, by=self.app)
        return Response(NumberProofSerializer(proof).data)


def _with_number(application: Application, action: str) -> Application:
    """An application that has ended sends nobody a code any more."""
    if application.status not in OPEN:
        raise NotAllowed("wrong_status", action=action, status=application.status)
    if not application.number:
        raise NotAllowed("number_missing")
    return application
