from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProofsConfig(AppConfig):
    name = "accounts.proofs"
    verbose_name = _("Proofs")

    def ready(self) -> None:
        from accounts.audit import journal as audit
        from accounts.proofs import claims

        audit.listen("number.proven", claims.on_number_proven)
