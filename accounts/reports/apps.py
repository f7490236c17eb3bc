from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportsConfig(AppConfig):
    name = "accounts.reports"
    verbose_name = _("Reports")

    def ready(self) -> None:
        from accounts.reports import listening

        listening.start()
