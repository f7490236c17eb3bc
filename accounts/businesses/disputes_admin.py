"""Numbers that a client platform declared personal while an account had them (R7): a case for a reviewer."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.audit.models import Event
from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import Verb, Verbs
from accounts.businesses import ownership
from accounts.businesses.desks import ByDesk, CasesByAge, WhoseNumberForm
from accounts.businesses.models import NumberDispute, NumberUse

OTHERS, HISTORY = 20, 50  # rows on the page


class ByOpenDispute(ByDesk):
    ended = "settled_at"


class NumberDisputeAdmin(LoggedViews, CasesByAge, Verbs):
    ended = "settled_at"
    list_display = ["id", "account", "number", "client", "age", "opened_at", "outcome"]
    list_select_related = ["account", "client"]
    list_filter = [ByOpenDispute, "outcome"]
    search_fields = ["=id", "=number", "=account__id", "account__live_name"]
    fields = ["id", "account", "number", "client", "opened_at", "settled_at", "settled_by", "outcome", "note"]
    change_form_template = "admin/businesses/numberdispute/dispute.html"
    verbs = [
        Verb(
            "settle",
            _("Settle for the account"),
            _(
                "The number is the business's, and the account keeps it. Its badge and its card stay as they are."
            ),
            _("The case is settled."),
            "businesses.settle_numberdispute",
            ownership.settle_dispute,
            WhoseNumberForm,
            possible=lambda dispute: dispute.settled_at is None,
        ),
        Verb(
            "give_up",
            _("The number is personal"),
            _(
                "This is final: where the number is the account's live one, the badge is revoked and the account"
                " closes. The number stays declared personal until the client app releases it. Other cases about"
                " this number are settled with this one."
            ),
            _("The account lost the number."),
            "businesses.settle_numberdispute",
            ownership.give_up_number,
            WhoseNumberForm,
            possible=lambda dispute: dispute.settled_at is None,
        ),
    ]

    def shown_with(self, row: Any, request: HttpRequest) -> dict[str, Any]:
        return _page_of(row)


def _page_of(dispute: NumberDispute) -> dict[str, Any]:
    account = dispute.account
    others = NumberDispute.objects.filter(number=dispute.number) | account.disputes.all()
    return {
        "dispute": dispute,
        "account": account,
        "is_live": account.number == dispute.number,
        "use": NumberUse.objects.select_related("account", "declared_by")
        .filter(number=dispute.number)
        .first(),
        "badge": account.badges.order_by("-issued_at", "-pk").first(),
        "proofs": account.number_proofs.filter(number=dispute.number).order_by("-proven_at", "-pk"),
        "others": others.exclude(pk=dispute.pk).select_related("client").order_by("-opened_at")[:OTHERS],
        "history": Event.objects.filter(on__in=[dispute.pk, account.pk]).order_by("-seq")[:HISTORY],
    }
