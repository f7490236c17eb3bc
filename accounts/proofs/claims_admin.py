"""Numbers that one business has and another one claims: settled by who proves them, or by a senior reviewer."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audit.models import Event
from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import Verb, Verbs
from accounts.businesses.desks import ByDesk, CasesByAge, WhoseNumberForm
from accounts.businesses.models import Account, NumberUse
from accounts.proofs import claims
from accounts.proofs.models import NumberClaim

HISTORY = 50  # rows on the page


class ByOpenClaim(ByDesk):
    ended = "settled_at"


class NumberClaimAdmin(LoggedViews, CasesByAge, Verbs):
    ended = "settled_at"
    list_display = ["id", "number", "holder", "account", "age", "opened_at", "outcome"]
    list_select_related = ["account", "holder"]
    list_filter = [ByOpenClaim, "outcome"]
    search_fields = ["=id", "=number", "=account__id", "=holder__id"]
    fields = [
        "id",
        "number",
        "holder",
        "account",
        "opened_at",
        "settled_at",
        "settled_by",
        "outcome",
        "note",
    ]
    change_form_template = "admin/proofs/numberclaim/claim.html"
    verbs = [
        Verb(
            "refuse",
            _("Whoever has the number keeps it"),
            _("Nothing changes for them. The other business is told to use another number."),
            _("The claim is settled."),
            "proofs.settle_numberclaim",
            claims.keep,
            WhoseNumberForm,
            possible=lambda claim: claim.settled_at is None,
        ),
        Verb(
            "give",
            _("Give the number to whoever claims it"),
            _(
                "At once, before the date: the other account loses the number, its card and its place in look-ups,"
                " and its badge is suspended. It can move to a new number."
            ),
            _("The number is the claimant's."),
            "proofs.settle_numberclaim",
            claims.give,
            WhoseNumberForm,
            possible=lambda claim: claim.settled_at is None,
        ),
    ]

    def shown_with(self, row: Any, request: HttpRequest) -> dict[str, Any]:
        return _page_of(row)


def _page_of(claim: NumberClaim) -> dict[str, Any]:
    return {
        "claim": claim,
        "due_at": claim.reproof.due_at,
        "sides": [_side(claim.holder, claim.number), _side(claim.account, claim.number)],
        "has_it": NumberUse.objects.filter(number=claim.number).values_list("account", flat=True).first(),
        "history": Event.objects.filter(on__in=[claim.holder_id, claim.account_id]).order_by("-seq")[
            :HISTORY
        ],
    }


def _side(account: Account, number: str) -> dict[str, Any]:
    proofs = account.number_proofs.filter(number=number).order_by("-proven_at", "-pk")
    return {"account": account, "proofs": proofs, "is_live": account.number == number}
