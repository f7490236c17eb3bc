"""`/v1/accounts/{id}/website-proofs`: showing that a website is an account's."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.businesses.accounts_api import ACCOUNT_ID
from accounts.businesses.fields import WebAddressField
from accounts.businesses.models import Account
from accounts.clients.fields import MomentField
from accounts.clients.lists import Ordering
from accounts.clients.partners import LOCATION, PartnerView, path_id
from accounts.clients.serializers import StrictSerializer
from accounts.sentences import SENTENCES
from accounts.websites import services as websites
from accounts.websites.looking import Method
from accounts.websites.models import ProofStatus, WebsiteProof

PROOF_ID = path_id("proof_id", "web")


class WebsitePlaceSerializer(StrictSerializer):
    method = serializers.ChoiceField(choices=Method.values)
    where = serializers.CharField(help_text="The name of the TXT record, or an address.")
    what = serializers.CharField(help_text="Its value, a line of the file, or an element of the page's head.")


class WebsiteFindingSerializer(StrictSerializer):
    code = serializers.CharField()
    id = serializers.CharField(help_text="What is wrong and what to do, in Indonesian.")
    en = serializers.CharField(help_text="The same in English.")


class WebsiteProofSerializer(StrictSerializer):
    """The host of a website, proven by one of three ways; looked at again every week."""

    id = serializers.CharField()
    host = serializers.CharField(help_text="Names in other scripts as xn--….")
    status = serializers.ChoiceField(choices=ProofStatus.values)
    method = serializers.ChoiceField(choices=Method.values, allow_null=True, help_text="null until proven.")
    places = WebsitePlaceSerializer(many=True, help_text="What has to stand where; one of them is enough.")
    looking = serializers.BooleanField(help_text="A check was asked for and has not been done yet.")
    problem = WebsiteFindingSerializer(allow_null=True, help_text="What the last check found wrong.")
    started_at = MomentField()
    proven_at = MomentField(allow_null=True)
    checked_at = MomentField(allow_null=True)
    next_check_at = MomentField(allow_null=True)
    over_at = MomentField(allow_null=True, help_text="Since when it is failed or ended.")

    def to_representation(self, proof: WebsiteProof) -> dict[str, Any]:
        return super().to_representation(
            {
                **{
                    name: getattr(proof, name) for name in ("id", "host", "status", "started_at", "proven_at")
                },
                "method": proof.method or None,
                "places": [{"method": method.value, **proof.place(method)._asdict()} for method in Method],
                "looking": proof.asked_at is not None,
                "problem": _problem(proof),
                **{name: getattr(proof, name) for name in ("checked_at", "next_check_at", "over_at")},
            }
        )


def _problem(proof: WebsiteProof) -> dict[str, str] | None:
    if not proof.code:
        return None
    return {"code": proof.code, **SENTENCES[proof.code].format(found=proof.found).in_both()}


class NewWebsiteProofSerializer(StrictSerializer):
    website = WebAddressField(required=False, help_text="The account's, where it is not said.")


class WebsiteCheckSerializer(StrictSerializer):
    method = serializers.ChoiceField(choices=Method.values)


class WebsiteProofsView(PartnerView[WebsiteProof]):
    queryset = WebsiteProof.objects.all()
    serializer_class = WebsiteProofSerializer
    orderings = {"-started": Ordering("started_at", descending=True), "started": Ordering("started_at")}

    @extend_schema(
        operation_id="website_proofs",
        tags=["onboarding"],
        parameters=[ACCOUNT_ID],
        responses=WebsiteProofSerializer(many=True),
    )
    def get(self, request: Request, account_id: str) -> Response:
        account = self.owned(Account.objects.all(), account_id)
        return self.page(self.get_queryset().of(account), WebsiteProofSerializer)

    @extend_schema(
        operation_id="start_website_proof",
        tags=["onboarding"],
        parameters=[ACCOUNT_ID, LOCATION],
        request=NewWebsiteProofSerializer,
        responses={201: WebsiteProofSerializer},
    )
    def post(self, request: Request, account_id: str) -> Response:
        """What has to stand where. While a proof of this host stands, the same again."""
        account = self.owned(Account.objects.all(), account_id)
        website = self.body(NewWebsiteProofSerializer).get("website") or account.website
        proof = websites.start(account, website, by=self.app)
        location = reverse("website-proof", args=[account.pk, proof.pk])
        return _answer(proof, status=201, headers={"Location": location})


class ProofCall(PartnerView[WebsiteProof]):
    queryset = WebsiteProof.objects.all()
    serializer_class = WebsiteProofSerializer
    lookup_url_kwarg = "proof_id"

    def get_queryset(self) -> Any:
        account = self.owned(Account.objects.all(), self.kwargs["account_id"])
        return super().get_queryset().of(account).select_related("account__business")


class WebsiteProofView(ProofCall):
    @extend_schema(operation_id="website_proof", tags=["onboarding"], parameters=[ACCOUNT_ID, PROOF_ID])
    def get(self, request: Request, account_id: str, proof_id: str) -> Response:
        return _answer(self.get_object())


class WebsiteCheckView(ProofCall):
    @extend_schema(
        operation_id="check_website",
        tags=["onboarding"],
        parameters=[ACCOUNT_ID, PROOF_ID],
        request=WebsiteCheckSerializer,
        responses={202: WebsiteProofSerializer},
    )
    def post(self, request: Request, account_id: str, proof_id: str) -> Response:
        """Have the website looked at; what was found stands in the proof some seconds later. Ten an hour an account."""
        proof = self.get_object()
        method = self.body(WebsiteCheckSerializer)["method"]
        return _answer(websites.check(proof, method=method, by=self.app), status=202)


def _answer(proof: WebsiteProof, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    data = WebsiteProofSerializer(proof).data
    return Response(data, status=status, headers={"Cache-Control": "no-store", **(headers or {})})
