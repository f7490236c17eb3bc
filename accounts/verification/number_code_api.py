"""Proving the number that an application asks for, or again that of a live account, by a six-digit code."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.businesses.accounts_api import ACCOUNT_ID
from accounts.businesses.models import Account
from accounts.clients.partners import PartnerView
from accounts.errors import NotAllowed
from accounts.proofs import reproofs
from accounts.proofs import services as proofs
from accounts.proofs.api import (
    CodeSerializer,
    NumberProofSerializer,
    SentCodeSerializer,
    WantedCodeSerializer,
)
from accounts.verification.api import APPLICATION_ID, ApplicationCall
from accounts.verification.models import OPEN, Application


class NumberCodeView(ApplicationCall):
    @extend_schema(
        operation_id="send_number_code",
        tags=["onboarding"],
        parameters=[APPLICATION_ID],
        request=WantedCodeSerializer,
        responses={202: SentCodeSerializer},
    )
    def post(self, request: Request, application_id: str) -> Response:
        """Send a code to the number applied for; one that was sent before is no longer valid."""
        application = _with_number(self.get_object(), "send_code")
        wanted = self.body(WantedCodeSerializer)
        code = proofs.send_code(application.account, application.number, by=self.app, **wanted)
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


class AccountCall(PartnerView[Account]):
    queryset = Account.objects.select_related("business")
    lookup_url_kwarg = "account_id"


class AccountNumberCodeView(AccountCall):
    @extend_schema(
        operation_id="send_account_number_code",
        tags=["onboarding"],
        parameters=[ACCOUNT_ID],
        request=WantedCodeSerializer,
        responses={202: SentCodeSerializer},
    )
    def post(self, request: Request, account_id: str) -> Response:
        """Send a code to the account's number, which it was asked to prove again, or whose proof has failed."""
        account = self.get_object()
        wanted = self.body(WantedCodeSerializer)
        code = proofs.send_code(account, _number_of(account), by=self.app, **wanted)
        return Response(SentCodeSerializer(code).data, status=202)


class AccountNumberCodeCheckView(AccountCall):
    @extend_schema(
        operation_id="check_account_number_code",
        tags=["onboarding"],
        parameters=[ACCOUNT_ID],
        request=CodeSerializer,
        responses=NumberProofSerializer,
    )
    def post(self, request: Request, account_id: str) -> Response:
        """Prove the account's number again with the code that arrived there. Five guesses a code."""
        account = self.get_object()
        code = self.body(CodeSerializer)["code"]
        proof = proofs.check_code(account, _number_of(account), code, by=self.app)
        return Response(NumberProofSerializer(proof).data)


def _number_of(account: Account) -> str:
    """The one that it was asked about, else its live one. Raises NotAllowed number_missing."""
    asked = reproofs.first_of(account)
    number = asked.number if asked else account.number
    if not number:
        raise NotAllowed("number_missing")
    return number


def _with_number(application: Application, action: str) -> Application:
    """An application that has ended sends nobody a code any more."""
    if application.status not in OPEN:
        raise NotAllowed("wrong_status", action=action, status=application.status)
    if not application.number:
        raise NotAllowed("number_missing")
    return application
