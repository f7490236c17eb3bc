from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatusConfig(AppConfig):
    name = "registry.status"
    verbose_name = _("Status page")

    def ready(self) -> None:
        from accounts.audit import journal
        from accounts.privacy.holdings import HOLDINGS
        from registry.status.subscribing import held, listening

        HOLDINGS.extend(held.HELD)
        for kind in ("incident.opened", "incident.updated", "maintenance.planned"):
            journal.listen(kind, listening.note)
