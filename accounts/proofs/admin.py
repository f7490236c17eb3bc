"""How numbers were proven; the word that one no longer answers, or has to be proven again; and who claims one."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.audit.staffpages import LoggedViews
from accounts.audit.verbs import Verb, Verbs
from accounts.people.models import User
from accounts.proofs import reproofs
from accounts.proofs import services as proofs
from accounts.proofs.claims_admin import NumberClaimAdmin
from accounts.proofs.models import NumberClaim, NumberProof


def _fail(proof: NumberProof, *, by: User) -> None:
    proofs.fail(proof.account, by=by)


def _ask_again(proof: NumberProof, *, by: User) -> None:
    reproofs.ask(proof.account, by=by)


def _is_of_the_live_number(proof: NumberProof) -> bool:
    return proof.failed_at is None and proof.number == proof.account.number


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
            "ask_again",
            _("Ask to prove the number again"),
            _(
                "The owners are written to. The badge stays until the date; a number that is not proven by then is"
                " released, and its badge suspended."
            ),
            _("The owners were asked."),
            "proofs.record_call_back",
            _ask_again,
            possible=_is_of_the_live_number,
        ),
        Verb(
            "fail",
            _("The number is somebody else's now"),
            _("Every proof of the account's live number falls, and its badge is suspended at once."),
            _("The proofs have fallen."),
            "proofs.record_call_back",
            _fail,
            possible=_is_of_the_live_number,
        ),
    ]


admin.site.register(NumberClaim, NumberClaimAdmin)
