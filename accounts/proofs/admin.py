"""How numbers were proven; and the word that one no longer answers."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import Verb, Verbs
from accounts.people.models import User
from accounts.proofs import services as proofs
from accounts.proofs.models import NumberProof


def _fail(proof: NumberProof, *, by: User) -> None:
    proofs.fail(proof.account, by=by)


@admin.register(NumberProof)
class NumberProofAdmin(LoggedViews, Verbs):
    list_display = ["id", "account", "number", "method", "proven_at", "failed_at"]
    list_select_related = ["account"]
    list_filter = ["method", ("failed_at", admin.EmptyFieldListFilter)]
    search_fields = ["=number", "=account__id", "=id"]
    ordering = ["-proven_at", "-id"]
    fields = ["id", "account", "number", "method", "proven_at", "recorded_by", "note", "failed_at"]
    verbs = [
        Verb(
            "fail",
            _("The number is somebody else's now"),
            _("Every proof of the account's live number falls, and its badge is suspended at once."),
            _("The proofs have fallen."),
            "proofs.record_call_back",
            _fail,
            possible=lambda proof: proof.failed_at is None and proof.number == proof.account.number,
        )
    ]
