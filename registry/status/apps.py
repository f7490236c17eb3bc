from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class StatusConfig(AppConfig):
    name = "registry.status"
    verbose_name = _("Status page")

    def ready(self) -> None:
        from accounts.audit import journal
        from accounts.privacy.holdings import HOLDINGS
        from registry.status.checks import mail_is_seen_to_leave
        from registry.status.subscribing import held, listening

        checks.register(mail_is_seen_to_leave, deploy=True)
        HOLDINGS.extend(held.HELD)
        for kind in ("incident.opened", "incident.updated", "maintenance.planned"):
            journal.listen(kind, listening.note)
