"""`/v1/applications`: what an owner asks for, as a partner app sends it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.audit import journal as audit
from accounts.businesses.accounts_api import ACCOUNT_ID
from accounts.businesses.models import Account
from accounts.clients.models import ClientApp
from accounts.clients.partners import (
    ETAG,
    IF_MATCH,
    LOCATION,
    NothingSerializer,
    PartnerView,
    path_id,
    require_match,
)
from accounts.errors import NotAllowed
from accounts.pilot import services as pilot
from accounts.verification import papers
from accounts.verification import services as verification
from accounts.verification.models import Application, Source
from accounts.verification.serializers import (
    IN_REVIEW,
    OWNER_STATUS,
    ApplicationLineSerializer,
    ApplicationSerializer,
    ChangesSerializer,
    NewApplicationSerializer,
    WordsSerializer,
)

F = TypeVar("F", bound=Callable[..., Response])
APPLICATION_ID = path_id("application_id", "app")
EXAMPLE = OpenApiExample(
    "A new account",
    {"kind": "new", "display_name": "Roti Ada", "number": "+12025550123", "category": "food"},
    request_only=True,
)


class ApplicationCall(PartnerView[Application]):
    """Every call on one application: it speaks of the status that the owner may know."""

    queryset = Application.objects.select_related("account__business", "trade_reference")
    serializer_class = ApplicationSerializer
    lookup_url_kwarg = "application_id"

    def tag(self, row: Application) -> str:
        """The revision, but no sign of the steps inside: while it is in review there is nothing to change."""
        status = OWNER_STATUS[row.status]
        return f'"{status}"' if status == IN_REVIEW else f'"{row.revision}"'

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, NotAllowed) and "status" in exc.params:
            exc.params["status"] = OWNER_STATUS[exc.params["status"]]
        return super().handle_exception(exc)


class AccountApplicationsView(ApplicationCall):
    @extend_schema(
        operation_id="account_applications",
        tags=["onboarding"],
        parameters=[ACCOUNT_ID],
        responses=ApplicationLineSerializer(many=True),
    )
    def get(self, request: Request, account_id: str) -> Response:
        account = self.owned(Account.objects.all(), account_id)
        return self.page(Application.objects.filter(account=account), ApplicationLineSerializer)

    @extend_schema(
        operation_id="start_application",
        tags=["onboarding"],
        parameters=[ACCOUNT_ID, ETAG, LOCATION],
        examples=[EXAMPLE],
        request=NewApplicationSerializer,
        responses={201: ApplicationSerializer},
    )
    def post(self, request: Request, account_id: str) -> Response:
        """A draft. What is left out is as the account has it; `requirements` says what is missing."""
        account = self.owned(Account.objects.select_related("business"), account_id)
        wanted = self.body(NewApplicationSerializer)
        cohort = pilot.find(wanted.pop("cohort")) if "cohort" in wanted else None
        application = verification.start(account, source=Source.API, cohort=cohort, by=self.app, **wanted)
        return self.answer(application, status=201, location=reverse("application", args=[application.pk]))


class ApplicationView(ApplicationCall):
    @extend_schema(operation_id="application", tags=["onboarding"], parameters=[APPLICATION_ID, ETAG])
    def get(self, request: Request, application_id: str) -> Response:
        return self.answer(self.get_object())

    @extend_schema(
        operation_id="change_application",
        tags=["onboarding"],
        parameters=[APPLICATION_ID, IF_MATCH, ETAG],
        request=ChangesSerializer,
        responses=ApplicationSerializer,
    )
    def patch(self, request: Request, application_id: str) -> Response:
        """Change what is applied for, as a draft or while a question is open."""
        application = self.get_object()
        changes = self.body(ChangesSerializer, partial=True)
        require_match(request, self.tag(application))
        if changes:
            _change(application, changes, app=self.app)
            application = self.get_object()
        return self.answer(application)


def _change(application: Application, changes: dict[str, Any], *, app: ClientApp) -> None:
    """All of it or nothing."""
    with audit.together():
        without = changes.pop("without_papers", None)
        reference = changes.pop("trade_reference", None)
        if changes:
            verification.change(application, revision=application.revision, by=app, **changes)
        if without is not None:
            papers.go_without(application, without, by=app)
        if reference is not None:
            papers.refer_to(application, **{"name": "", "contact": "", "relation": "", **reference}, by=app)


def _step(name: str, request: Any = None) -> Callable[[F], F]:
    return extend_schema(
        operation_id=f"{name}_application",
        tags=["onboarding"],
        parameters=[APPLICATION_ID, ETAG],
        request=request,
        responses=ApplicationSerializer,
    )


class SubmitView(ApplicationCall):
    @_step("submit")
    def post(self, request: Request, application_id: str) -> Response:
        """Send it in; the number becomes the account's. A cohort for the invited stays closed to this."""
        application = self.get_object()
        self.body(NothingSerializer)
        return self.answer(verification.submit(application, by=self.app))


class AnswerView(ApplicationCall):
    @_step("answer", WordsSerializer)
    def post(self, request: Request, application_id: str) -> Response:
        """Answer the reviewer's question."""
        application = self.get_object()
        return self.answer(verification.answer(application, by=self.app, **self.body(WordsSerializer)))


class WithdrawView(ApplicationCall):
    @_step("withdraw")
    def post(self, request: Request, application_id: str) -> Response:
        """Take it back for good. In the minutes before a decision takes effect it is too late."""
        application = self.get_object()
        self.body(NothingSerializer)
        return self.answer(verification.withdraw(application, by=self.app))


class ContestView(ApplicationCall):
    @_step("contest", WordsSerializer)
    def post(self, request: Request, application_id: str) -> Response:
        """Object to a decline, once; another reviewer decides."""
        application = self.get_object()
        return self.answer(verification.contest(application, by=self.app, **self.body(WordsSerializer)))
